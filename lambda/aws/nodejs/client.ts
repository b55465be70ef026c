/** Calls of AWS's JSON services without an SDK, which would cost more than the rest of a cold start. */
import type { Environment } from '../../environment';
import { isObject } from '../../json';
import { reasonOf } from '../../thrown';
import { CredentialsError, CredentialSource } from './credentials';
import { endpointUrl, type Service } from './endpoints';
import { placeOf, Proxies, type Proxy, ProxyError } from './proxy';
import { signedHeaders } from './sign';
import { type HttpResponse, send } from './transport';

/** What a service is asked with and answers. */
export type JsonObject = Record<string, unknown>;

/** Content type and prefix of X-Amz-Target. */
const PROTOCOLS: Readonly<Record<Service, readonly [string, string]>> = {
  ssm: ['application/x-amz-json-1.1', 'AmazonSSM'],
  dynamodb: ['application/x-amz-json-1.0', 'DynamoDB_20120810'],
  sqs: ['application/x-amz-json-1.0', 'AmazonSQS'],
};
const THROTTLES = [
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
  'TransactionConflictException', // a redirect is at the row for a moment
];
/** Milliseconds: long enough for a part of a large event from a small function. Half of what is left at most: a hang leaves time for another. */
const MOST_ATTEMPT = 5000;
/** Below this many milliseconds a half is not worth a try, so the attempt gets all. */
const LEAST_ATTEMPT = 150;
const FIRST_PAUSE = 50;
const LONGEST_PAUSE = 1000;

/**
 * Milliseconds to wait before something is asked for again.
 *
 * @param attempt from 0
 * @param random from 0 to 1
 */
export function pauseAfter(attempt: number, random: number): number {
  return Math.min(FIRST_PAUSE * 2 ** attempt, LONGEST_PAUSE) * (0.5 + random / 2);
}

/** A call that failed. */
export class AwsError extends Error {
  /**
   * @param code the service's error code, or what kept the answer away
   * @param details the error's JSON body
   */
  constructor(
    readonly code: string,
    text: string,
    readonly retryable: boolean,
    readonly details: JsonObject = {},
    options?: ErrorOptions,
  ) {
    super(text ? `${code}: ${text}` : code, options);
  }
}

/** Signs and sends. */
export class AwsClient {
  readonly region: string;
  /** Settles once a first request has left, or can't: all that is left of it, but for reading the answer, is then done elsewhere. */
  readonly underway: Promise<void>;
  private leaves!: () => void;
  private readonly credentials: CredentialSource;
  private readonly proxies: Proxies;

  constructor(
    private readonly environment: Environment,
    readonly clock: () => number = Date.now,
  ) {
    this.region = environment.AWS_REGION || environment.AWS_DEFAULT_REGION || 'us-east-1';
    this.credentials = new CredentialSource(environment, clock);
    this.proxies = new Proxies(environment);
    this.underway = new Promise((resolve) => {
      this.leaves = resolve;
    });
  }

  /** Base URL of a service. */
  url(service: Service): URL {
    return endpointUrl(service, this.region, this.environment);
  }

  /**
   * What a request to this URL goes through.
   *
   * @throws ProxyError
   */
  proxyOf(url: URL): Proxy | undefined {
    return this.proxies.of(url);
  }

  /**
   * One attempt.
   *
   * @param budget milliseconds
   * @param fresh uses no kept connection
   * @throws AwsError
   */
  async callOnce(service: Service, operation: string, input: JsonObject, budget: number, fresh = false): Promise<JsonObject> {
    const [contentType, prefix] = PROTOCOLS[service];
    const started = this.clock();
    let response: HttpResponse;
    let proxy: Proxy | undefined;
    try {
      const url = this.url(service);
      proxy = this.proxyOf(url);
      const body = JSON.stringify(input);
      const unsigned = { 'content-type': contentType, 'x-amz-target': `${prefix}.${operation}` };
      const keys = await this.credentials.get(budget);
      const headers = await signedHeaders({ service, region: this.region, url, headers: unsigned, body }, keys);
      const left = budget - Math.max(0, this.clock() - started);
      response = await send({ method: 'POST', url, headers, body, budget: left, fresh, proxy, onSent: this.leaves });
    } catch (error) {
      this.leaves();
      throw new AwsError(codeOf(error), reasonOf(error), !(error instanceof ProxyError), {}, { cause: error });
    }
    return parsed(service, operation, response, proxy);
  }

  /**
   * Repeats throttles, 5xx and network errors with back-off.
   *
   * @param until epoch milliseconds after which no attempt begins
   * @param elsewhere whether another service is asked after this one: then one attempt may take all the time, and a hang leaves its rest to that
   * @throws AwsError
   */
  async call(service: Service, operation: string, input: JsonObject, until: number, elsewhere = false): Promise<JsonObject> {
    let failure = new AwsError('NoTimeLeft', `the invocation ends before ${operation} can be tried`, false);
    for (let attempt = 0; ; attempt++) {
      const left = until - this.clock();
      if (left <= 0) {
        throw failure;
      }
      const budget = elsewhere || left < 2 * LEAST_ATTEMPT ? left : Math.min(left / 2, MOST_ATTEMPT);
      try {
        return await this.callOnce(service, operation, input, budget, attempt > 0);
      } catch (error) {
        const { code } = error as AwsError;
        if (attempt === 0 || budget >= LEAST_ATTEMPT || code !== 'NetworkError') {
          failure = error as AwsError; // that of an attempt with hardly any time says less than the one before
        }
      }
      const wait = pauseAfter(attempt, Math.random());
      if (!failure.retryable || this.clock() + wait >= until) {
        throw failure;
      }
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
}

function codeOf(error: unknown): string {
  if (error instanceof ProxyError) {
    return 'ProxyError';
  }
  return error instanceof CredentialsError ? 'CredentialsError' : 'NetworkError';
}

function parsed(service: Service, operation: string, response: HttpResponse, proxy: Proxy | undefined): JsonObject {
  const object = objectIn(response.body.toString());
  if (response.status === 200 && (object || service === 'sqs')) {
    return object ?? {};
  }
  if (response.status === 200) {
    throw new AwsError('InvalidResponse', `${service} ${operation} answered ${response.body.length} bytes that are not a JSON object`, true);
  }
  const details = (object ?? {}) as JsonObject & { readonly __type?: string; readonly message?: string; readonly Message?: string };
  const type = String(details.__type ?? response.headers['x-amzn-errortype'] ?? `HTTP ${response.status}`);
  const code = type.split(':')[0].split('#').pop()!;
  const retryable = response.status >= 500 || response.status === 429 || THROTTLES.includes(code);
  const unsaid = proxy && !object ? `through the proxy ${placeOf(proxy)} of ${proxy.variable}` : ''; // whose answer it may be
  throw new AwsError(code, String(details.message ?? details.Message ?? unsaid), retryable, details);
}

function objectIn(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
