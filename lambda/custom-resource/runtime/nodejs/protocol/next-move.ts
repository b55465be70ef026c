/** Whether an execution sleeps, calls the handler, hops to the next execution or ends. Pure; milliseconds unless a name says otherwise. */
import { times } from '../../../../contract/custom-resource/custom-resource.json';

const SECOND = 1000;

/**
 * How long to wait before the next poll.
 *
 * @param after seconds that the handler asked for
 * @param pollInterval seconds that the provider asks for
 * @param elapsed since the operation began
 */
export function sleepBeforePoll(after: number | undefined, pollInterval: number | undefined, elapsed: number): number {
  const asked = after ?? pollInterval;
  const { least, most, shareOfElapsed } = times.sleep;
  // Longer than any operation is as good as never
  return asked === undefined ? Math.min(most, Math.max(least, elapsed * shareOfElapsed)) : Math.min(asked, times.serviceTimeoutSeconds.most) * SECOND;
}

export interface Situation {
  readonly now: number;
  /** When the handler is to be called next. */
  readonly wakeAt: number;
  /** The longest poll so far; 0 before the first. */
  readonly longestPoll: number;
  /** Whether the handler was not called yet in this execution. */
  readonly fresh: boolean;
  /** When this execution's margin begins. */
  readonly marginAt: number;
  readonly deadline: number;
}

export interface Move {
  readonly action: 'CALL' | 'HOP' | 'TIME_OUT';
  readonly at: number;
}

/** What comes next, and when. An execution is used up to its margin, for the number of executions is limited. */
export function nextMove({ now, wakeAt, longestPoll, fresh, marginAt, deadline }: Situation): Move {
  const at = Math.max(now, wakeAt);
  // A poll that never fits twice would never run: each execution grants one
  const fits = at < marginAt && (fresh || at + 2 * longestPoll <= marginAt);
  const move: Move = fits ? { action: 'CALL', at } : { action: 'HOP', at: Math.max(now, Math.min(at, marginAt)) };
  return move.at >= deadline ? { action: 'TIME_OUT', at: Math.max(now, deadline) } : move;
}
