/** Time as the queue sees it; tests bring their own. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back once after so many milliseconds; the result cancels it. */
  after(milliseconds: number, callback: () => void): () => void;
}

/** Longest delay that setTimeout takes without firing at once. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** The real time. Its timers do not keep the process alive. */
export const wallClock: Clock = {
  now: () => Date.now(),
  after: (milliseconds, callback) => {
    const timer = setTimeout(callback, Math.max(0, Math.min(milliseconds, LONGEST_TIMEOUT_MS)));
    timer.unref();
    return () => clearTimeout(timer);
  },
};
