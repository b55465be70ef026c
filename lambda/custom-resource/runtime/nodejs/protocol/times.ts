/** When an operation ends, waits, polls and changes over to its next execution. Pure; milliseconds unless a name says otherwise. */
import type { CloudFormationRequest } from '../../../../cloudformation/request';
import { times } from '../../../../contract/custom-resource/custom-resource.json';

const SECOND = 1000;

export interface OperationTimes {
  /** When CloudFormation sent the request. */
  readonly startedAt: number;
  /** When the operation is answered as timed out. */
  readonly deadline: number;
  /** From when on nobody answers: CloudFormation stopped waiting, and may use the request's id again. */
  readonly closesAt: number;
}

/**
 * @param receivedAt epoch milliseconds of the first receipt
 * @param providerTimeout seconds, for resources that come without a ServiceTimeout
 */
export function operationTimes(request: CloudFormationRequest, receivedAt: number, providerTimeout: number | undefined): OperationTimes {
  const ofResource = serviceTimeout(request.ResourceProperties.ServiceTimeout);
  const timeout = (ofResource ?? providerTimeout ?? times.serviceTimeoutSeconds.default) * SECOND;
  const startedAt = Math.min(signingDate(request.ResponseURL) ?? receivedAt, receivedAt);
  return {
    startedAt,
    deadline: startedAt + timeout - Math.min(times.reserve.most, timeout * times.reserve.shareOfTimeout),
    // Of the provider's timeout CloudFormation knows nothing: it waits on
    closesAt: startedAt + (ofResource ?? times.serviceTimeoutSeconds.default) * SECOND,
  };
}

/** Seconds; undefined for what CloudFormation would not take. */
export function serviceTimeout(value: unknown): number | undefined {
  const seconds = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  return typeof seconds === 'number' && Number.isInteger(seconds) && seconds >= 1 && seconds <= times.serviceTimeoutSeconds.most
    ? seconds
    : undefined;
}

/** Epoch milliseconds of X-Amz-Date in a pre-signed URL; undefined without one. */
export function signingDate(url: string): number | undefined {
  const date = URL.canParse(url) ? new URL(url).searchParams.get('X-Amz-Date') : null;
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date ?? '');
  const at = match ? Date.parse(`${match[1]}-${match[2]}-${match[3]}T${match[4]}:${match[5]}:${match[6]}Z`) : NaN;
  return Number.isNaN(at) ? undefined : at;
}

/** What is kept back at the end of an execution that may take this long. */
export function margin(execution: number): number {
  return Math.min(times.margin.most, execution * times.margin.shareOfExecution);
}

/**
 * How long to wait before the next poll.
 *
 * @param after seconds that the handler asked for
 * @param pollInterval seconds that the provider asks for
 * @param elapsed since the operation began
 */
export function sleepBeforePoll(after: number | undefined, pollInterval: number | undefined, elapsed: number): number {
  const asked = after ?? pollInterval;
  const { least, most, shareOfElapsed } = times.sleep;
  return asked === undefined ? Math.min(most, Math.max(least, elapsed * shareOfElapsed)) : asked * SECOND;
}

export interface Situation {
  readonly now: number;
  /** When the handler is to be called next. */
  readonly wakeAt: number;
  /** The longest poll so far; 0 before the first. */
  readonly longestPoll: number;
  /** Whether the handler was not called yet in this execution. */
  readonly fresh: boolean;
  /** When this execution's margin begins. */
  readonly marginAt: number;
  readonly deadline: number;
}

export interface Step {
  readonly action: 'CALL' | 'HOP' | 'TIME_OUT';
  readonly at: number;
}

/** What comes next, and when. An execution is used up to its margin, for the number of executions is limited. */
export function nextStep({ now, wakeAt, longestPoll, fresh, marginAt, deadline }: Situation): Step {
  const at = Math.max(now, wakeAt);
  // A poll that never fits twice would never run: each execution grants one
  const fits = at < marginAt && (fresh || at + 2 * longestPoll <= marginAt);
  const step: Step = fits ? { action: 'CALL', at } : { action: 'HOP', at: Math.max(now, Math.min(at, marginAt)) };
  return step.at >= deadline ? { action: 'TIME_OUT', at: Math.max(now, deadline) } : step;
}
