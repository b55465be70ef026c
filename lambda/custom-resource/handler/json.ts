/** A value that JSON can hold. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

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
    return firstOf(value.map((item, index) => [item, `${path}[${index}]`] as const), inside);
  }
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    return `${path} is a ${value.constructor?.name || 'class instance'}`;
  }
  return firstOf(Object.entries(value).map(([name, member]) => [member, `${path}.${name}`] as const), inside);
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

/** Every text within a value, with the path to it. */
export function* textsOf(value: unknown, path: string): Generator<readonly [text: string, path: string]> {
  if (typeof value === 'string') {
    yield [value, path];
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      yield* textsOf(item, `${path}[${index}]`);
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, member] of Object.entries(value)) {
      yield [name, `${path}.${name}`];
      yield* textsOf(member, `${path}.${name}`);
    }
  }
}
