/** The request as handlers see it. */
import { maybeOrphan, type Operation } from '../protocol/operation';
import { HandlerError } from '../protocol/verdict';
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
 * @param noteRead called when the handler asks for the old properties
 * @throws UnresolvedSecret, and the reason of the signal
 */
export async function resourceRequest(
  operation: Operation,
  secrets: Secrets | undefined,
  wanted: AbortSignal,
  noteRead: () => void,
): Promise<AnyRequest<Raw>> {
  const { request, physicalResourceId: waitId } = operation;
  const { RequestType: requestType, PhysicalResourceId: present } = request;
  const raw = own(request.ResourceProperties);
  const properties = secrets && requestType !== 'Delete' ? ((await secrets.resolve(raw, 'ResourceProperties')) as Raw) : raw;
  wanted.throwIfAborted();
  const made = {
    requestType,
    resourceType: request.ResourceType,
    logicalResourceId: request.LogicalResourceId,
    stackId: request.StackId,
    requestId: request.RequestId,
    physicalResourceId: waitId ?? present,
    // Only an Update can change it
    previousPhysicalResourceId: requestType === 'Update' ? present : undefined,
    properties,
    maybeOrphan: maybeOrphan(request),
  } as AnyRequest<Raw>;
  return withOldProperties(made, operation, noteRead);
}

/** Made when they are asked for: what no handler needs may stay behind when an operation crosses to its next execution. */
function withOldProperties(of: AnyRequest<Raw>, { request, oldProperties }: Operation, noteRead: () => void): AnyRequest<Raw> {
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
