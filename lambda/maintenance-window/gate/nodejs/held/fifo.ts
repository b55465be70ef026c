/** Leaves a FIFO queue's messages where they are, and out of sight until they may run: each return costs one of their receives. */
import type { AwsClient } from '../../../../aws/nodejs/client';
import { isObject } from '../../../../json';
import { reasonOf } from '../../../../thrown';

/** SQS: one ChangeMessageVisibilityBatch. */
const MOST_ENTRIES = 10;
/** Milliseconds: best effort, for the error that follows is what keeps the messages. */
const MOST_BUDGET = 5000;

/**
 * Best effort.
 *
 * @param hidden milliseconds from now
 * @param remaining milliseconds that are left of the invocation
 * @returns what went wrong, undefined when nothing did
 */
export async function extendVisibility(client: AwsClient, event: unknown, hidden: number, remaining: number): Promise<string | undefined> {
  const records = (isObject(event) && Array.isArray(event.Records) ? event.Records : []).filter(isObject);
  const handles = records.map(({ receiptHandle }) => receiptHandle).filter((handle) => typeof handle === 'string');
  const [, , , , account, name] = String(records[0]?.eventSourceARN).split(':');
  if (!name || handles.length !== records.length) {
    return 'the event names no queue, or a message without its receipt handle';
  }
  const queue = new URL(`/${account}/${name}`, client.url('sqs')).href;
  const until = client.clock() + Math.min(MOST_BUDGET, remaining / 2);
  const seconds = Math.max(0, Math.ceil(hidden / 1000));
  try {
    for (let start = 0; start < handles.length; start += MOST_ENTRIES) {
      const entries = handles
        .slice(start, start + MOST_ENTRIES)
        .map((handle, number) => ({ Id: String(number), ReceiptHandle: handle, VisibilityTimeout: seconds }));
      const { Failed: failed } = await client.call('sqs', 'ChangeMessageVisibilityBatch', { QueueUrl: queue, Entries: entries }, until);
      if (Array.isArray(failed) && failed.length > 0) {
        return `${failed.length} of ${entries.length} messages of ${name}: ${String((failed[0] as Record<string, unknown>).Code)}`;
      }
    }
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}
