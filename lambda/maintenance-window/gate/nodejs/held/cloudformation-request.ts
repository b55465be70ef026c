/** What an event of CloudFormation's shape is: a request to a custom resource, or the continuation of one. lambda/contract/cloudformation/requests.json. */
import { createFailedId } from '../../../../contract/cloudformation/answer.json';
import { continuationMembers, members } from '../../../../contract/cloudformation/requests.json';
import { isObject } from '../../../../json';

export type Request = Readonly<Record<string, unknown>>;
export type RequestKind = 'CONTINUATION' | 'NEVER_MADE' | 'UNKNOWN_CONTINUATION' | 'ELSEWHERE' | 'REQUEST';

const ADDED_BY_LIBRARIES: readonly string[] = Object.values(continuationMembers).flat();
/** The function that an ARN names, its qualifier aside. */
const FUNCTION_ARN = /^arn:[^:]+:lambda:[^:]*:[^:]*:function:[^:]+/;

/** What the function of this ARN has to do with a request. */
export function kindOf(request: Request, functionArn: string): RequestKind {
  const added = Object.keys(request).filter((name) => !members.includes(name));
  if (added.some((name) => ADDED_BY_LIBRARIES.includes(name))) {
    return 'CONTINUATION';
  }
  const elsewhere = isAnsweredElsewhere(request, functionArn);
  if (isNeverMade(request) && !elsewhere) {
    return 'NEVER_MADE';
  }
  if (added.length > 0) {
    return 'UNKNOWN_CONTINUATION';
  }
  if (request.RequestType === 'Create' && hasId(request)) {
    return 'CONTINUATION';
  }
  return elsewhere ? 'ELSEWHERE' : 'REQUEST';
}

/** Whether it is the Delete of a resource whose Create made nothing. */
export function isNeverMade(request: Request): boolean {
  return request.RequestType === 'Delete' && request.PhysicalResourceId === createFailedId;
}

/**
 * Whether the request was sent to another function, which hands it on and answers it: the CDK's Provider gives its functions the ResponseURL too,
 * and an answer from here would contradict its own.
 */
export function isAnsweredElsewhere(request: Request, functionArn: string): boolean {
  const { ServiceToken: token } = isObject(request.ResourceProperties) ? request.ResourceProperties : {};
  const [asked] = FUNCTION_ARN.exec(typeof token === 'string' ? token : '') ?? [];
  return asked !== undefined && asked !== FUNCTION_ARN.exec(functionArn)?.[0];
}

function hasId({ PhysicalResourceId: id }: Request): boolean {
  return typeof id === 'string' && id !== '';
}
