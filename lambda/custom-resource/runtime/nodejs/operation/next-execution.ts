/** Starts the next execution. */
import { type Clock, within } from '../../../../clock';
import type { Answer } from '../../../../cloudformation/answer';
import { Unanswered } from '../../../../cloudformation/delivery';
import { times } from '../../../../contract/custom-resource/custom-resource.json';
import { shownError } from '../../../../thrown';
import { isDenied } from '../protocol/denied';

export type Invoke = (functionArn: string, payload: string, signal: AbortSignal) => Promise<void>;

/** Milliseconds. */
const LONGEST_SILENCE = 5_000;
const SHORTEST_SILENCE = 500;
/** Of what is left: so long a reply is waited for before the next attempt begins. */
const SHARE_OF_SILENCE = 1 / 3;
const FIRST_PAUSE = 200;
const LONGEST_PAUSE = 5_000;

export interface NextExecution {
  /** With the qualifier that this execution was invoked with. */
  readonly functionArn: string;
  /** The continuation. */
  readonly payload: string;
  /** What the responder is to answer when the next execution can't be started. */
  readonly answer: Answer;
  /** Epoch milliseconds until when it is repeated. */
  readonly until: number;
  /** Aborts when nobody waits for the operation any more. */
  readonly cancelled: AbortSignal;
  readonly clock: Clock;
  readonly invoke: Invoke;
  readonly mask: (text: string) => string;
}

/**
 * Invokes the function with the continuation. Repeated after every error and after silence too: a repeated hop does no harm, a lost one does.
 * An attempt without a reply goes on beside its repeats, for it may only be slow; the first that Lambda accepts ends them all.
 *
 * @returns whether it was started; false when the operation was cancelled meanwhile
 * @throws Unanswered as HopNotStarted
 */
export async function startNextExecution(next: NextExecution): Promise<boolean> {
  const { functionArn, payload, answer, until, cancelled, clock, invoke, mask } = next;
  // What a permission of the same deployment needs; one that is missing for good is told soon
  const deniedUntil = Math.min(until, clock.now() + times.spreadingAccess.repeatedFor);
  const over = new AbortController();
  const accepted = new AbortController();
  // An error that was named says more than silence
  let failure: unknown = 'Lambda gave no answer';
  const attempt = async () => {
    try {
      await invoke(functionArn, payload, over.signal);
      accepted.abort();
    } catch (error) {
      failure = error;
    }
  };
  try {
    let pause = FIRST_PAUSE;
    do {
      const silence = Math.min(LONGEST_SILENCE, Math.max(SHORTEST_SILENCE, (until - clock.now()) * SHARE_OF_SILENCE));
      await within(clock, silence, attempt());
      await clock.alarm(Math.min(pause, until - clock.now()), AbortSignal.any([accepted.signal, cancelled]));
      if (accepted.signal.aborted || cancelled.aborted) {
        return accepted.signal.aborted;
      }
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    } while (clock.now() < (isDenied(failure) ? deniedUntil : until));
  } finally {
    over.abort();
  }
  const cause = mask(`${shownError(failure)}${isDenied(failure) ? missingPermission(functionArn) : ''}`);
  throw new Unanswered('HopNotStarted', { ...answer, reason: `${answer.reason}: ${cause}` }, cause);
}

function missingPermission(functionArn: string): string {
  return `; the self-invoke policy must let the function's role call lambda:InvokeFunction on ${functionArn} for as long as the resource exists`;
}
