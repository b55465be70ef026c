/** Repeats calls of AWS that may succeed the next time, with jittered back-off, for a bounded time. */
import type { Clock } from '../../clock';

/** An error as the SDK throws it; with neither when nobody answered. */
export interface ServiceError extends Error {
  readonly $fault?: 'client' | 'server';
  readonly $metadata?: { readonly httpStatusCode?: number };
}

export interface Patience {
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Epoch milliseconds after which no attempt begins and none goes on. */
  readonly until: number;
  /** Ends every attempt early. */
  readonly signal?: AbortSignal;
  /**
   * Milliseconds.
   *
   * @default 10 s
   */
  readonly longestAttempt?: number;
  /**
   * Milliseconds before the second attempt, at most: half of it is jitter. It doubles with each attempt, up to 5 s.
   *
   * @default 500
   */
  readonly firstPause?: number;
  /**
   * Whether another attempt may help.
   *
   * @default {@link mayPass}
   */
  readonly again?: (error: ServiceError) => boolean;
}

const LONGEST_ATTEMPT = 10_000;
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 5_000;
/** Answers of the 4xx kind that ask for patience. */
const THROTTLES = [
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
  'TooManyUpdates',
];

/**
 * The result of the first attempt that succeeds.
 *
 * @throws the last attempt's error, when no other may help or time is up
 */
export async function repeated<T>(call: (signal: AbortSignal) => Promise<T>, patience: Patience): Promise<T> {
  const { clock, random, until, signal, firstPause = FIRST_PAUSE, again = mayPass } = patience;
  for (let pause = firstPause; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    try {
      return await attempt(call, patience);
    } catch (error) {
      const wait = pause * (0.5 + 0.5 * random());
      if (!again(error as ServiceError) || signal?.aborted || clock.now() + wait >= until) {
        throw error;
      }
      await clock.sleep(wait, signal);
    }
  }
}

async function attempt<T>(
  call: (signal: AbortSignal) => Promise<T>,
  { clock, until, signal, longestAttempt = LONGEST_ATTEMPT }: Patience,
): Promise<T> {
  const most = Math.max(1, Math.min(longestAttempt, until - clock.now()));
  const timeout = AbortSignal.timeout(most);
  try {
    return await call(signal ? AbortSignal.any([signal, timeout]) : timeout);
  } catch (error) {
    throw timeout.aborted && !signal?.aborted ? new Error(`no answer within ${Math.round(most)} ms`) : error;
  }
}

/** Whether the same call may succeed later: it was throttled, the service failed, or nobody answered. */
export function mayPass(error: ServiceError): boolean {
  return !isRefusal(error) || THROTTLES.includes(error.name);
}

/** The service has answered and done nothing. */
export function isRefusal({ $metadata, $fault }: ServiceError): boolean {
  const status = $metadata?.httpStatusCode;
  return status === undefined ? $fault === 'client' : status >= 400 && status < 500;
}
