/** When an operation began and ends, and what an execution keeps back. Pure; milliseconds unless a name says otherwise. */
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

/** When an answer that does not get through is left to the responder. */
export interface HandOver {
  /** After 5xx and 429, which the responder would meet as well. */
  readonly until: number;
  /** After silence and network errors: the responder is in no VPC. */
  readonly unreachableUntil: number;
}

export function handOver(now: number, closesAt: number): HandOver {
  const { unreachableFor, shareOfRest, leastRest, leastAttempt } = times.handOver;
  const until = Math.min(now + (closesAt - now) * shareOfRest, Math.max(closesAt - leastRest, now + leastAttempt));
  return { until, unreachableUntil: Math.min(until, now + unreachableFor) };
}

/** How long onTimeout or onCancel may take. */
export function stopperBudget(now: number, closesAt: number, margin: number): number {
  const { shareOfMargin, shareOfRest } = times.stopper;
  return Math.max(0, Math.min(margin * shareOfMargin, (closesAt - now) * shareOfRest));
}

/** When a Delete that may come from a cancelled Create calls the handler: that Create's execution gets time to notice. */
export function orphanWakeAt(now: number, deadline: number): number {
  const { most, shareOfRest } = times.orphanWait;
  return now + Math.max(0, Math.min(most, (deadline - now) * shareOfRest));
}

/** What is kept back at the end of an execution that may take this long. */
export function margin(execution: number): number {
  return Math.min(times.margin.most, execution * times.margin.shareOfExecution);
}
