import { CustomResource, Duration, type Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Provider } from 'aws-cdk-lib/custom-resources';

import { LongRunningHandler, LongRunningProvider } from '../../../src';
import { newStack, resources } from '../maintenance-window/app';
import { code, depth, longRunning } from './template';

interface Size {
  readonly resources: number;
  /** How many of them CloudFormation makes one after the other. */
  readonly depth: number;
}

function sizeOf(what: string, build: (stack: Stack) => void): Size {
  const stack = newStack();
  build(stack);
  const all = resources(stack);
  const size = { resources: Object.keys(all).length, depth: depth(all) };
  process.stdout.write(`${what}: ${size.resources} resources, ${size.depth} of them one after the other\n`);
  return size;
}

function plainFunction(stack: Stack, id: string): lambda.Function {
  const code = lambda.Code.fromInline('exports.handler = async () => ({});');
  return new lambda.Function(stack, id, { runtime: lambda.Runtime.NODEJS_22_X, handler: 'index.handler', code, timeout: Duration.minutes(15) });
}

test('five resources for each custom resource; in the stack three that they share, and a layer', () => {
  const one = sizeOf('one custom resource, with code', (stack) => longRunning(stack, 'A'));
  expect(one).toEqual({ resources: 5 + 3 + 1, depth: 7 });
  const ten = sizeOf('ten custom resources, each with code', (stack) => Array.from('ABCDEFGHIJ', (id) => longRunning(stack, id)));
  expect(ten).toEqual({ resources: 10 * 5 + 3 + 1, depth: 7 });
});

test('on a function made elsewhere four beside function and role, and the same three', () => {
  const size = sizeOf('one custom resource, on a function made elsewhere', (stack) =>
    longRunning(stack, 'A', { handler: LongRunningHandler.fromFunction(plainFunction(stack, 'Fn')) }),
  );
  expect(size).toEqual({ resources: 2 + 4 + 3, depth: 7 });
});

test('one more for each further resource on a shared provider', () => {
  const size = sizeOf('two custom resources on a shared provider', (stack) => {
    const provider = new LongRunningProvider(stack, 'Shared', { handler: code() });
    longRunning(stack, 'A', { handler: LongRunningHandler.fromProvider(provider) });
    longRunning(stack, 'B', { handler: LongRunningHandler.fromProvider(provider) });
  });
  expect(size).toEqual({ resources: 5 + 1 + 3 + 1, depth: 7 });
});

test("the CDK's Provider takes more of both for its first", () => {
  const size = sizeOf("one custom resource on the CDK's Provider, with onEvent and isComplete", (stack) => {
    const provider = new Provider(stack, 'P', {
      onEventHandler: plainFunction(stack, 'OnEvent'),
      isCompleteHandler: plainFunction(stack, 'IsComplete'),
    });
    new CustomResource(stack, 'A', { serviceToken: provider.serviceToken });
  });
  expect(size).toEqual({ resources: 17, depth: 9 });
});
