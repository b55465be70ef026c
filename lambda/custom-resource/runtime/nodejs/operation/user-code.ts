/** Calls the handler's functions, and stops waiting for them when there is a reason to. */
import { type Clock, within } from '../../../../clock';
import { times } from '../../../../contract/custom-resource/custom-resource.json';

export type Settled = { readonly kind: 'RETURNED'; readonly value: unknown } | { readonly kind: 'THREW'; readonly error: unknown };
export type Interrupted = { readonly kind: 'DEADLINE' } | { readonly kind: 'MARGIN' } | { readonly kind: 'CANCELLED' };

export interface Limits {
  readonly deadline: number;
  readonly marginAt: number;
  readonly cancelled: AbortSignal;
}

export class UserCode {
  private readonly running = new Set<Promise<unknown>>();
  private latest?: Promise<Settled>;

  constructor(private readonly clock: Clock) {}

  /** Waits for a call until it settles, the deadline, the margin or a rollback; the call itself goes on. */
  async call(work: () => Promise<unknown>, { deadline, marginAt, cancelled }: Limits): Promise<Settled | Interrupted> {
    const over = new AbortController();
    const alarm = async (at: number, kind: 'DEADLINE' | 'MARGIN'): Promise<Interrupted> => {
      await this.clock.alarm(at - this.clock.now(), over.signal);
      return { kind };
    };
    const rollback = aborted(cancelled, over.signal).then((): Interrupted => ({ kind: 'CANCELLED' }));
    try {
      return await Promise.race([this.started(work), rollback, alarm(deadline, 'DEADLINE'), alarm(marginAt, 'MARGIN')]);
    } finally {
      over.abort();
    }
  }

  /** Waits for a call for so long; undefined when it has not settled by then. */
  async bounded(work: () => Promise<unknown>, milliseconds: number): Promise<Settled | undefined> {
    return (await within(this.clock, milliseconds, this.started(work)))?.value;
  }

  /** Goes on waiting for the latest call; undefined when it has not settled by then. */
  async last(milliseconds: number): Promise<Settled | undefined> {
    return this.latest && (await within(this.clock, milliseconds, this.latest))?.value;
  }

  /** Whether code that nobody waits for any more keeps running, for a second at most, and not to the time limit: it must not work on into the next request. */
  async dangles(endsAt: number): Promise<boolean> {
    const patience = Math.min(times.settle.value, (endsAt - this.clock.now()) / 2);
    return this.running.size > 0 && (await within(this.clock, patience, Promise.all(this.running))) === undefined;
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
