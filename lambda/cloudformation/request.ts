/** What CloudFormation asks of a custom resource. */
import { isObject } from '../json';

/** What CloudFormation sends; scalars in properties arrive as strings. */
export interface CloudFormationRequest {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly ResponseURL: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly ResourceType: string;
  /** Absent in a Create. */
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: Readonly<Record<string, unknown>>;
  /** Only in an Update. */
  readonly OldResourceProperties?: Readonly<Record<string, unknown>>;
}

const NEEDED_FOR_AN_ANSWER = ['ResponseURL', 'StackId', 'RequestId', 'LogicalResourceId'] as const;
const TYPES = ['Create', 'Update', 'Delete'];

/**
 * Checks that somebody waits for an answer to this event.
 *
 * @throws Error naming what is missing; there is nobody to answer then
 */
export function readRequest(event: unknown): CloudFormationRequest {
  const fields = (typeof event === 'object' && event !== null ? event : {}) as Record<string, unknown>;
  const missing = NEEDED_FOR_AN_ANSWER.filter((name) => typeof fields[name] !== 'string' || fields[name] === '');
  if (missing.length > 0) {
    throw new Error(`this event is not a CloudFormation custom resource request: ${missing.join(', ')} ${missing.length > 1 ? 'are' : 'is'} missing`);
  }
  return {
    ...fields,
    ResourceType: typeof fields.ResourceType === 'string' ? fields.ResourceType : '',
    // Without properties there is nothing to do wrong with them: handlers see none
    ResourceProperties: isObject(fields.ResourceProperties) ? fields.ResourceProperties : {},
  } as CloudFormationRequest;
}

/** Why a request that can be answered can't be served; undefined when it can. */
export function unservable(request: CloudFormationRequest): string | undefined {
  if (!TYPES.includes(request.RequestType)) {
    return `RequestType is ${JSON.stringify(request.RequestType)}, expected one of ${TYPES.join(', ')}`;
  }
  if (request.RequestType !== 'Create' && (typeof request.PhysicalResourceId !== 'string' || request.PhysicalResourceId === '')) {
    return `a request of type ${request.RequestType} must have a PhysicalResourceId`;
  }
  return undefined;
}
