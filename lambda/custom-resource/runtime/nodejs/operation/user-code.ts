/** Calls the handler's functions, and stops waiting for them when there is a reason to. */
import { type Clock, within } from '../../../../clock';
import { times } from '../../../../contract/custom-resource/custom-resource.json';

export type Settled = { readonly kind: 'RETURNED'; readonly value: unknown } | { readonly kind: 'THREW'; readonly error: unknown };
export interface Crashed {
  readonly kind: 'CRASHED';
}
export type Interrupted = { readonly kind: 'DEADLINE' } | { readonly kind: 'MARGIN' } | { readonly kind: 'CANCELLED' } | Crashed;

export interface Limits {
  readonly deadline: number;
  readonly marginAt: number;
  readonly cancelled: AbortSignal;
}

export class UserCode {
  private readonly running = new Set<Promise<unknown>>();
  private latest?: Promise<Settled>;

  /** @param crashed aborts when an error is thrown that nobody catches: what runs may never settle then */
  constructor(
    private readonly clock: Clock,
    private readonly crashed: AbortSignal,
  ) {}

  /** Waits for a call until it settles, a crash, the deadline, the margin or a rollback; the call itself goes on. */
  async call(work: () => Promise<unknown>, { deadline, marginAt, cancelled }: Limits): Promise<Settled | Interrupted> {
    const over = new AbortController();
    const alarm = async (at: number, kind: 'DEADLINE' | 'MARGIN'): Promise<Interrupted> => {
      await this.clock.alarm(at - this.clock.now(), over.signal);
      return { kind };
    };
    const rollback = aborted(cancelled, over.signal).then((): Interrupted => ({ kind: 'CANCELLED' }));
    const crash = this.crash(over.signal);
    try {
      return await Promise.race([this.started(work), crash, rollback, alarm(deadline, 'DEADLINE'), alarm(marginAt, 'MARGIN')]);
    } finally {
      over.abort();
    }
  }

  /** Waits for a call for so long; undefined when it has not settled by then. */
  bounded(work: () => Promise<unknown>, milliseconds: number): Promise<Settled | Crashed | undefined> {
    return this.settled(this.started(work), milliseconds);
  }

  /** Goes on waiting for the latest call; undefined when it has not settled by then. */
  async last(milliseconds: number): Promise<Settled | Crashed | undefined> {
    return this.latest && this.settled(this.latest, milliseconds);
  }

  /** Whether code that nobody waits for any more keeps running, for a second at most, and not to the time limit: it must not work on into the next request. */
  async dangles(endsAt: number): Promise<boolean> {
    const patience = Math.min(times.settle.value, (endsAt - this.clock.now()) / 2);
    return this.running.size > 0 && (await within(this.clock, patience, Promise.all(this.running))) === undefined;
  }

  private async settled(call: Promise<Settled>, milliseconds: number): Promise<Settled | Crashed | undefined> {
    const over = new AbortController();
    try {
      return (await within(this.clock, milliseconds, Promise.race([call, this.crash(over.signal)])))?.value;
    } finally {
      over.abort();
    }
  }

  private async crash(over: AbortSignal): Promise<Crashed> {
    await aborted(this.crashed, over);
    return { kind: 'CRASHED' };
  }

  private started(work: () => Promise<unknown>): Promise<Settled> {
    const settled = attempt(work);
    this.latest = settled;
    this.running.add(settled);
    void settled.then(() => this.running.delete(settled));
    return settled;
  }
}

async function attempt(work: () => Promise<unknown>): Promise<Settled> {
  try {
    return { kind: 'RETURNED', value: await work() };
  } catch (error) {
    return { kind: 'THREW', error };
  }
}

/** Resolves when the signal aborts; leaves no listener behind once it is over. */
function aborted(signal: AbortSignal, over: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
    } else {
      signal.addEventListener('abort', () => resolve(), { once: true, signal: over });
    }
  });
}
