import { Duration } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { IConstruct } from 'constructs';

import { CUSTOM_RESOURCE } from '../../private/contract.generated';
import { SecondsRange, wholeSeconds } from '../../private/seconds';
import { ILongRunningProvider } from '../long-running-provider-attributes';

const SECOND = 1000;
const { times, executions } = CUSTOM_RESOURCE;

/** CloudFormation waits longer than an operation may take, so that the answer given at its deadline still arrives: 60 s. */
const RESERVE = times.reserve.most / SECOND;
/** What CloudFormation's hour leaves: 3540 s. */
const OPERATION: SecondsRange = { least: 1, most: times.serviceTimeoutSeconds.most - RESERVE };
/** The least leaves 12 s of work before the margin; the most is Lambda's own limit. */
const EXECUTION: SecondsRange = { least: 15, most: 900 };

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
export function executionSeconds(scope: IConstruct, executionTimeout: Duration | undefined): number {
  return executionTimeout ? wholeSeconds(scope, 'executionTimeout', executionTimeout, EXECUTION) : EXECUTION.most!;
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
  return seconds < EXECUTION.least || seconds > EXECUTION.most! ? `has a timeout of ${seconds} seconds: give it one ${range}` : undefined;
}

/** What is wrong with an operation of this length, in seconds, on a provider. */
export function operationProblem(
  { executionTimeout, recursiveLoop }: Pick<ILongRunningProvider, 'executionTimeout' | 'recursiveLoop'>,
  operation: number,
): string | undefined {
  return recursiveLoop === lambda.RecursiveLoop.ALLOW ? undefined : hopProblem(operation, executionTimeout.toSeconds());
}

/** What is wrong with an operation of this length in executions of that, in seconds. */
function hopProblem(operation: number, execution: number): string | undefined {
  const usable = execution - Math.min(times.margin.most / SECOND, execution * times.margin.shareOfExecution);
  const hops = Math.ceil(operation / usable);
  if (hops <= executions.most) {
    return undefined;
  }
  return (
    `an operation of ${operation} seconds takes ${hops} executions of ${execution} seconds, more than ${executions.most}, and Lambda stops functions that ` +
    `call themselves after about 16: let an execution take ${executionFor(operation / executions.most)} seconds or more (executionTimeout, or the function's ` +
    `timeout), lower timeout to ${Math.floor(usable * executions.most)} seconds or less, or set recursiveLoop to RecursiveLoop.ALLOW`
  );
}

/** The shortest execution with so many seconds before its margin. */
function executionFor(usable: number): number {
  const { most, shareOfExecution } = times.margin;
  const short = usable / (1 - shareOfExecution);
  return Math.ceil(short * shareOfExecution <= most / SECOND ? short : usable + most / SECOND);
}
