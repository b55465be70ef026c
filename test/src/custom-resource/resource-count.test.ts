import { CustomResource, Duration, type Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Provider } from 'aws-cdk-lib/custom-resources';
import { LongRunningProvider } from '../../../src';
import { newStack, resources } from '../maintenance-window/app';
import { CODE, depth, longRunning } from './template';

interface Size {
  readonly resources: number;
  readonly depth: number;
}

function sizeOf(build: (stack: Stack) => void): Size {
  const stack = newStack();
  build(stack);
  const all = resources(stack);
  return { resources: Object.keys(all).length, depth: depth(all) };
}

function plainFunction(stack: Stack, id: string): lambda.Function {
  const code = lambda.Code.fromInline('exports.handler = async () => ({});');
  return new lambda.Function(stack, id, { runtime: lambda.Runtime.NODEJS_22_X, handler: 'index.handler', code, timeout: Duration.minutes(15) });
}

test('five resources for each custom resource; in the stack three that they share, and a layer', () => {
  const sizes = {
    one: sizeOf((stack) => longRunning(stack, 'A')),
    ten: sizeOf((stack) => Array.from('ABCDEFGHIJ', (id) => longRunning(stack, id))),
    // Beside the function and its role, which are the user's: the policy that holds its permissions
    onFunction: sizeOf((stack) => longRunning(stack, 'A', { function: plainFunction(stack, 'Fn') })),
    twoOnProvider: sizeOf((stack) => {
      const provider = new LongRunningProvider(stack, 'Shared', CODE);
      longRunning(stack, 'A', { provider });
      longRunning(stack, 'B', { provider });
    }),
  };
  expect(sizes).toEqual({
    one: { resources: 5 + 3 + 1, depth: 7 },
    ten: { resources: 10 * 5 + 3 + 1, depth: 7 },
    onFunction: { resources: 6 + 3, depth: 7 },
    twoOnProvider: { resources: 4 + 2 + 3 + 1, depth: 7 },
  });
});

test('the CDK\'s Provider takes three times as many for its one', () => {
  const withPolling = sizeOf((stack) => {
    const provider = new Provider(stack, 'Provider', { onEventHandler: plainFunction(stack, 'OnEvent'), isCompleteHandler: plainFunction(stack, 'IsComplete') });
    new CustomResource(stack, 'A', { serviceToken: provider.serviceToken });
  });
  expect(withPolling).toEqual({ resources: 17, depth: 9 });
});
