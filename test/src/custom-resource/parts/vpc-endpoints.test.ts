import { type CfnResource, CustomResource, NestedStack, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';

import { type LongRunningCustomResource, LongRunningHandler, LongRunningProvider, type LongRunningProviderProps } from '../../../../src';
import { newStack, resources } from '../../maintenance-window/app';
import { before, code, depth, directlyBefore, fn, longRunning, problems } from '../template';

const ENDPOINT = 'AWS::EC2::VPCEndpoint';
const RESTORE = 'Restore1151E6A7';

const network = (scope: Construct, id = 'Vpc') =>
  new ec2.Vpc(scope, id, { maxAzs: 1, natGateways: 0, subnetConfiguration: [{ name: 'Own', subnetType: ec2.SubnetType.PRIVATE_ISOLATED }] });
const isolated = (vpc: ec2.IVpc): Pick<lambda.FunctionOptions, 'vpc' | 'vpcSubnets'> => ({
  vpc,
  vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
});
const known = (scope: Construct) =>
  ec2.Vpc.fromVpcAttributes(scope, 'Vpc', {
    vpcId: 'vpc-1',
    availabilityZones: ['a'],
    isolatedSubnetIds: ['subnet-1'],
    isolatedSubnetRouteTableIds: ['rt-1'],
  });

function s3(vpc: ec2.IVpc): ec2.IConnectable | ec2.GatewayVpcEndpoint {
  return vpc.addGatewayEndpoint('S3', { service: ec2.GatewayVpcEndpointAwsService.S3 });
}

function toLambda(vpc: ec2.IVpc): ec2.InterfaceVpcEndpoint {
  return vpc.addInterfaceEndpoint('Lambda', { service: ec2.InterfaceVpcEndpointAwsService.LAMBDA, subnets: isolated(vpc).vpcSubnets, open: false });
}

/** The endpoints that a resource waits for. */
function endpointsBefore(stack: Stack, id = RESTORE): string[] {
  expect(problems(stack)).toBe('');
  const all = resources(stack);
  // Throws for a circle
  depth(all);
  return [...before(all, id)].filter((other) => all[other].Type === ENDPOINT).sort();
}

function provided(stack: Stack, vpc: ec2.IVpc, props: Partial<LongRunningProviderProps> = {}): LongRunningProvider {
  return new LongRunningProvider(stack, 'P', { handler: code(isolated(vpc)), ...props });
}

/** The logical id of a custom resource. */
function resourceId(stack: Stack, id: string): string {
  return (stack.resolve((stack.node.findChild(id) as LongRunningCustomResource).ref) as { Ref: string }).Ref;
}

describe('the endpoints of the VPC come before the resource and go after it', () => {
  test.each<[string, (stack: Stack, vpc: ec2.IVpc) => LongRunningHandler]>([
    ['of a function that the construct makes', (_, vpc) => code(isolated(vpc))],
    ['of a function made elsewhere', (stack, vpc) => LongRunningHandler.fromFunction(fn(stack, isolated(vpc)))],
    ['of an alias', (stack, vpc) => LongRunningHandler.fromFunction(fn(stack, isolated(vpc)).addAlias('live'))],
    ['of a shared provider', (stack, vpc) => LongRunningHandler.fromProvider(provided(stack, vpc))],
  ])('%s, however late they are made', (_, handler) => {
    for (const vpcOf of [network, known]) {
      const stack = newStack();
      const vpc = vpcOf(stack);
      s3(vpc);
      longRunning(stack, 'Restore', { handler: handler(stack, vpc) });
      toLambda(vpc);
      expect(endpointsBefore(stack)).toEqual([expect.stringMatching(/^VpcLambda/), expect.stringMatching(/^VpcS3/)]);
    }
  });

  test('made in another scope too, with its security group and what that lets in', () => {
    const stack = newStack();
    const vpc = network(stack);
    const endpoint = new ec2.InterfaceVpcEndpoint(new Construct(stack, 'Scope'), 'Lambda', {
      vpc,
      service: ec2.InterfaceVpcEndpointAwsService.LAMBDA,
      subnets: isolated(vpc).vpcSubnets,
    });
    const provider = provided(stack, vpc);
    endpoint.connections.allowDefaultPortFrom(provider);
    longRunning(stack, 'Restore', { handler: LongRunningHandler.fromProvider(provider) });
    expect(endpointsBefore(stack)).toEqual([expect.stringMatching(/^ScopeLambda/)]);
    const all = resources(stack);
    expect(directlyBefore(all, RESTORE).map((id) => all[id].Type)).toEqual(
      expect.arrayContaining(['AWS::EC2::SecurityGroup', 'AWS::EC2::SecurityGroupIngress']),
    );
  });

  test('before a plain resource that depends on the provider', () => {
    const stack = newStack();
    const vpc = network(stack);
    const provider = provided(stack, vpc);
    s3(vpc);
    new CustomResource(stack, 'Restore', { serviceToken: provider.serviceToken }).node.addDependency(provider);
    expect(endpointsBefore(stack, 'Restore')).toEqual([expect.stringMatching(/^VpcS3/)]);
  });

  test('unless it is not wanted', () => {
    const stack = newStack();
    const vpc = network(stack);
    s3(vpc);
    longRunning(stack, 'Restore', { handler: code(isolated(vpc)), dependOnVpcEndpoints: false });
    expect(endpointsBefore(stack)).toEqual([]);
  });

  test('not those of another VPC, nor any for a function in none', () => {
    const stack = newStack();
    s3(network(stack, 'Other'));
    longRunning(stack, 'Restore', { handler: code(isolated(network(stack))) });
    expect(endpointsBefore(stack)).toEqual([]);
    longRunning(stack, 'Outside');
    expect(endpointsBefore(stack, resourceId(stack, 'Outside'))).toEqual([]);
  });

  test('of another stack are that stack: what the function needs of it comes first anyway', () => {
    const stack = newStack();
    const net = new Stack(stack.node.root, 'Net');
    const vpc = network(net);
    s3(vpc);
    longRunning(stack, 'Restore', { handler: code(isolated(vpc)) });
    expect(endpointsBefore(stack)).toEqual([]);
    expect(stack.dependencies).toEqual([net]);
  });

  test('of a stack nested in that of the function are left to it, with all else that it holds', () => {
    const parent = newStack();
    const vpc = network(parent);
    const nested = new NestedStack(parent, 'Nested');
    new ec2.GatewayVpcEndpoint(nested, 'S3', { vpc, service: ec2.GatewayVpcEndpointAwsService.S3, subnets: [isolated(vpc).vpcSubnets!] });
    longRunning(parent, 'Restore', { handler: code(isolated(vpc)) });
    expect(problems(parent)).toBe('');
    const all = resources(parent);
    expect([...before(all, RESTORE)].map((id) => all[id].Type)).not.toContain('AWS::CloudFormation::Stack');
  });

  test('in the stack of the function, for a resource in a nested one', () => {
    const parent = newStack();
    const vpc = network(parent);
    s3(vpc);
    const provider = provided(parent, vpc);
    longRunning(new NestedStack(parent, 'Nested'), 'Restore', { handler: LongRunningHandler.fromProvider(provider) });
    const [nestedId] = Object.entries(resources(parent)).find(([, { Type }]) => Type === 'AWS::CloudFormation::Stack')!;
    expect(endpointsBefore(parent, nestedId)).toEqual([expect.stringMatching(/^VpcS3/)]);
  });
});

describe('an endpoint that waits for the resource itself is left out', () => {
  const inOne = (nested: NestedStack): [Stack, Stack] => [nested, nested];
  type Endpoint = (stack: Stack, vpc: ec2.Vpc, resource: ReturnType<typeof longRunning>) => void;
  test.each<[string, Endpoint]>([
    [
      'by one of resources',
      (_, vpc, resource) =>
        (toLambda(vpc).node.defaultChild as CfnResource).addDependency(resource.node.findChild('Resource').node.defaultChild as CfnResource),
    ],
    ['by a dependency', (_, vpc, resource) => toLambda(vpc).node.addDependency(resource)],
    [
      'by one of its scopes',
      (stack, vpc, resource) => {
        const scope = new Construct(stack, 'Scope');
        new ec2.GatewayVpcEndpoint(scope, 'Late', { vpc, service: ec2.GatewayVpcEndpointAwsService.DYNAMODB, subnets: [isolated(vpc).vpcSubnets!] });
        scope.node.addDependency(resource);
      },
    ],
    [
      'by a value of it',
      (stack, vpc, resource) =>
        new ec2.InterfaceVpcEndpoint(stack, 'Late', {
          vpc,
          service: new ec2.InterfaceVpcEndpointService(resource.getAttString('Service')),
          subnets: isolated(vpc).vpcSubnets,
        }),
    ],
    [
      'by what it refers to',
      (stack, vpc, resource) => {
        const group = new ec2.SecurityGroup(stack, 'Group', { vpc, description: resource.ref });
        new ec2.InterfaceVpcEndpoint(stack, 'Late', {
          vpc,
          service: ec2.InterfaceVpcEndpointAwsService.SQS,
          securityGroups: [group],
          subnets: isolated(vpc).vpcSubnets,
        });
      },
    ],
    [
      'by another resource of the same provider',
      (stack, vpc, { provider }) => {
        const other = longRunning(stack, 'Other', { handler: LongRunningHandler.fromProvider(provider) });
        toLambda(vpc).node.addDependency(other);
      },
    ],
    ['by its provider', (_, vpc, { provider }) => toLambda(vpc).node.addDependency(provider)],
  ])('%s', (_, wait) => {
    const stack = newStack();
    const vpc = network(stack);
    s3(vpc);
    const resource = longRunning(stack, 'Restore', { handler: LongRunningHandler.fromProvider(provided(stack, vpc)) });
    wait(stack, vpc, resource);
    expect(endpointsBefore(stack)).toContainEqual(expect.stringMatching(/^VpcS3/));
  });

  const allow = (endpoint: ec2.GatewayVpcEndpoint, topic: sns.Topic) =>
    endpoint.addToPolicy(new iam.PolicyStatement({ principals: [new iam.AnyPrincipal()], actions: ['*'], resources: [topic.topicArn] }));
  test.each<[string, (parent: Stack) => [resource: Stack, topic: Stack], (endpoint: ec2.GatewayVpcEndpoint, topic: sns.Topic) => void]>([
    ['refers to something', (parent) => inOne(new NestedStack(parent, 'Nested')), allow],
    ['depends on something', (parent) => inOne(new NestedStack(parent, 'Nested')), (endpoint, topic) => endpoint.node.addDependency(topic)],
    [
      'refers to something further inside',
      (parent) => {
        const nested = new NestedStack(parent, 'Nested');
        return [nested, new NestedStack(nested, 'Inner')];
      },
      allow,
    ],
  ])('as is one that %s in the nested stack of the resource: it waits for all of that', (_, make, wait) => {
    const parent = newStack();
    const vpc = network(parent);
    toLambda(vpc);
    const endpoint = vpc.addGatewayEndpoint('S3', { service: ec2.GatewayVpcEndpointAwsService.S3 });
    const [its, other] = make(parent);
    longRunning(its, 'Restore', { handler: LongRunningHandler.fromProvider(provided(parent, vpc)) });
    wait(endpoint, new sns.Topic(other, 'Topic'));
    const [nestedId] = Object.entries(resources(parent)).find(([, { Type }]) => Type === 'AWS::CloudFormation::Stack')!;
    expect(endpointsBefore(parent, nestedId)).toEqual([expect.stringMatching(/^VpcLambda/)]);
  });

  test('as is one that waits for that of another provider which waits for it', () => {
    const stack = newStack();
    const vpc = network(stack);
    const [a, b] = ['A', 'B'].map((id) => longRunning(stack, id, { handler: code(isolated(vpc)) }));
    toLambda(vpc).node.addDependency(a);
    vpc.addInterfaceEndpoint('Sqs', { service: ec2.InterfaceVpcEndpointAwsService.SQS, subnets: isolated(vpc).vpcSubnets }).node.addDependency(b);
    s3(vpc);
    expect(problems(stack)).toBe('');
    const all = resources(stack);
    depth(all);
    for (const id of ['A', 'B']) {
      expect([...before(all, resourceId(stack, id))]).toContainEqual(expect.stringMatching(/^VpcS3/));
    }
  });
});
