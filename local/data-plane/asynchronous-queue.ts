import type { Attempts } from './attempt';
import type { Clock } from './clock';
import type { Concurrency, ConcurrencySlot } from './concurrency';
import type { Destinations } from './destinations';
import type { InvocationResult } from './environment';
import type { Condition, EventOutcome } from './event-outcome';
import type { FunctionConfiguration, FunctionSource } from './function-configuration';
import {
  CONFIGURATION_FRESH_MS,
  DEFAULT_EVENT_AGE_SECONDS,
  DEFAULT_RETRY_ATTEMPTS,
  FUNCTION_ERROR_RETRY_DELAYS_MS,
  THROTTLE_BACKOFF_MAX_MS,
  THROTTLE_BACKOFF_MIN_MS,
} from './limits';
import type { InvocationRecord } from './records';
import { type Chain, continueChain, isRecursiveLoop } from './recursion';
import { asServiceError } from './service-error';

/** An event as it was accepted. */
export interface AcceptedEvent {
  /** One for all attempts. */
  readonly requestId: string;
  readonly functionName: string;
  readonly qualifier: string;
  readonly door: string;
  readonly payload: Buffer;
  /** Of the caller. */
  readonly traceId?: string;
  readonly tenantId?: string;
}

export interface AsynchronousQueueParts {
  readonly functions: FunctionSource;
  readonly concurrency: Concurrency;
  readonly attempts: Pick<Attempts, 'run' | 'records'>;
  readonly destinations: Pick<Destinations, 'deliver'>;
  readonly clock: Clock;
  /** Divides retry delays and event age, nothing else. */
  readonly timeScale: number;
  /** Takes a line for people. */
  readonly report: (problem: string) => void;
}

interface Entry extends AcceptedEvent {
  readonly accepted: number;
  /** The same for every attempt, so that retries are not a recursion. */
  readonly chain: Chain;
  configuration: FunctionConfiguration;
  /** When the configuration was last read for an attempt. */
  read?: number;
  /** Attempts that ran the function. */
  runs: number;
  /** Throttles and system errors so far. */
  setbacks: number;
  /** What the latest attempt came to. */
  last?: Pick<EventOutcome, 'result' | 'status' | 'error'>;
}

/**
 * Lambda's queue of asynchronous invocations, in memory.
 *
 * Function errors are retried after one and two minutes, throttles and system errors with a back-off. An event that was throttled is also tried
 * as soon as an execution ends, oldest first: AWS documents the intervals and that its pollers adapt, not how they find free capacity.
 */
export class AsynchronousQueue {
  private readonly entries = new Set<Entry>();
  private readonly timers = new Map<Entry, () => void>();
  private readonly throttled = new Set<Entry>();
  private readonly stopListening: () => void;
  private readonly deliveries = new Set<Promise<void>>();
  private closed = false;

  constructor(private readonly parts: AsynchronousQueueParts) {
    this.stopListening = parts.concurrency.onRelease(() => this.tryThrottled());
  }

  /** Events that are waiting or running. */
  get size(): number {
    return this.entries.size;
  }

  /** Accepts an event; from here on it is run, or given to the destination of failures. */
  add(configuration: FunctionConfiguration, event: AcceptedEvent): void {
    if (this.closed) {
      throw new Error(`The queue is closed, ${event.requestId} is not accepted.`);
    }
    const chain = continueChain(configuration.functionArn, event.traceId);
    const entry: Entry = { ...event, accepted: this.parts.clock.now(), chain, configuration, runs: 0, setbacks: 0 };
    this.entries.add(entry);
    const { requestId, door } = event;
    this.parts.attempts.records.emit({ type: 'event-queued', requestId, functionArn: configuration.invokedArn, door });
    this.schedule(entry, 0);
  }

  /** Drops every event that is not running and waits for records that are on their way. */
  async close(): Promise<void> {
    this.closed = true;
    this.stopListening();
    this.timers.forEach((cancel) => cancel());
    this.timers.clear();
    this.throttled.clear();
    this.entries.clear();
    await Promise.all(this.deliveries);
  }

  private schedule(entry: Entry, delay: number): void {
    this.timers.set(
      entry,
      this.parts.clock.after(delay, () => this.begin(entry)),
    );
  }

  private begin(entry: Entry): void {
    this.timers.get(entry)?.();
    this.timers.delete(entry);
    this.throttled.delete(entry);
    void this.attempt(entry).catch((error: unknown) => {
      this.parts.report(`The asynchronous event ${entry.requestId} for ${entry.configuration.invokedArn} was lost: ${String(error)}`);
      this.entries.delete(entry);
    });
  }

  private async attempt(entry: Entry): Promise<void> {
    if (this.remainingAge(entry) <= 0) {
      this.finish(entry, 'EventAgeExceeded');
      return;
    }
    if (this.isKnownFull(entry)) {
      this.throttle(entry);
      return;
    }
    try {
      entry.configuration = await this.parts.functions.configuration(entry.functionName, entry.qualifier);
    } catch (error) {
      this.unresolved(entry, error);
      return;
    }
    entry.read = this.parts.clock.now();
    if (this.closed) {
      return;
    }
    const { configuration } = entry;
    if (isRecursiveLoop(entry.chain, configuration.recursiveLoop)) {
      this.parts.attempts.records.finished(this.record(entry), 'recursion-stopped', 'RecursiveInvocationException');
      entry.last = { status: 400, error: 'RecursiveInvocationException' };
      this.finish(entry, 'RecursiveInvocation');
    } else if (configuration.reservedConcurrency === 0) {
      this.parts.attempts.records.finished(this.record(entry), 'throttled', 'ZeroReservedConcurrency');
      entry.last = undefined;
      this.finish(entry, 'ZeroReservedConcurrency');
    } else {
      const slot = this.parts.concurrency.tryAcquire(configuration);
      if (typeof slot === 'string') {
        this.throttle(entry);
      } else {
        await this.run(entry, slot);
      }
    }
  }

