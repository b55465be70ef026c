import { Duration, Stack } from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';

import { ValidationError } from './validation-error';

const NONE = '{}';
const OPTIONS = new WeakMap<IConstruct, object>();

/** The one construct with this id directly under the stack of `scope`; made on first use. */
export function stackSingleton<T extends Construct>(scope: IConstruct, id: string, make: (stack: Stack) => T): T {
  const stack = Stack.of(scope);
  return (stack.node.tryFindChild(id) as T | undefined) ?? make(stack);
}

/**
 * The same of one that has options. Who gives none takes it as it is.
 *
 * @throws ValidationError when it was made with other options
 */
export function stackSingletonWith<T extends Construct, O extends object>(
  scope: IConstruct,
  id: string,
  options: O | undefined,
  make: (stack: Stack, options: O | undefined) => T,
): T {
  const singleton = stackSingleton(scope, id, (stack) => {
    const made = make(stack, options);
    OPTIONS.set(made, options ?? {});
    return made;
  });
  const [first, now] = [OPTIONS.get(singleton) ?? {}, options ?? {}].map(inWords);
  // Some languages hand over an empty struct where nothing was given
  if (now !== NONE && first !== now) {
    throw new ValidationError(
      singleton,
      `ofStack was called for '${scope.node.path}' with the options ${now}, but it was made with ${first}: ` +
        "give the options in the first call, before the stack's first guarded function, and the same or none afterwards",
    );
  }
  return singleton;
}

/** What is equal reads the same, in whatever order it was written. */
function inWords(options: object): string {
  const members = Object.entries(options)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}: ${valueInWords(value)}`);
  return `{ ${members.join(', ')} }`.replace('{  }', NONE);
}

function valueInWords(value: unknown): string {
  if (value instanceof Duration) {
    return value.isUnresolved() ? value.toString() : value.toIsoString();
  }
  return Construct.isConstruct(value) ? `'${value.node.path}'` : JSON.stringify(value);
}
