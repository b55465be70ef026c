import type { Clock } from '../../clock';

/** Milliseconds between dispatches after the first refusal, and at most after many. */
const FIRST_DELAY = 100;
const MOST_DELAY = 5000;
/** How much of the delay each accepted dispatch leaves; below a hundredth of a second it is none. */
const RECOVERY = 0.8;
const LEAST_DELAY = 10;

/** Spaces dispatches: by the rate cap, and further apart while Lambda refuses. */
export class Pace {
  private next = 0;
  private delay = 0;

  /** @param rate most dispatches a second; Infinity without a cap */
  constructor(
    private readonly clock: Clock,
    private readonly rate: number,
  ) {}

  /** Waits for the next dispatch's turn; false, without waiting, when that comes after the deadline (epoch milliseconds). */
  async turn(deadline: number): Promise<boolean> {
    const now = this.clock.now();
    const at = Math.max(now, this.next);
    if (at > deadline) {
      return false;
    }
    this.next = at + Math.max(1000 / this.rate, this.delay);
    if (at > now) {
      await this.clock.sleep(at - now);
    }
    return true;
  }

  slower(): void {
    this.delay = Math.min(MOST_DELAY, Math.max(FIRST_DELAY, this.delay * 2));
  }

  faster(): void {
    this.delay = this.delay * RECOVERY < LEAST_DELAY ? 0 : this.delay * RECOVERY;
  }
}
