/** What the function was invoked with, as an operation: a request that begins one, or the continuation of one. */
import { type CloudFormationRequest, readRequest, unservable } from '../../../../cloudformation/request';
import { times } from '../../../../contract/custom-resource/custom-resource.json';
import { continuationIn, damage, type Fields, isCount, RUNTIME } from './continuation';
import { maybeOrphan, type Operation } from './operation';
import { operationTimes } from './times';

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
  return {
    request,
    hop: 0,
    ...operationTimes(request, now, providerTimeout),
    phase: 'START',
    // The cancelled execution gets time to notice, before its resource is deleted behind its back
    wakeAt: maybeOrphan(request) ? now + times.orphanWait.value : now,
    longestPoll: 0,
    pollErrors: 0,
    stackAtStart: 'UNKNOWN',
    secretVersions: {},
  };
}
