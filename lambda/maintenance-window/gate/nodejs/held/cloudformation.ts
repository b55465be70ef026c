/** Answers a custom-resource request that comes inside a window: CloudFormation would wait an hour for silence. */
import { send } from '../../../../aws/nodejs/transport';
import { createFailedMarker, responseBytes } from '../../../../contract/custom-resource/custom-resource.json';
import type { Environment } from '../../../../environment';
import { reasonOf } from '../../../../thrown';

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
/** JSON: an escaped control character. */
const MOST_BYTES_PER_CHARACTER = 6;
const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

/** The URL to answer to: https; http on loopback only while an endpoint of ours is that very host and port. Null for any other text. */
export function responseUrl(text: string, environment: Environment): URL | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isOurs = (name: string) => {
    const endpoint = environment[name] ?? '';
    return URL.canParse(endpoint) && new URL(endpoint).protocol === 'http:' && new URL(endpoint).host === url?.host;
  };
  if (url?.protocol === 'https:') {
    return url;
  }
  return url?.protocol === 'http:' && LOOPBACK.includes(url.hostname) && ['AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL'].some(isOurs) ? url : null;
}

/** What a request gets whose handler is held. Only the Delete of a resource that never came to be succeeds. */
export function heldResponse(request: Record<string, unknown>, reason: string): CustomResourceResponse {
  const text = (name: string) => (typeof request[name] === 'string' ? request[name] : '');
  const given = text('PhysicalResourceId');
  const neverMade = request.RequestType === 'Delete' && given === createFailedMarker;
  const answer = (shown: string): CustomResourceResponse => ({
    Status: neverMade ? 'SUCCESS' : 'FAILED',
    Reason: neverMade ? '' : shown,
    PhysicalResourceId: request.RequestType === 'Create' || given === '' ? createFailedMarker : given,
    StackId: text('StackId'),
    RequestId: text('RequestId'),
    LogicalResourceId: text('LogicalResourceId'),
  });
  const characters = [...reason];
  const surplus = () => Buffer.byteLength(JSON.stringify(answer(characters.join('')))) - responseBytes.most;
  for (let over = surplus(); over > 0 && characters.length > 0; over = surplus()) {
    characters.splice(-Math.max(1, Math.floor(over / MOST_BYTES_PER_CHARACTER)));
  }
  return answer(characters.join(''));
}

/**
 * PUTs the response; repeats 5xx, 429 and network errors.
 *
 * @param until epoch milliseconds
 * @throws NotDelivered
 */
export async function deliver(url: URL, response: CustomResourceResponse, until: number, clock: () => number = Date.now): Promise<void> {
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
