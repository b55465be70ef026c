/** One request of CloudFormation from first delivery to its answer. */
import type { CloudFormationRequest } from '../../../../cloudformation/request';
import type { Json } from '../../../../json';
import { isInventedId } from './physical-id';
import type { OperationTimes } from './times';

export type Direction = 'FORWARD' | 'BACK' | 'UNKNOWN';

/** The fields that cross in the continuation, each described in the contract. */
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
  readonly oldProperties?: 'READ' | 'LEFT_OUT';
}

/** Whether a request deletes what a cancelled Create may have made. */
export function maybeOrphan(request: CloudFormationRequest): boolean {
  return request.RequestType === 'Delete' && isInventedId(request.PhysicalResourceId ?? '', request);
}
