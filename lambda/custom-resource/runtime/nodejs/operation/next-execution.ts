/** Starts the next execution. */
import { type Clock, within } from '../../../../clock';
import type { Answer } from '../../../../cloudformation/answer';
import { Unanswered } from '../../../../cloudformation/delivery';
import { memberOf, shownError } from '../../../../thrown';

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
  readonly clock: Clock;
  readonly invoke: Invoke;
  readonly mask: (text: string) => string;
}

/**
 * Invokes the function with the continuation. Repeated after every error and after silence too: a repeated hop does no harm, a lost one does.
 * An attempt without a reply goes on beside its repeats, for it may only be slow; the first that Lambda accepts ends them all.
 *
 * @throws Unanswered as HopNotStarted
 */
export async function startNextExecution({ functionArn, payload, answer, until, clock, invoke, mask }: NextExecution): Promise<void> {
  const over = new AbortController();
  const accepted = new AbortController();
  // An error that was named says more than silence
  let failure = 'Lambda gave no answer';
  const attempt = async () => {
    try {
      await invoke(functionArn, payload, over.signal);
      accepted.abort();
    } catch (error) {
      failure = `${shownError(error)}${hint(error, functionArn)}`;
    }
  };
  try {
    let pause = FIRST_PAUSE;
    do {
      const silence = Math.min(LONGEST_SILENCE, Math.max(SHORTEST_SILENCE, (until - clock.now()) * SHARE_OF_SILENCE));
      await within(clock, silence, attempt());
      await clock.alarm(Math.min(pause, until - clock.now()), accepted.signal);
      if (accepted.signal.aborted) {
        return;
      }
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    } while (clock.now() < until);
  } finally {
    over.abort();
  }
  const cause = mask(failure);
  throw new Unanswered('HopNotStarted', { ...answer, reason: `${answer.reason}: ${cause}` }, cause);
}

function hint(error: unknown, functionArn: string): string {
  return memberOf(error, 'name') === 'AccessDeniedException'
    ? `; the self-invoke policy must let the function's role call lambda:InvokeFunction on ${functionArn} for as long as the resource exists`
    : '';
}
