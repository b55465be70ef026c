/** Starts the next execution. */
import type { Answer } from './answer';
import { type Clock, within } from './clock';
import { Unanswered } from './delivery';
import { memberOf, shownError } from './thrown';

export type Invoke = (functionArn: string, payload: string, signal: AbortSignal) => Promise<void>;

/** Milliseconds. */
const LONGEST_ATTEMPT = 5_000;
const SHORTEST_ATTEMPT = 500;
/** Share of what is left: a request that was accepted without a reply is to be repeated. */
const SHARE_OF_ATTEMPT = 1 / 3;
const FIRST_PAUSE = 200;
const LONGEST_PAUSE = 5_000;

export interface Hop {
  /** With the qualifier that this execution was invoked with. */
  readonly functionArn: string;
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
 * Invokes the function with the envelope. Repeated after every error, unclear ones too: a repeated hop does no harm, a lost one does.
 *
 * @throws Unanswered as HopNotStarted
 */
export async function hop({ functionArn, payload, answer, until, clock, invoke, mask }: Hop): Promise<void> {
  // An error that was named says more than the silence after it
  let failure = 'Lambda gave no answer';
  for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    const over = new AbortController();
    try {
      const timeout = Math.min(LONGEST_ATTEMPT, Math.max(SHORTEST_ATTEMPT, (until - clock.now()) * SHARE_OF_ATTEMPT));
      if (await within(clock, timeout, invoke(functionArn, payload, over.signal))) {
        return;
      }
    } catch (error) {
      failure = `${shownError(error)}${hint(error, functionArn)}`;
    } finally {
      over.abort();
    }
    if (clock.now() + pause >= until) {
      const cause = mask(failure);
      throw new Unanswered('HopNotStarted', { ...answer, reason: `${answer.reason}: ${cause}` }, cause);
    }
    await clock.sleep(pause);
  }
}

function hint(error: unknown, functionArn: string): string {
  return memberOf(error, 'name') === 'AccessDeniedException'
    ? `; the self-invoke policy must let the function's role call lambda:InvokeFunction on ${functionArn} for as long as the resource exists`
    : '';
}
