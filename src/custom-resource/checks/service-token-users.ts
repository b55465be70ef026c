import { CfnResource, NestedStack, Reference, Stack, Stage, Tokenization } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';

/** A custom resource that has a provider's service token: one of the library, or a plain one. */
export interface ServiceTokenUser {
  readonly resource: CfnResource;
  /** Its ServiceTimeout in seconds; undefined when it has none, or none that is known at synth. */
  readonly serviceTimeout?: number;
}

/**
 * The custom resources of the app that have the ARN of a function or alias as their service token: by a reference, or written out in its own stack.
 *
 * @param token the resource of the function or alias
 * @param arn its ARN
 */
export function serviceTokenUsers(provider: IConstruct, token: CfnResource, arn: string): ServiceTokenUser[] {
  const inItsStack = JSON.stringify(Stack.of(token).resolve(arn));
  const resources = Stage.of(provider)!.node.findAll().filter(CfnResource.isCfnResource);
  return resources.flatMap((resource) => {
    const properties = propertiesOf(resource);
    const given = properties.serviceToken ?? properties.ServiceToken;
    const named =
      referencesIn(given).some(({ target }) => target === token) ||
      (Stack.of(resource) === Stack.of(token) && given !== undefined && JSON.stringify(Stack.of(resource).resolve(given)) === inItsStack);
    const serviceTimeout = Number(Stack.of(resource).resolve(properties.serviceTimeout ?? properties.ServiceTimeout));
    return named ? [{ resource, serviceTimeout: Number.isNaN(serviceTimeout) ? undefined : serviceTimeout }] : [];
  });
}

/** A `CustomResource` is a resource without a class of its own, so that its properties have no accessors of theirs. */
function propertiesOf(resource: CfnResource): Record<string, unknown> {
  return (resource as unknown as { readonly cfnProperties: Record<string, unknown> }).cfnProperties;
}

/** Whether a resource's properties have references to Secrets Manager, which CloudFormation leaves as they are. */
export function refersToSecrets(resource: CfnResource): boolean {
  return JSON.stringify(Stack.of(resource).resolve(propertiesOf(resource))).includes('{{resolve:secretsmanager:');
}

function referencesIn(value: unknown): Reference[] {
  const tokens: unknown[] = typeof value === 'string' ? Tokenization.reverseString(value).tokens : [value];
  return tokens.filter((token): token is Reference => Reference.isReference(token));
}

/**
 * Whether all that the provider's resources need is there before a custom resource and goes after it. The service token alone orders nothing but the
 * function: CloudFormation would be free to remove the permission to go on, and the invoke config, before the resource's deletion.
 *
 * @param token the function or alias whose ARN is the service token
 * @param needed what must outlive the resource
 */
export function isOrdered(resource: CfnResource, token: CfnResource, needed: IConstruct[]): boolean {
  const required = needed
    .flatMap((construct) => construct.node.findAll())
    .filter(CfnResource.isCfnResource)
    .filter(isSynthesized);
  return required.every((one) => isAfter(resource, one, token));
}

function isAfter(resource: CfnResource, one: CfnResource, token: CfnResource): boolean {
  const stack = Stack.of(one);
  const inside = standIn(resource, stack);
  if (inside) {
    return dependsOn(inside, one);
  }
  if (outermost(Stack.of(resource)) !== outermost(stack)) {
    return stackDependsOn(outermost(Stack.of(resource)), outermost(stack));
  }
  // It is in a nested stack that the resource is not in: what refers to a nested stack waits for all of it
  return Stack.of(token) === stack;
}

/** A policy that no role takes leaves the template. */
function isSynthesized(resource: CfnResource): boolean {
  return (resource as unknown as { shouldSynthesize(): boolean }).shouldSynthesize();
}

/** What a resource is in a stack: itself, or the nested stack around it. */
function standIn(resource: CfnResource, stack: Stack): CfnResource | undefined {
  let at: CfnResource | undefined = resource;
  while (at && Stack.of(at) !== stack) {
    const its: Stack = Stack.of(at);
    at = NestedStack.isNestedStack(its) ? its.nestedStackResource : undefined;
  }
  return at;
}

function outermost(stack: Stack): Stack {
  return stack.nestedStackParent ? outermost(stack.nestedStackParent) : stack;
}

function dependsOn(resource: CfnResource, other: CfnResource, seen = new Set<CfnResource>()): boolean {
  if (seen.has(resource)) {
    return false;
  }
  seen.add(resource);
  const direct = resource.obtainDependencies().filter(CfnResource.isCfnResource);
  return direct.includes(other) || direct.some((next) => dependsOn(next, other, seen));
}

/** The CDK refuses circles of stacks. */
function stackDependsOn(stack: Stack, other: Stack): boolean {
  return stack.dependencies.some((next) => next === other || stackDependsOn(next, other));
}
