import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

import { responseBytes } from '../../contract/custom-resource/custom-resource.json';
import type { Clock } from './clock';
import type { WindowRequest } from './request';

/** How an operation ended. */
export interface Outcome {
  readonly status: 'SUCCESS' | 'FAILED';
  readonly physicalResourceId: string;
  /** Only when it failed. */
  readonly reason?: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** CloudFormation did not take the answer; Lambda invokes the planner again, which may repeat all it did. */
export class AnswerNotDelivered extends Error {
  constructor(outcome: Outcome, cause: string) {
    super(`CloudFormation was not told ${outcome.status} of '${outcome.physicalResourceId}': ${cause}`);
    this.name = 'AnswerNotDelivered';
  }
}

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 5_000;
const LONGEST_ATTEMPT = 10_000;
const CUT = ' ... ';

/** The body to PUT: as much of the reason as CloudFormation takes, of which the end counts most. */
export function render(request: WindowRequest, { status, physicalResourceId, reason }: Outcome): Buffer {
  const withReason = (text: string | undefined) =>
    Buffer.from(
      JSON.stringify({
        Status: status,
        PhysicalResourceId: physicalResourceId,
        StackId: request.StackId,
        RequestId: request.RequestId,
        LogicalResourceId: request.LogicalResourceId,
        ...(text === undefined ? {} : { Reason: text }),
      }),
    );
  const whole = withReason(reason);
  if (reason === undefined || whole.length <= responseBytes.most) {
    return whole;
  }
  const characters = [...reason];
  const shortened = (kept: number) => {
    const head = Math.floor(kept / 3);
    return withReason(`${characters.slice(0, head).join('')}${CUT}${characters.slice(characters.length - (kept - head)).join('')}`);
  };
  // The most characters that fit, by halving
  let fits = 0;
  for (let tooMany = characters.length; tooMany - fits > 1;) {
    const middle = Math.floor((fits + tooMany) / 2);
    if (shortened(middle).length <= responseBytes.most) {
      fits = middle;
    } else {
      tooMany = middle;
    }
  }
  return shortened(fits);
}

/**
 * Puts the answer, again after server errors, throttling and network errors until the deadline.
 *
 * @throws AnswerNotDelivered with what the server said last
 */
export async function deliver(request: WindowRequest, outcome: Outcome, deadline: number, clock: Clock, environment: Environment): Promise<void> {
  const url = responseUrl(request.ResponseURL, outcome, environment);
  const body = render(request, outcome);
  for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    const result = await put(url, body, Math.min(LONGEST_ATTEMPT, Math.max(1, deadline - clock.now())));
    if (result.delivered) {
      return;
    }
    if (!result.again || clock.now() + pause >= deadline) {
      throw new AnswerNotDelivered(outcome, result.cause);
    }
    await clock.sleep(pause);
  }
}

/** https, or plain http to a local endpoint that the environment names itself. The URL is a secret: no error shows it. */
function responseUrl(text: string, outcome: Outcome, environment: Environment): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isOwnEndpoint(url, environment))) {
    return url;
  }
  throw new AnswerNotDelivered(outcome, `its ResponseURL is no https URL but ${url ? `${url.protocol}//${url.host}` : 'no URL at all'}`);
}

function isOwnEndpoint(url: URL, environment: Environment): boolean {
  const loopback = url.hostname === 'localhost' || url.hostname === '[::1]' || /^127(\.\d+){3}$/.test(url.hostname);
  return (
    loopback &&
    [environment.AWS_ENDPOINT_URL, environment.AWS_ENDPOINT_URL_S3].some((endpoint) => {
      return endpoint !== undefined && URL.canParse(endpoint) && new URL(endpoint).host === url.host;
    })
  );
}

type Delivery = { readonly delivered: true } | { readonly delivered: false; readonly again: boolean; readonly cause: string };

function put(url: URL, body: Buffer, timeout: number): Promise<Delivery> {
  return new Promise((resolve) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const failed = (cause: string, again: boolean) => resolve({ delivered: false, again, cause });
    // The signature covers an empty content type; the server wants the length in bytes
    const headers = { 'content-type': '', 'content-length': body.length };
    const attempt = send(url, { method: 'PUT', headers, signal: AbortSignal.timeout(timeout) }, (response) => {
      const status = response.statusCode ?? 0;
      response.resume();
      response.on('error', (error) => failed(error.message, true));
      response.on('end', () => {
        if (status >= 200 && status < 300) {
          resolve({ delivered: true });
        } else {
          failed(`the server answered ${status}`, status >= 500 || status === 429);
        }
      });
    });
    attempt.on('error', (error) => failed(error.name === 'AbortError' ? `no answer within ${timeout} ms` : error.message, true));
    attempt.end(body);
  });
}
