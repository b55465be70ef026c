import type { Clock } from '../../../../clock';

interface Timer {
  readonly at: number;
  readonly isSleep: boolean;
  readonly fire: () => void;
}

/**
 * Time that jumps over sleep. While a handler's code runs, so that nothing sleeps, time passes as it does outside;
 * code that does not settle within the patience is taken to hang, and time jumps to what ends it, by way of whatever rings before.
 */
export class SimulatedClock implements Clock {
  private readonly timers = new Set<Timer>();
  private jumped = 0;
  private jumps = 0;
  private turning = false;
  private givingUp?: NodeJS.Timeout;
  /** When, in real time, the latest sleep began, or a call that hung was given up: from then on the patience counts. */
  private movedAt: number;

  /**
   * @param start epoch milliseconds
   * @param patience milliseconds of real time
   */
  constructor(
    private readonly start = Date.now(),
    private readonly patience = 1000,
    private readonly real: () => number = () => performance.now(),
  ) {
    this.realStart = this.real();
    this.movedAt = this.realStart;
  }

  private readonly realStart: number;

  now(): number {
    return Math.round(this.start + this.jumped + (this.patience === 0 ? 0 : this.real() - this.realStart));
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return this.timer(milliseconds, true, signal);
  }

  alarm(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return this.timer(milliseconds, false, signal);
  }

  private timer(milliseconds: number, isSleep: boolean, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) {
        resolve();
        return;
      }
      const fire = () => {
        this.timers.delete(timer);
        signal?.removeEventListener('abort', stop);
        resolve();
        this.turn();
      };
      const jumps = this.jumps;
      const stop = () => {
        // An alarm that time has not jumped towards ends every look at the stack's status: a handler that hangs goes on hanging
        if (this.jumps > jumps) {
          this.movedAt = this.real();
        }
        fire();
      };
      const timer: Timer = { at: this.now() + Math.max(0, milliseconds), isSleep, fire };
      this.timers.add(timer);
      if (isSleep) {
        this.movedAt = this.real();
      }
      signal?.addEventListener('abort', stop, { once: true });
      this.turn();
    });
  }

  /** After everything that can run now has run, lets time go on. */
  private turn(): void {
    clearTimeout(this.givingUp);
    if (!this.turning) {
      this.turning = true;
      setImmediate(() =>
        setImmediate(() => {
          this.turning = false;
          this.goOn();
        }),
      );
    }
  }

  private goOn(): void {
    const next = [...this.timers].reduce<Timer | undefined>((first, timer) => (first && first.at <= timer.at ? first : timer), undefined);
    if (!next) {
      return;
    }
    if ([...this.timers].some((timer) => timer.isSleep) || this.patience === 0) {
      this.jump(next);
      return;
    }
    const left = this.patience - (this.real() - this.movedAt);
    const wait = Math.max(0, Math.min(left, next.at - this.now()));
    this.givingUp = setTimeout(() => this.jump(next), wait);
  }

  private jump(timer: Timer): void {
    this.jumps += 1;
    this.jumped += Math.max(0, timer.at - this.now());
    timer.fire();
  }
}
