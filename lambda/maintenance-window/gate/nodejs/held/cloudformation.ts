/** Answers a custom-resource request in the handler's place: CloudFormation would wait an hour for silence. */
import type { Proxy } from '../../../../aws/nodejs/proxy';
import { send } from '../../../../aws/nodejs/transport';
import { shortened } from '../../../../cloudformation/answer';
import { printable } from '../../../../cloudformation/printable';
import { createFailedId, responseBytes } from '../../../../contract/cloudformation/answer.json';
import { reasonOf } from '../../../../thrown';
import { isNeverMade, type Request } from './cloudformation-request';

export { responseUrl } from '../../../../cloudformation/response-url';

export interface CustomResourceResponse {
  readonly Status: 'SUCCESS' | 'FAILED';
  readonly Reason: string;
  readonly PhysicalResourceId: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
}

/** CloudFormation did not take the answer. */
export class NotDelivered extends Error {}

/** Milliseconds. */
const MOST_ATTEMPT = 10_000;
const FIRST_PAUSE = 200;
const LONGEST_PAUSE = 5000;

/** What a request gets whose handler is held. Only the Delete of a resource that never came to be succeeds. */
export function heldResponse(request: Request, reason: string): CustomResourceResponse {
  const text = (name: string) => (typeof request[name] === 'string' ? request[name] : '');
  const given = text('PhysicalResourceId');
  const neverMade = isNeverMade(request);
  const answer = (shown: string): CustomResourceResponse => ({
    Status: neverMade ? 'SUCCESS' : 'FAILED',
    Reason: neverMade ? '' : shown,
    PhysicalResourceId: request.RequestType === 'Create' || given === '' ? createFailedId : given,
    StackId: text('StackId'),
    RequestId: text('RequestId'),
    LogicalResourceId: text('LogicalResourceId'),
  });
  return answer(shortened(printable(reason), (shown) => Buffer.byteLength(JSON.stringify(answer(shown))) <= responseBytes.most));
}

/**
 * PUTs the response; repeats 5xx, 429 and network errors.
 *
 * @param until epoch milliseconds
 * @throws NotDelivered
 */
export async function deliver(
  url: URL,
  response: CustomResourceResponse,
  until: number,
  clock: () => number = Date.now,
  proxy?: Proxy,
): Promise<void> {
  const body = JSON.stringify(response);
  let failure = 'no time is left';
  let pause = FIRST_PAUSE;
  while (clock() < until) {
    try {
      // The URL is signed for an empty content type
      const { status } = await send({
        method: 'PUT',
        url,
        headers: { 'content-type': '' },
        body,
        budget: Math.min(until - clock(), MOST_ATTEMPT),
        fresh: true,
        proxy,
      });
      if (status >= 200 && status < 300) {
        return;
      }
      failure = `the ResponseURL answered ${status}`;
      if (status < 500 && status !== 429) {
        break;
      }
    } catch (error) {
      failure = reasonOf(error);
    }
    if (clock() + pause >= until) {
      break;
    }
    const wait = pause;
    await new Promise((resolve) => setTimeout(resolve, wait));
    pause = Math.min(pause * 2, LONGEST_PAUSE);
  }
  throw new NotDelivered(failure);
}
