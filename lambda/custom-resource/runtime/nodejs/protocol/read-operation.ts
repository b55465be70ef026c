/** What the function was invoked with, as an operation: a request that begins one, or the continuation of one. */
import { type CloudFormationRequest, readRequest, unservable } from '../../../../cloudformation/request';
import { continuationIn, damage, type Fields, isCount, RUNTIME } from './continuation';
import { maybeOrphan, type Operation } from './operation';
import { operationTimes, orphanWakeAt } from './times';

export interface ReadOperation {
  readonly operation: Operation;
  /** Why it can't be served, only answered. */
  readonly problem?: string;
  /** The language that began it. */
  readonly runtime: unknown;
}

/**
 * @param providerTimeout seconds; ServiceTimeout of resources that have none of their own
 * @throws Error when nobody waits for an answer
 */
export function readOperation(event: unknown, now: number, providerTimeout: number | undefined): ReadOperation {
  const fields = continuationIn(event);
  const request = readRequest(fields ? fields.request : event);
  const first = begin(request, now, providerTimeout);
  if (!fields) {
    return { operation: first, problem: unservable(request), runtime: RUNTIME };
  }
  const { version: _, runtime, ...rest } = fields;
  const problem = damage(fields);
  return problem === undefined
    ? { operation: { ...rest, request } as Operation, runtime, problem: unservable(request) }
    : { operation: salvage(first, rest), runtime, problem };
}

/** What the id of the answer depends on, as far as a continuation that can't be read tells it: something was begun. */
function salvage(first: Operation, { hop, physicalResourceId, phase }: Fields): Operation {
  return {
    ...first,
    hop: isCount(hop) ? hop : 1,
    phase: phase === 'START' ? 'START' : 'POLL',
    ...(typeof physicalResourceId === 'string' && physicalResourceId !== '' ? { physicalResourceId } : {}),
  };
}

function begin(request: CloudFormationRequest, now: number, providerTimeout: number | undefined): Operation {
  const times = operationTimes(request, now, providerTimeout);
  return {
    request,
    hop: 0,
    ...times,
    phase: 'START',
    wakeAt: maybeOrphan(request) ? orphanWakeAt(now, times.deadline) : now,
    longestPoll: 0,
    pollErrors: 0,
    // A stack that rolls back sends no Create: one that does when first looked at has turned meanwhile
    stackAtStart: request.RequestType === 'Create' ? 'FORWARD' : 'UNKNOWN',
    secretVersions: {},
  };
}
