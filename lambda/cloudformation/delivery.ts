/** Puts answers to the ResponseURL. */
import { type Clock, within } from '../clock';
import type { Environment } from '../environment';
import { shownError } from '../thrown';
import type { Answer } from './answer';
import { refusal, responseUrl } from './response-url';

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Milliseconds. */
const LONGEST_ATTEMPT = 10_000;
const SHORTEST_ATTEMPT = 500;
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 5_000;

/** An invocation that fails with an answer, for the responder to give. The message is its JSON; Data never leaves the function this way. */
export class Unanswered extends Error {
  constructor(name: 'AnswerNotDelivered' | 'HopNotStarted', answer: Answer, cause: string) {
    const { status, physicalResourceId, reason, data } = answer;
    super(JSON.stringify({ status, physicalResourceId, reason, hadData: data !== undefined, cause }));
    this.name = name;
  }
}

export interface Delivery {
  readonly url: string;
  readonly answer: Answer;
  readonly body: Buffer;
  /** Epoch milliseconds until when it is repeated. */
  readonly until: number;
  /**
   * The same after silence and network errors, for those who have somebody with another way to S3.
   *
   * @default until
   */
  readonly unreachableUntil?: number;
  readonly clock: Clock;
  readonly fetch: Fetch;
  readonly environment: Environment;
  /** Applied to what is said of a failure: the URL is a secret. */
  readonly mask: (text: string) => string;
}

/**
 * PUTs an answer; again after 5xx, 429 and network errors.
 *
 * @throws Unanswered as AnswerNotDelivered
 */
export async function deliver(delivery: Delivery): Promise<void> {
  const { url, answer, until, unreachableUntil = until, clock, environment, mask } = delivery;
  if (!responseUrl(url, environment)) {
    throw new Unanswered('AnswerNotDelivered', answer, refusal(url));
  }
  for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    const end = clock.now() < unreachableUntil ? unreachableUntil : until;
    const failure = await put(delivery, Math.min(LONGEST_ATTEMPT, Math.max(SHORTEST_ATTEMPT, end - clock.now())));
    if (failure === undefined) {
      return;
    }
    if (clock.now() + pause >= { NEVER: 0, SERVER: until, UNREACHABLE: unreachableUntil }[failure.again]) {
      throw new Unanswered('AnswerNotDelivered', answer, mask(failure.cause));
    }
    await clock.sleep(pause);
  }
}

interface Failed {
  readonly cause: string;
  /** Whether it may pass: a fault of the server, or of the way to it. */
  readonly again: 'NEVER' | 'SERVER' | 'UNREACHABLE';
}

async function put({ url, body, clock, fetch }: Delivery, timeout: number): Promise<Failed | undefined> {
  const over = new AbortController();
  try {
    const attempt = await within(clock, timeout, send(url, body, fetch, over.signal));
    return attempt ? attempt.value : { cause: `no answer within ${timeout} ms`, again: 'UNREACHABLE' };
  } catch (error) {
    return { cause: shownError(error), again: 'UNREACHABLE' };
  } finally {
    over.abort();
  }
}

async function send(url: string, body: Buffer, fetch: Fetch, signal: AbortSignal): Promise<Failed | undefined> {
  // The URL is signed for an empty content type; a redirect would carry the answer elsewhere
  const response = await fetch(url, { method: 'PUT', headers: { 'content-type': '' }, body: new Uint8Array(body), redirect: 'manual', signal });
  await response.body?.cancel();
  return response.status >= 200 && response.status < 300
    ? undefined
    : { cause: `the ResponseURL answered ${response.status}`, again: response.status >= 500 || response.status === 429 ? 'SERVER' : 'NEVER' };
}
