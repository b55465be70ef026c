import { CfnResource, Token } from 'aws-cdk-lib';

import { byPath } from './by-path';

/** What of a resource's class is not public, and the one way to what it will be in a template without asking for logical ids. */
interface Internals {
  readonly cfnProperties?: Properties;
  readonly rawOverrides?: { readonly Properties?: unknown };
  renderProperties?(properties: Properties): Properties;
}

/** The properties of a resource in its template. */
export type Properties = Readonly<Record<string, unknown>>;

/** What stands for one value, so that an override does not add to it. */
const INTRINSIC = /^(Ref|Fn::.+)$/;

/**
 * The properties that a resource will have in the template, escape hatches included, with references as paths. No logical id is asked for, not of what
 * the resource depends on either.
 */
export function templateProperties(resource: CfnResource): Properties {
  const { cfnProperties = {}, rawOverrides } = resource as unknown as Internals;
  const own = (byPath(cfnProperties, resource) ?? {}) as Properties;
  const rendered = (resource as unknown as Internals).renderProperties?.(own) ?? own;
  return (overridden(rendered, rawOverrides?.Properties ?? {}, resource) ?? {}) as Properties;
}

/**
 * One property of a resource as the template will have it, with references as paths: that of a class which is not given by parts (a text or a number), or
 * whatever an override makes of it.
 *
 * @param name as the template has it
 */
export function templateProperty(resource: CfnResource, name: string): unknown {
  return byPath(givenProperty(resource, name), resource);
}

/** What {@link templateProperty} reads, before it is resolved: it may be used elsewhere. */
export function givenProperty(resource: CfnResource, name: string): unknown {
  const { cfnProperties = {}, rawOverrides } = resource as unknown as Internals;
  const overrides = rawOverrides?.Properties as Properties | undefined;
  if (overrides && name in overrides) {
    return overrides[name];
  }
  // A class has names of its own, which differ by their case: `streamArn` for `StreamARN`
  const own = Object.keys(cfnProperties).find((key) => key.toLowerCase() === name.toLowerCase());
  return own === undefined ? undefined : cfnProperties[own];
}

/** As the CDK puts overrides over what is there: object by object, and what is undefined removes. */
function overridden(value: unknown, override: unknown, scope: CfnResource): unknown {
  if (typeof override !== 'object' || override === null || Array.isArray(override) || Token.isUnresolved(override)) {
    return byPath(override, scope);
  }
  if (isIntrinsic(override)) {
    return byPath(override, scope);
  }
  const isObject = typeof value === 'object' && value !== null && !isIntrinsic(value);
  const result = (isObject ? (Array.isArray(value) ? [...(value as unknown[])] : { ...value }) : {}) as Record<string, unknown>;
  for (const [name, given] of Object.entries(override as Properties)) {
    const member = given === undefined ? undefined : overridden(result[name], given, scope);
    if (member === undefined) {
      delete result[name];
    } else {
      result[name] = member;
    }
  }
  return Object.keys(result).length === 0 ? undefined : result;
}

function isIntrinsic(value: object): boolean {
  const names = Object.keys(value);
  return names.length === 1 && INTRINSIC.test(names[0]);
}
