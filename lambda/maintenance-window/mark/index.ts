/** Typed access to the replay mark, published as `cdk-patient-lambda/replay`. */
import { clientContext } from '../../contract/maintenance-window/replay.json';
import { isObject } from '../../json';

/** What the gate tells a handler of a replay. */
export interface ReplayMark {
  /** Request id of the invocation that was deferred: the same in each of its replays, so it serves as an idempotency key. */
  readonly originalRequestId: string;
  /** When the event was deferred, as ISO 8601 in UTC with milliseconds. */
  readonly deferredAt: string;
  /** 1 in the first run; more when an earlier one started and did not report success: it may have done its work, or part of it. */
  readonly attempt: number;
  /** Id of the replay run; null for an event that was dispatched outside of one. */
  readonly run: string | null;
  /** Of batches of SQS: the messages of this run, in the event's order. */
  readonly messages?: readonly ReplayedMessage[];
}

/** A message of a batch of SQS; null is what the event did not have. */
export interface ReplayedMessage {
  readonly messageId: string | null;
  /** How often SQS had delivered the message when it was deferred. Over 1: an earlier delivery may have run, or is deferred as well. */
  readonly receiveCount: number | null;
}

/**
 * Tells whether an invocation is the replay of an event that a maintenance window deferred.
 *
 * @param context the handler's second argument
 * @returns the mark, or undefined for an invocation that is no replay
 * @example
 * import { replayOf } from 'cdk-patient-lambda/replay';
 *
 * export const handler = async (event: Order, context: Context) => {
 *   const idempotencyKey = replayOf(context)?.originalRequestId ?? context.awsRequestId;
 *   await charge(event, idempotencyKey);
 * };
 */
export function replayOf(context: { readonly clientContext?: unknown }): ReplayMark | undefined {
  const { clientContext: sent } = context;
  const custom = isObject(sent) ? sent.custom : undefined;
  const mark = isObject(custom) ? custom[clientContext.key] : undefined;
  return isObject(mark) ? (mark as unknown as ReplayMark) : undefined;
}
