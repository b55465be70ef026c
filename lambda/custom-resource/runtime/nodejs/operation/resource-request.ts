/** The request as handlers see it. */
import { maybeOrphan, type Operation } from '../protocol/operation';
import { HandlerError } from '../protocol/verdict';
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
 * @param wanted aborts when nobody waits for the call any more; neither `parse` nor the call is begun then
 * @param noteRead called when the handler asks for the old properties
 * @throws UnresolvedSecret, what `parse` throws, and the reason of the signal
 */
export async function resourceRequest(
  operation: Operation,
  handlers: AnyHandlers,
  secrets: Secrets | undefined,
  wanted: AbortSignal,
  noteRead: () => void,
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
  const properties = handlers.parse ? await handlers.parse(resolved) : resolved;
  wanted.throwIfAborted();
  return withOldProperties({ ...common, requestType: request.RequestType, properties } as AnyRequest<unknown>, operation, noteRead);
}

/** Made when they are asked for: what no handler needs may stay behind when an operation crosses to its next execution. */
function withOldProperties(of: AnyRequest<unknown>, { request, oldProperties }: Operation, noteRead: () => void): AnyRequest<unknown> {
  const { OldResourceProperties: old } = request;
  if (old === undefined && oldProperties !== 'LEFT_OUT') {
    return of;
  }
  const get = () => {
    if (old === undefined) {
      throw new HandlerError(LEFT_OUT);
    }
    noteRead();
    const value = own(old);
    Object.defineProperty(of, 'oldProperties', { value, writable: true });
    return value;
  };
  return Object.defineProperty(of, 'oldProperties', { get, enumerable: true, configurable: true });
}

const LEFT_OUT =
  'oldProperties were left out of what crossed from the execution before, which was too large with them, and nothing had asked for them until then: ' +
  'read them in update, and keep in the state what poll needs of them';
