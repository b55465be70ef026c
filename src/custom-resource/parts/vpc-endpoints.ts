import {
  CfnResource,
  DefaultTokenResolver,
  IPostProcessor,
  IResolvable,
  IResolveContext,
  NestedStack,
  Reference,
  Stack,
  StringConcat,
  Tokenization,
} from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { IConstruct } from 'constructs';

import { isResourceOf } from '../../private/resource-type';
import { vpcIdOf } from '../../private/vpc-members';
import { Target } from './target';

/**
 * The endpoints, in the stack of a function, of the VPC that it is in: without them its calls and answers get nowhere.
 *
 * @param unfit gives resources: an endpoint that is made after one of them is left out
 */
export function vpcEndpoints({ fn, resource }: Target, unfit: () => CfnResource[]): IConstruct[] {
  const vpcs = new Set(vpcIds(resource.vpcConfig, fn));
  if (vpcs.size === 0) {
    return [];
  }
  const inStack = Stack.of(fn)
    .node.findAll()
    .filter((construct) => isResourceOf(construct, ec2.CfnVPCEndpoint));
  const ofVpc = inStack.filter((endpoint) => Stack.of(endpoint) === Stack.of(fn) && vpcs.has(vpcIdOf(endpoint)));
  const late = new Set(ofVpc.length === 0 ? [] : unfit());
  return ofVpc.map(wholeOf).filter((endpoint) => !waitsFor(endpoint, late));
}

/** By what the function's network is made of. */
function vpcIds(vpcConfig: unknown, scope: IConstruct): string[] {
  return referencesIn(vpcConfig, scope).filter(isInVpc).map(vpcIdOf);
}

function isInVpc(construct: CfnResource): construct is ec2.CfnSubnet | ec2.CfnSecurityGroup {
  return isResourceOf(construct, ec2.CfnSubnet) || isResourceOf(construct, ec2.CfnSecurityGroup);
}

/** With its security group, and what that lets in. */
function wholeOf(endpoint: ec2.CfnVPCEndpoint): IConstruct {
  const { scope } = endpoint.node;
  return scope?.node.defaultChild === endpoint ? scope : endpoint;
}

/** Whether something in a construct is made after one of some resources. */
function waitsFor(construct: IConstruct, resources: ReadonlySet<CfnResource>): boolean {
  const before = new Set(resourcesIn(construct));
  // Also over those that are added meanwhile
  for (const one of before) {
    directlyBefore(one).forEach((next) => before.add(next));
  }
  return [...before].some((one) => resources.has(one));
}

function directlyBefore(resource: CfnResource): CfnResource[] {
  const roots = resource.node.scopes.flatMap(({ node }) => node.dependencies);
  const template = (resource as unknown as { _toCloudFormation(): object })._toCloudFormation();
  const named = [
    ...resource.obtainDependencies().filter(CfnResource.isCfnResource),
    ...roots.flatMap(resourcesIn),
    ...referencesIn(template, resource),
  ];
  return named.flatMap((other) => withItsStack(other, resource));
}

/** Who waits for a resource in a nested stack waits for all that is in it, unless it is in there itself. */
function withItsStack(other: CfnResource, waiting: CfnResource): CfnResource[] {
  const nested = other.node.scopes.find((scope) => NestedStack.isNestedStack(scope) && !waiting.node.scopes.includes(scope));
  return nested ? resourcesIn(nested) : [other];
}

function resourcesIn(construct: IConstruct): CfnResource[] {
  return construct.node.findAll().filter(CfnResource.isCfnResource);
}

/** The resources that a value refers to. */
function referencesIn(value: unknown, scope: IConstruct): CfnResource[] {
  const resolver = new Targets(new StringConcat());
  Tokenization.resolve(value, { scope, resolver, preparing: false });
  return resolver.found.filter(CfnResource.isCfnResource);
}

class Targets extends DefaultTokenResolver {
  public readonly found: IConstruct[] = [];

  public resolveToken(token: IResolvable, context: IResolveContext, postProcessor: IPostProcessor): unknown {
    if (!Reference.isReference(token)) {
      return super.resolveToken(token, context, postProcessor);
    }
    this.found.push(token.target);
    return token.target.node.path;
  }
}
