import type { AnyHandlers, Definition } from '../types';

/** The handlers for a type of resource; for a type that they don't know, some that only refuse, and why. */
export function handlersFor(definition: Definition, resourceType: string): { readonly handlers: AnyHandlers; readonly problem?: string } {
  if (isOneType(definition)) {
    return { handlers: definition };
  }
  if (Object.hasOwn(definition, resourceType)) {
    return { handlers: definition[resourceType] };
  }
  const problem = `the handler knows no resources of type '${resourceType}', only of ${Object.keys(definition).join(', ')}`;
  const refuse = () => Promise.reject(new Error(problem));
  return { handlers: { create: refuse, update: refuse, delete: refuse }, problem };
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
  if (types.some(([name, value]) => name === 'onEvent' && typeof value === 'function')) {
    throw new Error('customResource() was given the functions of a Provider: wrap them, customResource(fromOnEvent({ onEvent, isComplete }))');
  }
  for (const [name, handlers] of types) {
    const missing = (['create', 'update', 'delete'] as const).filter((method) => typeof handlers?.[method] !== 'function');
    if (missing.length > 0) {
      throw new Error(`${name} must have create, update and delete; missing: ${missing.join(', ')}`);
    }
    const wrong = OPTIONAL.filter((method) => !['undefined', 'function'].includes(typeof handlers[method]));
    if (wrong.length > 0) {
      throw new Error(`${wrong.join(', ')} of ${name} must be ${wrong.length === 1 ? 'a function' : 'functions'}`);
    }
  }
}

const OPTIONAL = ['parse', 'poll', 'onTimeout', 'onCancel'] as const;

function isOneType(definition: Definition): definition is AnyHandlers {
  // Names of types have a '::'; one misses a function only by mistake
  return ['create', 'update', 'delete'].some((method) => typeof (definition as Readonly<Record<string, unknown>>)[method] === 'function');
}
