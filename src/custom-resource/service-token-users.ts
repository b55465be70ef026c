import { CfnResource, NestedStack, Reference, Stack, Stage, Token, Tokenization } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';

/**
 * Errors for custom resources that use a provider's service token without depending on the provider. CloudFormation would be free to remove the
 * permission to go on, and the invoke config, before the resource's deletion.
 *
 * @param token the function or alias whose ARN is the service token
 * @param needed what must be there before a resource and go after it; in the same stack as the provider
 */
export function checkServiceTokenUsers(provider: IConstruct, token: CfnResource, needed: IConstruct[]): string[] {
  const required = needed.flatMap((construct) => construct.node.findAll()).filter(CfnResource.isCfnResource).filter(isSynthesized);
  const users = Stage.of(provider)!.node.findAll().filter(CfnResource.isCfnResource).filter((resource) => namesToken(resource, token));
  return users.flatMap((user) => {
    const lifted = inStack(user, Stack.of(provider));
    return !lifted || required.every((resource) => dependsOn(lifted, resource)) ? [] : [
      `'${user.node.path}' has the service token of '${provider.node.path}' but does not depend on it: the function's permission to go on could be `
      + 'removed before the resource is; call node.addDependency(provider) on the resource, or use LongRunningCustomResource with provider',
    ];
  });
}

function isSynthesized(resource: CfnResource): boolean {
  return (resource as unknown as { shouldSynthesize(): boolean }).shouldSynthesize();
}

function namesToken(resource: CfnResource, token: CfnResource): boolean {
  const properties = (resource as unknown as { readonly _cfnProperties?: Record<string, unknown> })._cfnProperties ?? {};
  const { serviceToken = properties.ServiceToken } = resource as { serviceToken?: unknown };
  return referencesIn(serviceToken).some((reference) => reference.target === token);
}

function referencesIn(value: unknown): Reference[] {
  const tokens = typeof value === 'string' ? Tokenization.reverseString(value).tokens : Token.isUnresolved(value) ? [value] : [];
  return tokens.filter(Reference.isReference);
}

/**
 * What stands for a resource in the provider's stack: itself, or the nested stack around it. Undefined for a resource outside, whose stack is
 * deployed as a whole after the provider's, and removed before it, because of the reference to the token.
 */
function inStack(resource: CfnResource, stack: Stack): CfnResource | undefined {
  let at: CfnResource | undefined = resource;
  while (at && Stack.of(at) !== stack) {
    const nested: Stack = Stack.of(at);
    at = NestedStack.isNestedStack(nested) ? nested.nestedStackResource : undefined;
  }
  return at;
}

function dependsOn(resource: CfnResource, other: CfnResource, seen = new Set<CfnResource>()): boolean {
  if (seen.has(resource)) {
    return false;
  }
  seen.add(resource);
  const direct = resource.obtainDependencies().filter(CfnResource.isCfnResource);
  return direct.includes(other) || direct.some((next) => dependsOn(next, other, seen));
}
