/** The request as handlers see it. */
import { maybeOrphan, type Operation } from '../protocol/operation';
import type { AnyRequest, Raw } from '../types';
import type { Secrets } from './secrets';

/** The author's own properties. A copy: what a handler changes in them must not reach the next execution, a resolved secret least of all. */
function own(properties: Raw): Raw {
  const { ServiceToken: _token, ServiceTimeout: _timeout, ...rest } = properties;
  return structuredClone(rest);
}

/**
 * Made anew for each call: what a handler changes in it, no other call sees. `parse` has not seen its properties yet.
 *
 * @param wanted aborts when nobody waits for the call any more
 * @throws UnresolvedSecret, and the reason of the signal
 */
export async function resourceRequest(operation: Operation, secrets: Secrets | undefined, wanted: AbortSignal): Promise<AnyRequest<Raw>> {
  const { request, physicalResourceId: waitId } = operation;
  const { RequestType: requestType, PhysicalResourceId: present } = request;
  const raw = own(request.ResourceProperties);
  const properties = secrets && requestType !== 'Delete' ? ((await secrets.resolve(raw, 'ResourceProperties')) as Raw) : raw;
  wanted.throwIfAborted();
  return {
    requestType,
    resourceType: request.ResourceType,
    logicalResourceId: request.LogicalResourceId,
    stackId: request.StackId,
    requestId: request.RequestId,
    physicalResourceId: waitId ?? present,
    // Only an Update can change it
    previousPhysicalResourceId: requestType === 'Update' ? present : undefined,
    properties,
    ...(request.OldResourceProperties === undefined ? {} : { oldProperties: own(request.OldResourceProperties) }),
    maybeOrphan: maybeOrphan(request),
  } as AnyRequest<Raw>;
}
