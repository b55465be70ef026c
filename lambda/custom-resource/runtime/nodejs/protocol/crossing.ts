/** How much of an operation crosses to its next execution, and what is said where it is too much. Pure. */
import { continuation } from '../../../../contract/custom-resource/custom-resource.json';
import { continuationOf } from './continuation';
import type { Operation } from './operation';

const BY_NAME = 'put what is large elsewhere, as into S3, and its name into';

/** The operation as it crosses. Old properties that no handler has asked for stay behind before anything is too large. */
export function crossing(operation: Operation): Operation {
  const { OldResourceProperties: old, ...request } = operation.request;
  const isNeeded = old === undefined || operation.oldProperties === 'READ';
  return isNeeded || bytesOf(operation) <= continuation.mostBytes ? operation : { ...operation, request, oldProperties: 'LEFT_OUT' };
}

/** Why it can't cross, with what is large in it; undefined when it can. */
export function tooLarge(operation: Operation): string | undefined {
  const bytes = bytesOf(operation);
  if (bytes <= continuation.mostBytes) {
    return undefined;
  }
  const { ResourceProperties, OldResourceProperties } = operation.request;
  const parts = [
    { name: 'the properties', size: sizeOf(ResourceProperties), remedy: `${BY_NAME} the properties` },
    { name: 'the old properties, which the handler has read', size: sizeOf(OldResourceProperties), remedy: 'read them only where they are needed' },
    { name: 'the state', size: sizeOf(operation.state), remedy: `${BY_NAME} the state` },
  ].sort((a, b) => b.size - a.size);
  const shown = parts.filter(({ size }) => size > 0).map(({ name, size }) => `${name}: ${size}`);
  return `what has to cross to the next execution has ${bytes} bytes, at most ${continuation.mostBytes} are possible (${shown.join('; ')}): ${parts[0].remedy}`;
}

/** Why a state can't cross; undefined when it can. */
export function stateTooLarge(state: unknown): string | undefined {
  const size = sizeOf(state);
  return size <= continuation.mostStateBytes
    ? undefined
    : `the state has ${size} bytes, at most ${continuation.mostStateBytes} are possible: ${BY_NAME} the state`;
}

function bytesOf(operation: Operation): number {
  return Buffer.byteLength(continuationOf(operation));
}

function sizeOf(value: unknown): number {
  return value === undefined ? 0 : Buffer.byteLength(JSON.stringify(value));
}
