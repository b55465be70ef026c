import { CfnResource, DefaultTokenResolver, Tokenization, TokenizedStringFragments } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';

/**
 * What escape hatches have made of a property of a resource so far, undefined when none was used on it. To render the resource would tell as well, but
 * also produce every lazy value in it, many of which the CDK then never asks again: too early while the app is still being built.
 *
 * @param path names of properties as the template has them, with dots between
 */
export function rawOverride(resource: CfnResource, path: string): unknown {
  return path.split('.').reduce((value, name) => (value as Record<string, unknown> | undefined)?.[name], overridesOf(resource));
}

/** Whether an escape hatch has taken a property, or what it is in, out of the template. */
export function isDeleted(resource: CfnResource, path: string): boolean {
  const names = path.split('.');
  return names.some((_, index) => {
    const parent = index === 0 ? overridesOf(resource) : rawOverride(resource, names.slice(0, index).join('.'));
    const name = names[index];
    return typeof parent === 'object' && parent !== null && name in parent && isNothing((parent as Record<string, unknown>)[name]);
  });
}

// Internal to the CDK, and the one place where they are
function overridesOf(resource: CfnResource): unknown {
  return (resource as unknown as { readonly rawOverrides?: { readonly Properties?: unknown } }).rawOverrides?.Properties;
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null;
}

/** A value with its members, in which texts stay what they are, their tokens included: lazy texts are not produced yet. */
export function withTexts(value: unknown, scope: IConstruct): unknown {
  return Tokenization.resolve(value, { scope, resolver: new KeepingTexts({ join: concatenated }), preparing: false });
}

class KeepingTexts extends DefaultTokenResolver {
  public resolveString(fragments: TokenizedStringFragments): unknown {
    return fragments.join({ join: concatenated });
  }
}

function concatenated(left = '', right = ''): string {
  return left + right;
}
