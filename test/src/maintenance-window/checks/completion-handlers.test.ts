import { App, CustomResource, Lazy, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Provider } from 'aws-cdk-lib/custom-resources';
import type { Construct } from 'constructs';

import { annotations, environment as names } from '../../../../lambda/contract/names.json';
import { DeferralAction, MaintenanceWindowFunction, type MaintenanceWindowFunctionProps } from '../../../../src';
import { BASIC, guarded, newStack, resourceOf, warnings } from '../app';

const plain = (scope: Construct, id: string) => new lambda.Function(scope, id, BASIC);

/** A guarded function that completes a Provider's operations; more of what it is for. */
function completing(props: Partial<MaintenanceWindowFunctionProps> = {}, more: (stack: Stack, fn: lambda.Function) => void = () => undefined): Stack {
  const stack = newStack();
  const fn = guarded(stack, 'Complete', props);
  new Provider(stack, 'Database', { onEventHandler: plain(stack, 'Begin'), isCompleteHandler: fn });
  more(stack, fn);
  return stack;
}

function deferral(stack: Stack, id = 'Complete'): unknown {
  return resourceOf(stack.node.findChild(id)).Properties.Environment.Variables[names.deferral];
}

const held = (stack: Stack) => warnings(stack).filter((warning) => warning.includes(annotations.completionHeld));

test('an isCompleteHandler runs during a window', () => {
  const stack = completing();
  expect([deferral(stack), held(stack)]).toEqual(['{"cloudformation":"RUN"}', []]);
});

test('what the function says of other sources stays', () => {
  expect(deferral(completing({ deferral: { direct: DeferralAction.REJECT } }))).toBe('{"cloudformation":"RUN","direct":"REJECT"}');
});

test('a Provider that is made before its handler is guarded', () => {
  const stack = newStack();
  const fn = plain(stack, 'Complete');
  new Provider(stack, 'Database', { onEventHandler: plain(stack, 'Begin'), isCompleteHandler: fn });
  MaintenanceWindowFunction.guard(fn);
  expect(deferral(stack)).toBe('{"cloudformation":"RUN"}');
});

test.each<[string, (stack: Stack, fn: lambda.Function) => lambda.IFunction]>([
  ['an alias', (stack, version) => new lambda.Alias(stack, 'Live', { aliasName: 'live', version: version.currentVersion })],
  ['a version', (_, fn) => fn.currentVersion],
  ['the function, imported by its ARN', (stack, fn) => lambda.Function.fromFunctionArn(stack, 'Imported', fn.functionArn)],
  ['the function, imported by its name', (stack) => lambda.Function.fromFunctionName(stack, 'Imported', 'complete')],
])('the handler is %s', (_, handlerOf) => {
  const stack = newStack();
  const fn = guarded(stack, 'Complete', { functionName: 'complete' });
  new Provider(stack, 'Database', { onEventHandler: plain(stack, 'Begin'), isCompleteHandler: handlerOf(stack, fn) });
  expect(deferral(stack)).toBe('{"cloudformation":"RUN"}');
});

test('a Provider of another stack', () => {
  const app = new App();
  const stack = new Stack(app, 'Functions');
  const fn = guarded(stack, 'Complete');
  const other = new Stack(app, 'Providers');
  new Provider(other, 'Database', { onEventHandler: plain(other, 'Begin'), isCompleteHandler: fn });
  guarded(other, 'Complete'); // the same logical id
  expect([deferral(stack), deferral(other)]).toEqual(['{"cloudformation":"RUN"}', undefined]);
});

test.each<[string, (stack: Stack, fn: lambda.Function) => void]>([
  ['no Provider', () => undefined],
  ["a Provider's onEventHandler alone", (stack, fn) => new Provider(stack, 'Database', { onEventHandler: fn })],
  [
    "another function's Provider",
    (stack) => new Provider(stack, 'Database', { onEventHandler: plain(stack, 'Begin'), isCompleteHandler: plain(stack, 'Other') }),
  ],
])('is held like any other: %s', (_, make) => {
  const stack = newStack();
  make(stack, guarded(stack, 'Complete'));
  expect([deferral(stack), held(stack)]).toEqual([undefined, []]);
});

describe('a handler that takes requests as well is held, with a warning that names who sends them', () => {
  test.each<[string, string, (stack: Stack, fn: lambda.Function) => void]>([
    ['both handlers of one Provider', 'Orders/Both', (stack, fn) => new Provider(stack, 'Both', { onEventHandler: fn, isCompleteHandler: fn })],
    ['the onEventHandler of another', 'Orders/Other', (stack, fn) => new Provider(stack, 'Other', { onEventHandler: fn })],
    ['a service token', 'Orders/Thing/Default', (stack, fn) => new CustomResource(stack, 'Thing', { serviceToken: fn.functionArn })],
    [
      "an alias's service token",
      'Orders/Thing/Default',
      (stack, fn) => {
        const alias = new lambda.Alias(stack, 'Live', { aliasName: 'live', version: fn.currentVersion });
        new CustomResource(stack, 'Thing', { serviceToken: Lazy.string({ produce: () => alias.functionArn }) });
      },
    ],
  ])('%s', (_, sender, more) => {
    const stack = completing({}, more);
    expect(deferral(stack)).toBeUndefined();
    expect(held(stack)).toEqual([expect.stringContaining(`takes the requests of '${sender}' as well`)]);
  });

  test('a service token of another stack, by a literal ARN', () => {
    const stack = completing({ functionName: 'complete' });
    const other = new Stack(stack.node.root, 'Things');
    new CustomResource(other, 'Thing', { serviceToken: `arn:aws:lambda:${stack.region}:${stack.account}:function:complete` });
    expect(deferral(stack)).toBeUndefined();
    expect(held(stack)).toEqual([expect.stringContaining("takes the requests of 'Things/Thing/Default' as well")]);
  });

  test.each([DeferralAction.RUN, DeferralAction.REJECT])('until it is said what is to become of both: %s', (cloudformation) => {
    const stack = completing({ deferral: { cloudformation } }, (scope, fn) => new Provider(scope, 'Other', { onEventHandler: fn }));
    expect([deferral(stack), held(stack)]).toEqual([JSON.stringify({ cloudformation }), []]);
  });
});
