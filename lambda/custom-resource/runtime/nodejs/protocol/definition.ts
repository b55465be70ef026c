import type { AnyHandlers, Definition } from '../types';

/** The handlers for a type of resource, or why there are none. */
export function handlersFor(definition: Definition, resourceType: string): AnyHandlers | string {
  if (isOneType(definition)) {
    return definition;
  }
  return Object.hasOwn(definition, resourceType)
    ? definition[resourceType]
    : `the handler knows no resources of type '${resourceType}', only of ${Object.keys(definition).join(', ')}`;
}

/**
 * Checks at load what a handler must have, so that a mistake shows at the first deployment and not at the first rollback.
 *
 * @throws Error naming what is missing or wrong
 */
export function checkDefinition(definition: Definition): void {
  const types: [string, AnyHandlers][] = isOneType(definition) ? [['the handler', definition]] : Object.entries(definition);
  if (types.length === 0) {
    throw new Error('customResource() was given no handlers: expected { create, update, delete }, or such an object for each resource type');
  }
  for (const [name, handlers] of types) {
    const missing = (['create', 'update', 'delete'] as const).filter((method) => typeof handlers?.[method] !== 'function');
    if (missing.length > 0) {
      throw new Error(`${name} must have create, update and delete; missing: ${missing.join(', ')}`);
    }
    const wrong = OPTIONAL.filter((method) => !['undefined', 'function'].includes(typeof handlers[method]));
    if (wrong.length > 0) {
      throw new Error(`of ${name}, ${wrong.join(', ')} must be a function`);
    }
  }
}

const OPTIONAL = ['parse', 'poll', 'onTimeout', 'onCancel'] as const;

function isOneType(definition: Definition): definition is AnyHandlers {
  // Names of types have a '::'; one misses a function only by mistake
  return ['create', 'update', 'delete'].some((method) => typeof (definition as Readonly<Record<string, unknown>>)[method] === 'function');
}
