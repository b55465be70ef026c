/** The request as handlers see it. */
import { maybeOrphan, type Operation } from '../protocol/operation';
import type { AnyHandlers, AnyRequest, Raw } from '../types';
import type { Secrets } from './secrets';

/** The author's own properties. A copy: what a handler changes in them must not reach the next execution, a resolved secret least of all. */
function own(properties: Raw): Raw {
  const { ServiceToken: _token, ServiceTimeout: _timeout, ...rest } = properties;
  return structuredClone(rest);
}

/**
 * Made anew for each call: what a handler changes in it, no other call sees.
 *
 * @param wanted aborts when nobody waits for the call any more; `parse` is not begun then
 * @throws UnresolvedSecret, what `parse` throws, and the reason of the signal
 */
export async function resourceRequest(
  operation: Operation,
  handlers: AnyHandlers,
  secrets: Secrets | undefined,
  wanted: AbortSignal,
): Promise<AnyRequest<unknown>> {
  const { request, physicalResourceId: waitId } = operation;
  const common = {
    resourceType: request.ResourceType,
    logicalResourceId: request.LogicalResourceId,
    stackId: request.StackId,
    requestId: request.RequestId,
    // An Update or a Delete without one is not served
    physicalResourceId: request.PhysicalResourceId ?? waitId,
    maybeOrphan: maybeOrphan(request),
  };
  const raw = own(request.ResourceProperties);
  if (request.RequestType === 'Delete') {
    return { ...common, requestType: request.RequestType, properties: raw } as AnyRequest<unknown>;
  }
  const resolved = secrets ? ((await secrets.resolve(raw, 'ResourceProperties')) as Raw) : raw;
  wanted.throwIfAborted();
  return {
    ...common,
    requestType: request.RequestType,
    properties: handlers.parse ? handlers.parse(resolved) : resolved,
    ...(request.OldResourceProperties === undefined ? {} : { oldProperties: own(request.OldResourceProperties) }),
  } as AnyRequest<unknown>;
}