  private async run(entry: Entry, slot: ConcurrencySlot): Promise<void> {
    const { requestId, payload, tenantId, chain } = entry;
    let result: InvocationResult;
    try {
      result = await this.parts.attempts.run(entry.configuration, { requestId, traceId: chain.traceId, payload, tenantId }, slot, this.record(entry));
    } catch (error) {
      this.parts.report(`The asynchronous event ${requestId} could not be run and is kept: ${String(error)}`);
      entry.last = { status: asServiceError(error).status, error: asServiceError(error).message };
      this.setBack(entry, 'system-error');
      return;
    }
    entry.runs += 1;
    entry.last = { result, status: 200 };
    if (result.errorType === undefined) {
      this.finish(entry, 'Success');
    } else if (entry.runs > (entry.configuration.eventInvokeConfig?.maximumRetryAttempts ?? DEFAULT_RETRY_ATTEMPTS)) {
      this.finish(entry, 'RetriesExhausted');
    } else {
      const delay = FUNCTION_ERROR_RETRY_DELAYS_MS[Math.min(entry.runs, FUNCTION_ERROR_RETRY_DELAYS_MS.length) - 1];
      this.retry(entry, 'function-error', delay);
    }
  }

  private throttle(entry: Entry): void {
    entry.last = { status: 429, error: 'Rate Exceeded.' };
    this.throttled.add(entry);
    this.setBack(entry, 'throttle');
  }

  /** Whether a look at the configuration can be spared: many events that wait for room would ask for the same thing again and again. */
  private isKnownFull({ configuration, read }: Entry): boolean {
    return read !== undefined && this.parts.clock.now() - read < CONFIGURATION_FRESH_MS && !this.parts.concurrency.hasRoom(configuration);
  }

  private unresolved(entry: Entry, error: unknown): void {
    const problem = asServiceError(error);
    entry.last = { status: problem.status, error: problem.message };
    if (problem.code === 'ResourceNotFoundException') {
      // The function was deleted after it accepted the event; what it configured last still counts
      this.finish(entry, 'RetriesExhausted');
    } else {
      this.setBack(entry, 'system-error');
    }
  }

  private setBack(entry: Entry, reason: 'throttle' | 'system-error'): void {
    entry.setbacks += 1;
    this.retry(entry, reason, Math.min(THROTTLE_BACKOFF_MIN_MS * 2 ** (entry.setbacks - 1), THROTTLE_BACKOFF_MAX_MS));
  }

  private retry(entry: Entry, reason: 'function-error' | 'throttle' | 'system-error', unscaledDelay: number): void {
    if (this.closed) {
      return;
    }
    const delay = unscaledDelay / this.parts.timeScale;
    if (delay >= this.remainingAge(entry)) {
      // AWS looks ahead: an event that would be too old for its next attempt is given up at once
      this.finish(entry, 'EventAgeExceeded');
      return;
    }
    const { requestId, configuration } = entry;
    const due = this.parts.clock.now() + delay;
    this.parts.attempts.records.emit({ type: 'retry-scheduled', requestId, functionArn: configuration.invokedArn, reason, due });
    this.schedule(entry, delay);
  }

  /** Oldest throttled event of each function that has room again. */
  private tryThrottled(): void {
    const functions = new Set<string>();
    for (const entry of [...this.throttled].sort((a, b) => a.accepted - b.accepted)) {
      const { functionArn } = entry.configuration;
      if (!functions.has(functionArn) && this.parts.concurrency.hasRoom(entry.configuration)) {
        functions.add(functionArn);
        this.begin(entry);
      }
    }
  }

  private finish(entry: Entry, condition: Condition): void {
    if (this.closed) {
      return;
    }
    this.throttled.delete(entry);
    this.entries.delete(entry);
    const { requestId, configuration, payload, chain, runs: invokeCount } = entry;
    this.parts.attempts.records.emit({ type: 'event-finished', requestId, functionArn: configuration.invokedArn, condition });
    const { traceId } = chain;
    const delivery = this.parts.destinations.deliver({ requestId, configuration, payload, traceId, condition, invokeCount, ...entry.last });
    this.deliveries.add(delivery);
    void delivery.finally(() => this.deliveries.delete(delivery));
  }

  /** Milliseconds until the event is too old, by the scaled clock. */
  private remainingAge(entry: Entry): number {
    const seconds = entry.configuration.eventInvokeConfig?.maximumEventAgeInSeconds ?? DEFAULT_EVENT_AGE_SECONDS;
    return entry.accepted + (seconds * 1000) / this.parts.timeScale - this.parts.clock.now();
  }

  private record(entry: Entry): InvocationRecord {
    const { requestId, configuration, door, payload, accepted, runs } = entry;
    const { functionName, invokedArn: functionArn, version } = configuration;
    return this.parts.attempts.records.open(
      {
        requestId,
        functionName,
        functionArn,
        version,
        door,
        mode: 'Event',
        attempt: runs + 1,
        received: accepted,
      },
      payload,
    );
  }
}
