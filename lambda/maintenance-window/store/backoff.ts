import { backoff } from '../../contract/maintenance-window/timing.json';

/**
 * Milliseconds to wait after a failure.
 *
 * @param attempt how many failures there have been, from 1; a count of 0, which a row of an older writer may hold, waits as long as the first
 * @param random 0 to 1, for the jitter
 */
export function backoffDelay(attempt: number, random: number): number {
  const delay = Math.min(backoff.most, backoff.first * backoff.factor ** (Math.max(1, attempt) - 1));
  return Math.round(delay * (1 + backoff.jitterShare * (2 * random - 1)));
}
