import * as lambda from 'aws-cdk-lib/aws-lambda';

import { CUSTOM_RESOURCE } from '../../private/contract.generated';
import { ILongRunningProvider } from '../long-running-provider-attributes';
import { EXECUTION } from './operation-times';

const SECOND = 1000;
const { most } = CUSTOM_RESOURCE.executions;
const MARGIN = { most: CUSTOM_RESOURCE.times.margin.most / SECOND, share: CUSTOM_RESOURCE.times.margin.shareOfExecution };

/** What is known of a provider's executions. */
type Executions = Pick<ILongRunningProvider, 'executionTimeout' | 'recursiveLoop'>;

/** What is wrong with an operation of this length, in seconds, on a provider. */
export function operationProblem(executions: Executions, operation: number): string | undefined {
  const { execution, usable, hops } = executionsOf(executions, operation);
  return hops > most
    ? `an operation of ${operation} seconds takes ${hops} executions of ${execution} seconds, more than ${most}, and Lambda stops functions that ` +
        `call themselves after about 16: let an execution take ${executionFor(operation / most)} seconds or more (executionTimeout, or the function's ` +
        `timeout), lower timeout to ${Math.floor(usable * most)} seconds or less, or set recursiveLoop to RecursiveLoop.ALLOW`
    : undefined;
}

/** What may surprise in an operation of this length: nothing is left for a `wait` that names an id, nor for polls that don't fit before a margin. */
export function spareProblem(executions: Executions, operation: number): string | undefined {
  const { execution, usable, hops } = executionsOf(executions, operation);
  return hops === most
    ? `an operation of ${operation} seconds takes all ${most} executions of ${execution} seconds that there are: a wait that names a physical id takes one ` +
        'more, and a poll of p seconds up to 2 p of each, so that an operation which needs all its time is FAILED early; let an execution take ' +
        `${executionFor(operation / (most - 1))} seconds and twice the longest poll (executionTimeout, or the function's timeout), or lower timeout to ` +
        `${Math.floor(usable * (most - 1))} seconds or less`
    : undefined;
}

/** How many executions an operation takes when each is used up to its margin; none too many where Lambda lets the function call itself without end. */
function executionsOf({ executionTimeout, recursiveLoop }: Executions, operation: number): { execution: number; usable: number; hops: number } {
  const execution = executionTimeout.toSeconds();
  const usable = execution - Math.min(MARGIN.most, execution * MARGIN.share);
  return { execution, usable, hops: recursiveLoop === lambda.RecursiveLoop.ALLOW ? 0 : Math.ceil(operation / usable) };
}

/**
 * The execution that does an operation in one piece, in seconds, as far as Lambda allows. It ends half a minute before CloudFormation stops waiting:
 * of code that blocks everything the responder tells in time, too.
 */
export function defaultExecutionSeconds(operation: number): number {
  return Math.min(EXECUTION.most, executionFor(operation));
}

/** The shortest execution with so many seconds before its margin. */
function executionFor(usable: number): number {
  const short = usable / (1 - MARGIN.share);
  return Math.ceil(short * MARGIN.share <= MARGIN.most ? short : usable + MARGIN.most);
}
