import { Duration } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';

import { CUSTOM_RESOURCE } from '../../private/contract.generated';
import { SecondsRange, wholeSeconds } from '../../private/seconds';

const SECOND = 1000;
const { times } = CUSTOM_RESOURCE;

/** CloudFormation waits longer than an operation may take, so that the answer given at its deadline still arrives: 60 s. */
const RESERVE = times.reserve.most / SECOND;
/** The least leaves the answer time to arrive whatever fails; the most is what CloudFormation's hour leaves: 3540 s. */
const OPERATION: SecondsRange = { least: 60, most: times.serviceTimeoutSeconds.most - RESERVE };
/** Of a resource with a ServiceTimeout of its own: below the least nothing can be told in time. */
const SERVICE_TIMEOUT = { least: 30, enough: OPERATION.least + RESERVE };
/** The least leaves 12 s of work before the margin; the most is Lambda's own limit. */
export const EXECUTION = { least: 15, most: 900 } satisfies SecondsRange;

/** The whole operation, in seconds. */
export function operationSeconds(scope: IConstruct, timeout: Duration | undefined): number {
  return timeout ? wholeSeconds(scope, 'timeout', timeout, OPERATION) : OPERATION.most!;
}

/** CloudFormation's ServiceTimeout for it, in seconds. */
export function serviceTimeoutSeconds(operation: number): number {
  return operation + RESERVE;
}

/** The operation that a ServiceTimeout was made for, in seconds. */
export function operationSecondsOf(serviceTimeout: number): number {
  return serviceTimeout - RESERVE;
}

/** One execution, in seconds. */
export function executionSeconds(scope: IConstruct, executionTimeout: Duration): number {
  return wholeSeconds(scope, 'executionTimeout', executionTimeout, EXECUTION);
}

/** Time between polls, in seconds. */
export function pollSeconds(scope: IConstruct, pollInterval: Duration, operation: number): number {
  return wholeSeconds(scope, 'pollInterval', pollInterval, { least: 1, most: operation });
}

/** What is wrong with the timeout of a function made elsewhere, by its value in the template. */
export function timeoutProblem(seconds: unknown): string | undefined {
  const range = `from ${EXECUTION.least} to ${EXECUTION.most} seconds, which is the length of one execution`;
  if (seconds === undefined) {
    return `has no timeout, so Lambda stops it after 3 seconds: give it one ${range}`;
  }
  if (typeof seconds !== 'number') {
    return `has a timeout that is not known at synth: give it one ${range}`;
  }
  return seconds < EXECUTION.least || seconds > EXECUTION.most ? `has a timeout of ${seconds} seconds: give it one ${range}` : undefined;
}

/** What is wrong with a ServiceTimeout that a resource brings along, in seconds. */
export function serviceTimeoutProblem(seconds: number): string | undefined {
  const { least, enough } = SERVICE_TIMEOUT;
  return seconds < least
    ? `has a ServiceTimeout of ${seconds} seconds, too little to be told anything: give it ${enough} seconds or more`
    : undefined;
}

/** What may surprise in one. */
export function shortServiceTimeoutProblem(seconds: number): string | undefined {
  const { enough } = SERVICE_TIMEOUT;
  return seconds < enough
    ? `its ServiceTimeout is ${seconds} seconds: after a fault (no route, a missing permission, a crash) CloudFormation may not be told in time; give it ` +
        `${enough} seconds or more`
    : undefined;
}
