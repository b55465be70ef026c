import { Aws, CfnResource, Duration, NestedStack, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { LambdaDestination } from 'aws-cdk-lib/aws-lambda-destinations';

import { LongRunningHandler, LongRunningProvider } from '../../../../src';
import { newStack, resources } from '../../maintenance-window/app';
import { before, fn, longRunning, only, problems, refusal } from '../template';

const CONFIG = 'AWS::Lambda::EventInvokeConfig';
const RESPONDER = { 'Fn::GetAtt': ['CdkPatientLambdaResponderFunctionD65FE059', 'Arn'] };
const OWN = { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 300, DestinationConfig: { OnFailure: { Destination: RESPONDER } } };

/** What CloudFormation invokes, and how it is invoked asynchronously without the library. */
const INVOKED: [string, (stack: Stack, options?: lambda.EventInvokeConfigOptions) => lambda.IFunction][] = [
  ['a function', (stack, options) => fn(stack, options)],
  ['an alias', (stack, options) => fn(stack).addAlias('live', options)],
];

describe.each(INVOKED)('the invoke config of %s', (_, make) => {
  /** In a template with one function, and perhaps a resource. */
  function configIn(options?: lambda.EventInvokeConfigOptions, resource?: string): [id: string, properties: Record<string, unknown>] {
    const stack = newStack();
    const handler = LongRunningHandler.fromFunction(make(stack, options));
    if (resource) {
      longRunning(stack, resource, { handler });
    }
    const [id, { Properties }] = only(stack, CONFIG);
    return [id, Properties];
  }

  test("is where the CDK makes it, whatever the construct's name: to move is to update in place", () => {
    const [id, { FunctionName, Qualifier }] = configIn({ retryAttempts: 0 });
    const own = [id, { FunctionName, Qualifier, ...OWN }];
    expect(configIn(undefined, 'Restore')).toEqual(own);
    expect(configIn(undefined, 'Renamed')).toEqual(own);
  });

  test('that sets no retries and nothing else is adopted: to take retryAttempts off is no second config', () => {
    expect(configIn({ retryAttempts: 0 }, 'Restore')).toEqual(configIn(undefined, 'Restore'));
  });

  test('made by hand is adopted as well', () => {
    const stack = newStack();
    const invoked = make(stack);
    const qualifier = invoked instanceof lambda.Alias ? invoked.aliasName : '$LATEST';
    const { functionName } = invoked instanceof lambda.Alias ? invoked.lambda : invoked;
    new lambda.CfnEventInvokeConfig(stack, 'Own', { functionName, qualifier, maximumRetryAttempts: 0 });
    longRunning(stack, 'Restore', { handler: LongRunningHandler.fromFunction(invoked) });
    expect(only(stack, CONFIG)).toMatchObject(['Own', { Properties: OWN }]);
    expect(problems(stack)).toBe('');
    expect([...before(resources(stack), 'Restore1151E6A7')]).toContain('Own');
  });

  test.each<[string, (stack: Stack) => lambda.EventInvokeConfigOptions]>([
    ['retryAttempts', () => ({ retryAttempts: 1 })],
    ['maxEventAge', () => ({ maxEventAge: Duration.minutes(5) })],
    ['maxEventAge beside no retries', () => ({ maxEventAge: Duration.minutes(5), retryAttempts: 0 })],
    ['onFailure', (stack) => ({ retryAttempts: 0, onFailure: new LambdaDestination(fn(stack, {}, 'Other')) })],
    ['onSuccess', (stack) => ({ onSuccess: new LambdaDestination(fn(stack, {}, 'Other')) })],
  ])('with %s is refused', (__, options) => {
    const stack = newStack();
    expect(refusal(stack, { handler: LongRunningHandler.fromFunction(make(stack, options(stack))) })).toMatch(
      /is configured for asynchronous invocation by 'Orders\/Fn\/(Aliaslive\/)?EventInvokeConfig\/Resource' already: remove its onFailure, onSuccess, maxEventAge and retryAttempts \(0 may stay\)/,
    );
  });

  test('with more by an escape hatch is refused', () => {
    const stack = newStack();
    const invoked = make(stack, { retryAttempts: 0 });
    const config = invoked.node.findChild('EventInvokeConfig').node.defaultChild as CfnResource;
    config.addPropertyOverride('DestinationConfig.OnFailure.Destination', `arn:aws:sqs:${Aws.REGION}:1:own`);
    expect(refusal(stack, { handler: LongRunningHandler.fromFunction(invoked) })).toContain('already: remove its onFailure');
  });

  test('of another stack is refused, whatever it says: the resource could not wait for it', () => {
    const stack = newStack();
    const invoked = make(stack);
    const qualifier = (invoked as { qualifier?: string }).qualifier;
    const other = new Stack(stack.node.root, 'Other');
    new lambda.EventInvokeConfig(other, 'Own', {
      function: invoked instanceof lambda.Alias ? invoked.lambda : invoked,
      qualifier,
      retryAttempts: 0,
    });
    expect(refusal(stack, { handler: LongRunningHandler.fromFunction(invoked) })).toContain("by 'Other/Own/Resource' already");
  });

  test('made after the provider is found at synth', () => {
    const stack = newStack();
    const invoked = make(stack);
    longRunning(stack, 'Restore', { handler: LongRunningHandler.fromFunction(invoked) });
    expect(() => invoked.configureAsyncInvoke({ retryAttempts: 0 })).toThrow('already been configured');
    const { functionName } = invoked instanceof lambda.Alias ? invoked.lambda : invoked;
    const qualifier = (invoked as { qualifier?: string }).qualifier ?? '$LATEST';
    new lambda.CfnEventInvokeConfig(stack, 'Second', { functionName, qualifier, maximumRetryAttempts: 0 });
    expect(problems(stack)).toContain("is configured for asynchronous invocation by 'Orders/Second' already");
  });
});

test('of the function does not matter to an alias, nor the other way round', () => {
  const stack = newStack();
  const made = fn(stack, { retryAttempts: 1 });
  expect(refusal(stack, { handler: LongRunningHandler.fromFunction(made.addAlias('live')) })).toBe('accepted');
  const other = newStack();
  const aliased = fn(other);
  aliased.addAlias('live', { retryAttempts: 1 });
  expect(refusal(other, { handler: LongRunningHandler.fromFunction(aliased) })).toBe('accepted');
});

describe("of a function in another stack than the provider's", () => {
  test.each(INVOKED)('is in the stack of %s, which the resource waits for', (_, make) => {
    const stack = newStack();
    const other = new Stack(stack.node.root, 'Other');
    longRunning(other, 'Restore', { handler: LongRunningHandler.fromFunction(make(stack)) });
    expect(problems(stack)).toBe('');
    expect(only(stack, CONFIG)[0]).toMatch(/^Fn(Aliaslive)?EventInvokeConfig/);
    expect(other.dependencies).toEqual([stack]);
  });

  test.each(INVOKED)('that is nested: the resource waits for the config of %s around it', (_, make) => {
    const parent = newStack();
    const nested = new NestedStack(parent, 'Nested');
    longRunning(nested, 'Restore', { handler: LongRunningHandler.fromFunction(make(parent)) });
    expect(problems(parent)).toBe('');
    const [id] = only(parent, CONFIG);
    const [[nestedId]] = Object.entries(resources(parent)).filter(([, { Type }]) => Type === 'AWS::CloudFormation::Stack');
    expect([...before(resources(parent), nestedId)]).toContain(id);
  });

  test('that is around it: the resource waits for all of the nested one', () => {
    const parent = newStack();
    const nested = new NestedStack(parent, 'Nested');
    const provider = new LongRunningProvider(parent, 'P', { handler: LongRunningHandler.fromFunction(fn(nested)) });
    longRunning(parent, 'Restore', { handler: LongRunningHandler.fromProvider(provider) });
    expect(problems(parent)).toBe('');
    expect(only(nested, CONFIG)[0]).toMatch(/^FnEventInvokeConfig/);
    const all = resources(parent);
    const nestedId = Object.keys(all).find((id) => all[id].Type === 'AWS::CloudFormation::Stack')!;
    expect([...before(all, 'Restore1151E6A7')]).toContain(nestedId);
  });
});
