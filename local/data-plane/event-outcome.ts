import type { InvocationResult } from './environment';
import type { FunctionConfiguration } from './function-configuration';

/** Why an event is not in the queue any more. All but the first are failures; names as in AWS's records. */
export type Condition = 'Success' | 'RetriesExhausted' | 'EventAgeExceeded' | 'ZeroReservedConcurrency' | 'RecursiveInvocation';

/** How an asynchronous event ended: what the queue hands to destinations, and what their records are made of. */
export interface EventOutcome {
  readonly requestId: string;
  readonly configuration: FunctionConfiguration;
  readonly payload: Buffer;
  /** Of the invocation, for the recursion guard. */
  readonly traceId: string;
  readonly condition: Condition;
  /** How often the function ran. */
  readonly invokeCount: number;
  /** Of the last run. */
  readonly result?: InvocationResult;
  /** HTTP status of the last attempt; absent when there was none. */
  readonly status?: number;
  /** Error of the last attempt, when it did not run the function. */
  readonly error?: string;
}
