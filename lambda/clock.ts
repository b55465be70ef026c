/** Time, so that tests need not wait for it. Both promises resolve early, without an error, when the signal aborts. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Nothing is to be done for so long: simulated time may jump. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** Something runs that may take at most so long: simulated time goes on as that does. */
  alarm(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** Node.js takes longer delays for 1 ms. */
const LONGEST_DELAY = 2 ** 31 - 1;

function delay(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) {
      resolve();
      return;
    }
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, Math.min(Math.max(0, milliseconds), LONGEST_DELAY));
    signal?.addEventListener('abort', end, { once: true });
  });
}

export const systemClock: Clock = { now: Date.now, sleep: delay, alarm: delay };

/**
 * What settles first: the work, or an alarm, which then yields undefined. Never leaves a timer behind.
 * The work goes on when the alarm was first; its later failure is nobody's.
 */
export async function within<T>(clock: Clock, milliseconds: number, work: Promise<T>): Promise<{ readonly value: T } | undefined> {
  const over = new AbortController();
  work.catch(() => undefined);
  try {
    return await Promise.race([work.then((value) => ({ value })), clock.alarm(milliseconds, over.signal).then(() => undefined)]);
  } finally {
    over.abort();
  }
}
