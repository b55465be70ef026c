/** Requests as CloudFormation sends them, and the ids that their answers must carry. */
import { createHash, randomUUID } from 'node:crypto';

import { createFailedId } from '../../../../lambda/contract/cloudformation/answer.json';
import { physicalResourceId } from '../../../../lambda/contract/custom-resource/custom-resource.json';
import { type Cause, type Place, PLACES, type RequestType, TYPES } from './causes';

/** One cause with one type of request at one place. */
export interface Case {
  readonly cause: Cause;
  readonly type: RequestType;
  readonly place: Place;
  readonly requestId: string;
  readonly logicalResourceId: string;
  /** CloudFormation's, of Update and Delete. */
  readonly physicalResourceId: string;
}

/** Seconds: an operation of executions of 30 s has many to spare, however late each starts. */
const SERVICE_TIMEOUT = '300';

let number = 0;

export function oneCase(cause: Cause, type: RequestType, place: Place): Case {
  number += 1;
  return { cause, type, place, requestId: randomUUID(), logicalResourceId: `R${number}`, physicalResourceId: `present-${number}` };
}

/** The Delete that CloudFormation sends after a Create that failed, with the id that it was told. */
export function deleteAfter(failed: Case, physicalResourceId: string): Case {
  const cause: Cause = { what: 'a failed Create is deleted', failure: 'succeeds', function: failed.cause.function, status: 'SUCCESS' };
  return { ...oneCase(cause, 'Delete', 'on the first execution'), logicalResourceId: failed.logicalResourceId, physicalResourceId };
}

/** Epoch milliseconds from when on CloudFormation waits no more for a request that it signed then. */
export function closingTime({ cause }: Case, signedAt: number): number {
  return signedAt + Number(cause.properties?.ServiceTimeout ?? SERVICE_TIMEOUT) * 1000;
}

/** Every type of request at every place where a cause may strike. */
export function casesOf(cause: Cause): readonly Case[] {
  return (cause.places ?? PLACES).flatMap((place) => TYPES.map((type) => oneCase(cause, type, place)));
}

export function requestOf(aCase: Case, stackId: string, serviceToken: string, responseUrl: string): object {
  const { cause, type, place, requestId, logicalResourceId } = aCase;
  const properties = { ServiceToken: serviceToken, ServiceTimeout: SERVICE_TIMEOUT, Failure: cause.failure, Fails: place, ...cause.properties };
  return {
    RequestType: type,
    ServiceToken: serviceToken,
    ResponseURL: responseUrl,
    StackId: stackId,
    RequestId: requestId,
    LogicalResourceId: logicalResourceId,
    ResourceType: 'Custom::Restore',
    ...(type === 'Create' ? {} : { PhysicalResourceId: aCase.physicalResourceId }),
    ResourceProperties: properties,
    ...(type === 'Update' ? { OldResourceProperties: { ...properties, Failure: 'succeeds' } } : {}),
  };
}

/** The id of the answer by the rule of the contract. */
export function idOf({ cause, type, place, logicalResourceId, physicalResourceId: present }: Case, stackId: string): string {
  const succeeds = cause.status === 'SUCCESS';
  const hops = (place === 'on a hop' ? 1 : 0) + (cause.failure === 'goes on' ? 1 : 0);
  if (type === 'Delete' || (type === 'Update' && !(succeeds && hops > 0))) {
    return present;
  }
  if (hops > 0 && cause.properties?.Hops !== 'at the margin') {
    return `made-${logicalResourceId}-${hops}`;
  }
  return hops === 0 && cause.id === 'marker' && !succeeds ? createFailedId : defaultId(stackId, logicalResourceId);
}

function defaultId(stackId: string, logicalResourceId: string): string {
  const hash = createHash('sha256').update(`${stackId}\n${logicalResourceId}`).digest('hex');
  return `${stackId.split('/')[1]}-${logicalResourceId}-${hash.slice(0, physicalResourceId.hashCharacters)}`;
}
