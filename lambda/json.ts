/** A value that JSON can hold. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** Whether it is a JSON object. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether it is an object that JSON gives back as it was, if its members are: not an instance of a class. */
export function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (!isObject(value)) {
    return false;
  }
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Where and why a value is not JSON, as `state.jobs[2] is a Date`; undefined when it is. */
export function notJson(value: unknown, path: string, parents: readonly unknown[] = []): string | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') {
    return undefined;
  }
  if (typeof value === 'number') {
    return Number.isFinite(value) ? undefined : `${path} is ${value}`;
  }
  if (typeof value !== 'object') {
    return `${path} is ${value === undefined ? 'undefined' : `a ${typeof value}`}`;
  }
  if (parents.includes(value)) {
    return `${path} contains itself`;
  }
  const inside = [...parents, value];
  if (Array.isArray(value)) {
    // A hole is not a member that `map` would visit
    return firstOf(
      Array.from(value, (item, index) => [item, `${path}[${index}]`] as const),
      inside,
    );
  }
  if (!isPlain(value)) {
    return `${path} is a ${value.constructor?.name || 'class instance'}`;
  }
  return firstOf(
    Object.entries(value).map(([name, member]) => [member, `${path}.${name}`] as const),
    inside,
  );
}

function firstOf(members: readonly (readonly [unknown, string])[], parents: readonly unknown[]): string | undefined {
  for (const [member, path] of members) {
    const found = notJson(member, path, parents);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}

/** A copy that nobody else can change, as it would come out of a continuation. */
export function copied<T extends Json>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

/** What kind of value it is, without the value. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) {
    return String(value);
  }
  return Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** JSON that is the same text for the same value in every language: no white space, keys by code point. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map(canonicalJson).join(',')}]`;
  }
  if (typeof value === 'object' && value !== null) {
    // The order of UTF-8 bytes is the order of code points
    const entries = Object.entries(value).sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    return `{${entries.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}

/** Every text and every number within a value, names of members too unless told otherwise, with the path to it. */
export function* leavesOf(value: unknown, path: string, names = true): Generator<readonly [leaf: string | number, path: string]> {
  if (typeof value === 'string' || typeof value === 'number') {
    yield [value, path];
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      yield* leavesOf(item, `${path}[${index}]`, names);
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, member] of Object.entries(value)) {
      if (names) {
        yield [name, `${path}.${name}`];
      }
      yield* leavesOf(member, `${path}.${name}`, names);
    }
  }
}
