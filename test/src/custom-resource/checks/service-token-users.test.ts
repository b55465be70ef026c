import { App, CfnCustomResource, CustomResource, Duration, Fn, Lazy, NestedStack, Stack, type StackProps, Stage } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';

import { LongRunningHandler, LongRunningProvider, MaintenanceWindowFunction } from '../../../../src';
import { NAMES } from '../../../../src/private/contract.generated';
import { newStack, resources, warnings } from '../../maintenance-window/app';
import { before, CODE, code, depth, longRunning, problems } from '../template';

const TIMEOUT = Duration.minutes(15);

function provided(stack: Stack, id = 'P'): LongRunningProvider {
  return new LongRunningProvider(stack, id, { handler: code() });
}

function stacks(...props: StackProps[]): Stack[] {
  const app = new App();
  return props.map((one, i) => new Stack(app, `Stack${i}`, one));
}

describe('what a custom resource is made after and deleted before', () => {
  test.each<[string, (stack: Stack) => lambda.IFunction | undefined]>([
    ["the construct's own function", () => undefined],
    ['a function made elsewhere', (stack) => new lambda.Function(stack, 'Fn', { ...CODE, timeout: TIMEOUT })],
    ['an alias', (stack) => new lambda.Function(stack, 'Fn', { ...CODE, timeout: TIMEOUT }).addAlias('live')],
    ['a function under a maintenance window', (stack) => new MaintenanceWindowFunction(stack, 'Fn', { ...CODE, timeout: TIMEOUT })],
  ])('%s, with its role and permissions, the responder and the invoke config', (_, make) => {
    const stack = newStack();
    const fn = make(stack);
    longRunning(stack, 'Restore', fn ? { handler: LongRunningHandler.fromFunction(fn) } : {});
    const all = resources(stack);
    const waitsFor = [...before(all, 'Restore1151E6A7')].map((id) => all[id].Type);
    const types = fn
      ? ['AWS::Lambda::EventInvokeConfig', 'AWS::IAM::Policy', 'AWS::IAM::Policy']
      : ['AWS::Lambda::EventInvokeConfig', 'AWS::IAM::Policy'];
    expect(waitsFor).toEqual(
      expect.arrayContaining([...types, 'AWS::Lambda::Function', 'AWS::Lambda::Function', 'AWS::IAM::Role', 'AWS::Logs::LogGroup']),
    );
    expect(waitsFor.filter((type) => type === 'AWS::IAM::Policy')).toHaveLength(types.length - 1);
    expect(all.Restore1151E6A7.DependsOn).toHaveLength(2);
    // Throws for a circle
    expect(depth(all)).toBeLessThanOrEqual(fn instanceof lambda.Alias ? 9 : 7);
  });

  test('what the function is granted later comes before too', () => {
    const stack = newStack();
    const resource = longRunning(stack, 'Restore');
    resource.grantPrincipal.addToPrincipalPolicy(new iam.PolicyStatement({ actions: ['rds:DescribeDBInstances'], resources: ['*'] }));
    const all = resources(stack);
    const [policy] = Object.entries(all).find(([, { Properties }]) => JSON.stringify(Properties.PolicyDocument ?? '').includes('rds:'))!;
    expect([...before(all, 'Restore1151E6A7')]).toContain(policy);
    expect(depth(all)).toBeLessThanOrEqual(8);
  });

  test('the way out of its network, which its answers take', () => {
    const stack = newStack();
    longRunning(stack, 'Restore', { handler: code({ vpc: new ec2.Vpc(stack, 'Vpc', { maxAzs: 1 }) }) });
    const all = resources(stack);
    const routes = Object.keys(all).filter((id) => all[id].Type === 'AWS::EC2::Route');
    expect(routes).toHaveLength(2);
    expect([...before(all, 'Restore1151E6A7')]).toEqual(expect.arrayContaining(routes));
  });

  test('a resource in the scope of its function makes no circle', () => {
    const stack = newStack();
    const fn = new lambda.Function(stack, 'Fn', { ...CODE, timeout: TIMEOUT });
    const provider = new LongRunningProvider(fn, 'P', { handler: LongRunningHandler.fromFunction(fn) });
    longRunning(provider, 'Restore', { handler: LongRunningHandler.fromProvider(provider) });
    expect(problems(stack)).toBe('');
    expect(depth(resources(stack))).toBe(7);
  });
});

