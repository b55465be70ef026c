/** One request of CloudFormation from first delivery to its answer, and how it crosses from one execution to the next. */
import { type CloudFormationRequest, isEnvelope, readRequest, unservable } from '../../../../cloudformation/request';
import { envelope, envelopeKey, times } from '../../../../contract/custom-resource/custom-resource.json';
import { isObject, type Json } from '../../../../json';
import { isInventedId } from './physical-id';
import { type OperationTimes, operationTimes } from './times';

export const RUNTIME = 'nodejs';

export type Direction = 'FORWARD' | 'BACK' | 'UNKNOWN';

/** What crosses: the fields of the envelope, each described in the contract. */
export interface Operation extends OperationTimes {
  readonly request: CloudFormationRequest;
  readonly hop: number;
  readonly phase: 'START' | 'POLL';
  readonly wakeAt: number;
  readonly physicalResourceId?: string;
  readonly state?: Json;
  readonly after?: number;
  readonly longestPoll: number;
  readonly pollErrors: number;
  readonly stackAtStart: Direction;
  readonly secretVersions: Readonly<Record<string, string>>;
}

export interface ReadOperation {
  readonly operation: Operation;
  /** Why it can't be served, only answered. */
  readonly problem?: string;
  /** The language that began it. */
  readonly runtime: unknown;
}

/**
 * Reads what the function was invoked with: CloudFormation's request, or an envelope.
 *
 * @param providerTimeout seconds; ServiceTimeout of resources that have none of their own
 * @throws Error when nobody waits for an answer
 */
export function readOperation(event: unknown, now: number, providerTimeout: number | undefined): ReadOperation {
  const fields = isEnvelope(event) ? event[envelopeKey] : undefined;
  const request = readRequest(isObject(fields) ? fields.request : event);
  const first = begin(request, now, providerTimeout);
  if (!isObject(fields)) {
    return { operation: first, problem: unservable(request), runtime: RUNTIME };
  }
  const { version, runtime, ...rest } = fields;
  if (version !== envelope.version) {
    return {
      operation: salvage(first, rest),
      runtime,
      problem: `the operation was begun by a runtime with envelopes of version ${JSON.stringify(version)}; this one knows ${envelope.version}`,
    };
  }
  const wrong = FIELDS.filter(([name, isRight]) => !isRight(rest[name])).map(([name]) => name);
  if (wrong.length > 0) {
    return { operation: salvage(first, rest), runtime, problem: `the envelope of the operation is damaged: ${wrong.join(', ')}` };
  }
  return { operation: { ...rest, request } as Operation, runtime, problem: unservable(request) };
}

/** What the id of the answer depends on, as far as an envelope that can't be read tells it: something was begun. */
function salvage(first: Operation, { hop, physicalResourceId, phase }: Readonly<Record<string, unknown>>): Operation {
  return {
    ...first,
    hop: isCount(hop) ? (hop as number) : 1,
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

/** Whether a request deletes what a cancelled Create may have made. */
export function maybeOrphan(request: CloudFormationRequest): boolean {
  return request.RequestType === 'Delete' && isInventedId(request.PhysicalResourceId ?? '', request);
}

const isTime = (value: unknown) => typeof value === 'number' && Number.isFinite(value);
const isCount = (value: unknown) => Number.isInteger(value) && (value as number) >= 0;
const maybe = (isRight: (value: unknown) => boolean) => (value: unknown) => value === undefined || isRight(value);

const FIELDS: readonly (readonly [string, (value: unknown) => boolean])[] = [
  ['hop', isCount],
  ['startedAt', isTime],
  ['deadline', isTime],
  ['closesAt', isTime],
  ['phase', (value) => value === 'START' || value === 'POLL'],
  ['wakeAt', isTime],
  ['physicalResourceId', maybe((value) => typeof value === 'string')],
  ['after', maybe(isTime)],
  ['longestPoll', isTime],
  ['pollErrors', isCount],
  ['stackAtStart', (value) => ['FORWARD', 'BACK', 'UNKNOWN'].includes(value as string)],
  ['secretVersions', isObject],
];

/** The payload of the next execution. */
export function envelopeOf(operation: Operation): string {
  return JSON.stringify({ [envelopeKey]: { version: envelope.version, runtime: RUNTIME, ...operation, hop: operation.hop + 1 } });
}
