/** Which physical id an answer carries. Pure: the responder and both languages come to the same id. */
import { createHash } from 'node:crypto';

import type { CloudFormationRequest } from '../../../../cloudformation/request';
import { createFailedId } from '../../../../contract/cloudformation/answer.json';
import { inventedId, physicalResourceId as limits } from '../../../../contract/custom-resource/custom-resource.json';
import { canonicalJson, kindOf } from '../../../../json';

type Identity = Pick<CloudFormationRequest, 'StackId' | 'LogicalResourceId'>;

/** The id of a resource whose handler names none: the same for the same resource of the same stack. */
export function defaultPhysicalResourceId({ StackId, LogicalResourceId }: Identity): string {
  const hash = sha256(StackId, LogicalResourceId).slice(0, limits.hashCharacters);
  return `${stackName(StackId)}-${LogicalResourceId}-${hash}`;
}

/** Whether an id looks as if CloudFormation had made it up, for a Create that it cancelled or that nobody answered. */
export function isInventedId(id: string, { StackId, LogicalResourceId }: Identity): boolean {
  const prefix = `${stackName(StackId)}-${LogicalResourceId}-`;
  const suffix = id.slice(prefix.length);
  return id.startsWith(prefix) && /^[A-Za-z0-9]+$/.test(suffix) && suffix.length >= inventedId.leastSuffix && suffix.length <= inventedId.mostSuffix;
}

/** How far a request came before it failed. */
export type Progress = 'NOT_STARTED' | 'THREW' | 'CUT_OFF' | 'WAITED';

export interface Failure {
  readonly progress: Progress;
  /** The id of a ResourceFailure. */
  readonly failureId?: string;
  /** The id that a wait named last. */
  readonly waitId?: string;
}

/** The id of a FAILED answer. */
export function failureId(request: CloudFormationRequest, { progress, failureId: own, waitId }: Failure): string {
  if (request.RequestType !== 'Create') {
    // Only a malformed request lacks it
    return request.PhysicalResourceId || defaultPhysicalResourceId(request);
  }
  const named = own ?? waitId;
  if (named !== undefined) {
    return named;
  }
  return progress === 'NOT_STARTED' || progress === 'THREW' ? createFailedId : defaultPhysicalResourceId(request);
}

/** What is wrong with an id that a handler names; undefined when CloudFormation takes it. */
export function invalidId(id: unknown): string | undefined {
  if (typeof id !== 'string' || id === '') {
    return `physicalResourceId must be a non-empty string, got ${id === '' ? 'an empty one' : typeof id === 'number' ? id : kindOf(id)}`;
  }
  const bytes = Buffer.byteLength(id);
  if (bytes > limits.mostBytes) {
    return `physicalResourceId has ${bytes} bytes, CloudFormation takes ${limits.mostBytes}`;
  }
  if (/[\p{Cc}\p{Cs}\ufffe\uffff]/u.test(id)) {
    return "physicalResourceId holds control characters or broken Unicode, which CloudFormation can't show";
  }
  return id === createFailedId ? `physicalResourceId '${id}' is kept for resources that never came to be` : undefined;
}

/** The same for every delivery of one request, so that what a handler makes with it is made once. */
export function idempotencyToken(request: CloudFormationRequest): string {
  return sha256(request.StackId, request.LogicalResourceId, request.RequestId, canonicalJson(request.ResourceProperties));
}

export function stackName(stackId: string): string {
  // arn:aws:cloudformation:region:account:stack/name/guid
  return stackId.split('/')[1] ?? 'stack';
}

function sha256(...parts: string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex');
}