describe('a plain custom resource with the service token', () => {
  const missing = (path: string, provider: string) => `'${path}' has the service token of '${provider}' but does not depend on it`;

  test('that does not depend on the provider is refused, of either class', () => {
    const stack = newStack();
    const { serviceToken } = provided(stack);
    new CustomResource(stack, 'A', { serviceToken });
    new CfnCustomResource(stack, 'B', { serviceToken: 'arn:later' }).serviceToken = serviceToken;
    const found = problems(stack);
    expect(found).toContain(missing('Orders/A/Default', 'Orders/P'));
    expect(found).toContain(missing('Orders/B', 'Orders/P'));
    expect(found).toContain('call node.addDependency(provider) on the resource');
  });

  test('that has the ARN of the function itself is refused too', () => {
    const stack = newStack();
    new CustomResource(stack, 'A', { serviceToken: provided(stack).function.functionArn });
    expect(problems(stack)).toContain(missing('Orders/A/Default', 'Orders/P'));
  });

  test('that writes the ARN out, or gives it late, is refused too', () => {
    const stack = newStack();
    const provider = provided(stack);
    new CustomResource(stack, 'A', { serviceToken: Lazy.string({ produce: () => provider.serviceToken }) });
    new CustomResource(stack, 'B', { serviceToken: Fn.getAtt('PFunctionCC954752', 'Arn').toString() });
    expect(problems(stack)).toContain(missing('Orders/A/Default', 'Orders/P'));
    expect(problems(stack)).toContain(missing('Orders/B/Default', 'Orders/P'));
  });

  test("of another Region or account than the function's is refused, and a LongRunningCustomResource at once", () => {
    const [own, far] = stacks({ env: { account: '111111111111', region: 'eu-west-1' } }, { env: { account: '111111111111', region: 'us-east-1' } });
    const provider = new LongRunningProvider(own, 'P', {
      handler: LongRunningHandler.fromFunction(new lambda.Function(own, 'Fn', { ...CODE, timeout: TIMEOUT, functionName: 'restore' })),
    });
    const message = "function 'Stack0/Fn' is in region eu-west-1, but 'Stack1' in us-east-1: what a provider is granted";
    expect(() => longRunning(far, 'Restore', { handler: LongRunningHandler.fromProvider(provider) })).toThrow(message);
    new CustomResource(far, 'A', { serviceToken: provider.serviceToken }).node.addDependency(provider);
    expect(problems(own)).toContain(message);
  });

  test('that depends on the provider, itself or by its scope or by another resource, is accepted', () => {
    const stack = newStack();
    const provider = provided(stack);
    const a = new CustomResource(stack, 'A', { serviceToken: provider.serviceToken });
    a.node.addDependency(provider);
    const b = new CustomResource(stack, 'B', { serviceToken: provider.serviceToken });
    b.node.addDependency(a);
    const scope = new Construct(stack, 'Scope');
    new CustomResource(scope, 'C', { serviceToken: provider.serviceToken });
    scope.node.addDependency(provider);
    expect(problems(stack)).toBe('');
    expect([...before(resources(stack), 'B')]).toEqual(expect.arrayContaining(['PFunctionEventInvokeConfigA2380B62', 'PInvokeSelfA74F7C0C']));
  });

  test('that depends on the function alone is refused', () => {
    const stack = newStack();
    const provider = provided(stack);
    new CustomResource(stack, 'A', { serviceToken: provider.serviceToken }).node.addDependency(provider.function);
    expect(problems(stack)).toContain(missing('Orders/A/Default', 'Orders/P'));
  });

  test('of another function is left alone', () => {
    const stack = newStack();
    provided(stack);
    new CustomResource(stack, 'A', { serviceToken: new lambda.Function(stack, 'Fn', CODE).functionArn });
    expect(problems(stack)).toBe('');
  });

  test('may not ask for more executions than there are', () => {
    const stack = newStack();
    const provider = new LongRunningProvider(stack, 'P', { handler: code({ executionTimeout: Duration.minutes(1) }), timeout: Duration.minutes(5) });
    for (const [id, minutes] of [
      ['Fits', 10],
      ['Exceeds', 11],
    ] as const) {
      const plain = new CustomResource(stack, id, { serviceToken: provider.serviceToken, serviceTimeout: Duration.minutes(minutes) });
      plain.node.addDependency(provider);
    }
    expect(problems(stack)).toMatch(/'Orders\/Exceeds\/Default': an operation of 600 seconds takes 13 executions of 60 seconds/);
    expect(problems(stack)).not.toContain('Fits');
  });

  describe('in another stack', () => {
    test('waits for the whole stack of the provider', () => {
      const [own, other] = stacks({}, {});
      new CustomResource(other, 'A', { serviceToken: provided(own).serviceToken });
      longRunning(other, 'B', { handler: LongRunningHandler.fromProvider(own.node.findChild('P') as LongRunningProvider) });
      expect(problems(own)).toBe('');
      expect(other.dependencies).toEqual([own]);
    });

    test("nested in the provider's stack, is refused unless it depends on the provider", () => {
      const parent = newStack();
      const provider = provided(parent);
      const nested = new NestedStack(parent, 'Nested');
      const plain = new CustomResource(nested, 'A', { serviceToken: provider.serviceToken });
      expect(problems(parent)).toContain(missing('Orders/Nested/A/Default', 'Orders/P'));
      plain.node.addDependency(provider);
      expect(problems(parent)).toBe('');
    });

    test("around the provider's nested stack, or beside it, waits for all of that", () => {
      const parent = newStack();
      const provider = provided(new NestedStack(parent, 'Nested'));
      new CustomResource(parent, 'A', { serviceToken: provider.serviceToken });
      new CustomResource(new NestedStack(parent, 'Sibling'), 'B', { serviceToken: provider.serviceToken });
      longRunning(parent, 'C', { handler: LongRunningHandler.fromProvider(provider) });
      expect(problems(parent)).toBe('');
      expect(depth(resources(parent))).toBeGreaterThan(1);
    });

    test('that has the function, is refused when the provider is elsewhere', () => {
      const [own, other] = stacks({}, {});
      const fn = new lambda.Function(own, 'Fn', { ...CODE, timeout: TIMEOUT });
      const provider = new LongRunningProvider(other, 'P', { handler: LongRunningHandler.fromFunction(fn) });
      longRunning(other, 'Restore', { handler: LongRunningHandler.fromProvider(provider) });
      expect(problems(own)).toBe('');
      new CustomResource(own, 'A', { serviceToken: fn.functionArn });
      expect(problems(own)).toContain(missing('Stack0/A/Default', 'Stack1/P'));
    });

    test('is warned about a rollback that nobody sees, unless the provider may read that stack', () => {
      const [own, other] = stacks({}, {});
      longRunning(own, 'Near', { handler: LongRunningHandler.fromProvider(provided(own)) });
      new CustomResource(other, 'Far', { serviceToken: (own.node.findChild('P') as LongRunningProvider).serviceToken });
      const told = (stack: Stack) => warnings(stack).filter((warning) => warning.includes(NAMES.annotations.rollbackUnseen));
      expect(told(own)).toEqual([]);
      expect(told(other)).toEqual([expect.stringContaining("the provider 'Stack0/P' may not read the status of this stack")]);
      const [reads, far] = stacks({}, {});
      const provider = new LongRunningProvider(reads, 'P', { handler: code(), stackArns: ['arn:aws:cloudformation:*:*:stack/Stack1/*'] });
      longRunning(far, 'Far', { handler: LongRunningHandler.fromProvider(provider) });
      expect(told(far)).toEqual([]);
    });

    test('of a stage is checked with its stage', () => {
      const app = new App();
      const stack = new Stack(new Stage(app, 'Prod'), 'Orders');
      new CustomResource(stack, 'A', { serviceToken: provided(stack).serviceToken });
      expect(problems(stack)).toContain(missing('Prod/Orders/A/Default', 'Prod/Orders/P'));
    });
  });
});
