import { CfnParameter, Duration, type Stack } from 'aws-cdk-lib';
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type { IConstruct } from 'constructs';

import { MaintenanceWindowFunction } from '../../../../src';
import { longRunning } from '../../custom-resource/template';
import { BASIC, guarded, newStack, resourceOf } from '../app';

const plain = (stack: Stack) => new lambda.Function(stack, 'Fn', BASIC);
const runtime = (name: string, family: lambda.RuntimeFamily) => ({ runtime: new lambda.Runtime(name, family, { supportsInlineCode: true }) });

test.each([
  ['nodejs20.x', lambda.RuntimeFamily.NODEJS],
  ['nodejs24.x', lambda.RuntimeFamily.NODEJS],
  ['python3.10', lambda.RuntimeFamily.PYTHON],
  ['python3.14', lambda.RuntimeFamily.PYTHON],
])('%s can be guarded', (name, family) => {
  expect(resourceOf(guarded(newStack(), 'Fn', runtime(name, family))).Properties.Runtime).toBe(name);
});

test("a runtime that only the deployment knows, as a Region's newest may be, can be guarded", () => {
  const stack = newStack();
  const newest = new lambda.Runtime(new CfnParameter(stack, 'Newest').valueAsString, lambda.RuntimeFamily.NODEJS);
  expect(resourceOf(guarded(stack, 'Fn', { runtime: newest, code: lambda.Code.fromAsset(__dirname) })).Properties.Runtime).toEqual({ Ref: 'Newest' });
});

test.each([
  ['nodejs18.x', lambda.RuntimeFamily.NODEJS, 'runtime nodejs18.x is older than nodejs20.x'],
  ['nodejs', lambda.RuntimeFamily.NODEJS, 'runtime nodejs is older than nodejs20.x'],
  ['python3.9', lambda.RuntimeFamily.PYTHON, 'runtime python3.9 is older than python3.10'],
  ['python2.7', lambda.RuntimeFamily.PYTHON, 'runtime python2.7 is older than python3.10'],
  ['java21', lambda.RuntimeFamily.JAVA, 'runtime java21 is not yet supported, Node.js and Python are'],
  ['dotnet8', lambda.RuntimeFamily.DOTNET_CORE, 'runtime dotnet8 is not yet supported'],
  ['ruby3.4', lambda.RuntimeFamily.RUBY, 'runtime ruby3.4 is not yet supported'],
  ['provided.al2023', lambda.RuntimeFamily.OTHER, 'runtime provided.al2023 starts no wrapper (AWS_LAMBDA_EXEC_WRAPPER)'],
  ['go1.x', lambda.RuntimeFamily.GO, 'runtime go1.x is not supported, Node.js and Python are'],
])('%s is refused', (name, family, reason) => {
  expect(() => guarded(newStack(), 'Fn', runtime(name, family))).toThrow(
    `'Orders/Fn': this function can't be guarded by a maintenance window: ${reason}`,
  );
});

test.each<[string, (cfn: lambda.CfnFunction, runtime: string) => void]>([
  ['an override', (cfn, name) => cfn.addPropertyOverride('Runtime', name)],
  ['a setter', (cfn, name) => (cfn.runtime = name)],
])('the runtime that %s gave it before guard() counts', (_, change) => {
  const fn = (declared: lambda.Runtime, name: string) => {
    const made = new lambda.Function(newStack(), 'Fn', { ...BASIC, runtime: declared });
    change(made.node.defaultChild as lambda.CfnFunction, name);
    MaintenanceWindowFunction.guard(made);
    return made;
  };
  expect(resourceOf(fn(lambda.Runtime.NODEJS_18_X, 'nodejs24.x')).Properties.Runtime).toBe('nodejs24.x');
  expect(() => fn(lambda.Runtime.NODEJS_22_X, 'provided.al2023')).toThrow('runtime provided.al2023 starts no wrapper');
});

test('a container image is refused', () => {
  const stack = newStack();
  const image = lambda.DockerImageCode.fromEcr(ecr.Repository.fromRepositoryName(stack, 'Repository', 'images'));
  const fn = new lambda.DockerImageFunction(stack, 'Fn', { code: image });
  expect(() => MaintenanceWindowFunction.guard(fn)).toThrow('container images take no layers');
});

test('a durable function is refused', () => {
  expect(() => guarded(newStack(), 'Fn', { durableConfig: { executionTimeout: Duration.hours(1) } })).toThrow('a durable function (durableConfig)');
});

test('Managed Instances are refused', () => {
  const fn = new lambda.Function(newStack(), 'Fn', BASIC);
  (fn.node.defaultChild as lambda.CfnFunction).capacityProviderConfig = {
    lambdaManagedInstancesCapacityProviderConfig: { capacityProviderArn: 'arn' },
  };
  expect(() => MaintenanceWindowFunction.guard(fn)).toThrow('Managed Instances (capacityProviderConfig) are not yet supported');
});

test.each<[string, (stack: Stack) => lambda.IFunction, string]>([
  ['an alias', (stack) => plain(stack).addAlias('live'), "it is an alias, and what guards is in the function: give its function 'Orders/Fn'"],
  ['a version', (stack) => plain(stack).currentVersion, "it is a version, which nothing can change: give its function 'Orders/Fn'"],
  ['an imported function', (stack) => lambda.Function.fromFunctionName(stack, 'Theirs', 'theirs'), 'it is imported, so that its environment'],
  [
    'a SingletonFunction',
    (stack) => new lambda.SingletonFunction(stack, 'One', { ...BASIC, uuid: 'one' }),
    'whoever else names its uuid: give a lambda.Function',
  ],
  [
    'a function at the edge',
    () => new cloudfront.experimental.EdgeFunction(newStack('Edge', { env: { account: '111111111111', region: 'us-east-1' } }), 'Fn', BASIC),
    'functions at the edge (Lambda@Edge) have no layers: leave it out',
  ],
])('%s is refused, with what to give instead', (_, make, reason) => {
  const fn = make(newStack());
  expect(() => MaintenanceWindowFunction.guard(fn)).toThrow(`'${fn.node.path}': this function can't be guarded by a maintenance window: `);
  expect(() => MaintenanceWindowFunction.guard(fn)).toThrow(reason);
});

test("the library's own functions are refused by name", () => {
  const stack = newStack();
  guarded(stack, 'Fn');
  longRunning(stack, 'Resource');
  const own = ['CdkPatientLambdaPlanner', 'CdkPatientLambdaStore/Replayer', 'CdkPatientLambdaResponder'].map((path) => {
    return path
      .split('/')
      .reduce<IConstruct>((scope, id) => scope.node.findChild(id), stack)
      .node.findChild('Function') as lambda.Function;
  });
  for (const fn of own) {
    expect(() => MaintenanceWindowFunction.guard(fn)).toThrow(
      `'${fn.node.path}': this function can't be guarded by a maintenance window: it belongs to cdk-patient-lambda and must run during a window: leave it out`,
    );
  }
});

test('a function that is refused gets nothing of the library', () => {
  const stack = newStack();
  expect(() => guarded(stack, 'Fn', runtime('java21', lambda.RuntimeFamily.JAVA))).toThrow();
  expect(stack.node.children.map(({ node }) => node.id)).toEqual(['Fn']);
});
