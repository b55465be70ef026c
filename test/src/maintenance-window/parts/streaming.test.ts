import { Aspects, CfnParameter, CfnResource, Fn, Lazy, NestedStack, Stack } from 'aws-cdk-lib';
import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import * as lambda from 'aws-cdk-lib/aws-lambda';

import { environment as names } from '../../../../lambda/contract/names.json';
import { parseStreaming } from '../../../../lambda/maintenance-window/gate/nodejs/quiet/http-options';
import { MaintenanceWindowFunction } from '../../../../src';
import { BASIC, guarded, newStack, resourceOf, synthError, warnings } from '../app';

const { RESPONSE_STREAM: STREAM } = lambda.InvokeMode;
const NONE = lambda.FunctionUrlAuthType.NONE;
const live = (fn: lambda.Function) => new lambda.Alias(fn, 'Live', { aliasName: 'live', version: fn.currentVersion });
const method = (scope: Stack, handler: lambda.IFunction, responseTransferMode = apigateway.ResponseTransferMode.STREAM) =>
  new apigateway.RestApi(scope, 'Api').root.addMethod('GET', new apigateway.LambdaIntegration(handler, { responseTransferMode }));
const raw = (scope: Stack, properties: object) =>
  new CfnResource(scope, 'Raw', { type: 'AWS::Lambda::Url', properties: { AuthType: 'NONE', InvokeMode: 'RESPONSE_STREAM', ...properties } });

const logicalId = (fn: lambda.Function) => Stack.of(fn).resolve((fn.node.defaultChild as CfnResource).logicalId) as string;

/** What the function is told. */
const told = (fn: lambda.Function) => {
  const value: unknown = resourceOf(fn).Properties.Environment.Variables[names.streaming];
  return typeof value === 'string' ? parseStreaming(value) : value;
};

test.each<[string, (fn: lambda.Function, stack: Stack) => unknown, object | undefined]>([
  ['nothing', () => undefined, undefined],
  ['a URL that does not stream', (fn) => fn.addFunctionUrl({ authType: NONE }), undefined],
  ['a URL', (fn) => fn.addFunctionUrl({ authType: NONE, invokeMode: STREAM }), { 'function-url': ['$LATEST'] }],
  ['a URL of an alias', (fn) => live(fn).addFunctionUrl({ authType: NONE, invokeMode: STREAM }), { 'function-url': ['live'] }],
  [
    'URLs of both',
    (fn) => [fn, live(fn)].map((target) => target.addFunctionUrl({ authType: NONE, invokeMode: STREAM })),
    { 'function-url': ['$LATEST', 'live'] },
  ],
  [
    'a URL that streams by an escape hatch',
    (fn) => (fn.addFunctionUrl({ authType: NONE }).node.defaultChild as CfnResource).addPropertyOverride('InvokeMode', 'RESPONSE_STREAM'),
    { 'function-url': ['$LATEST'] },
  ],
  ['a raw URL by reference', (fn, stack) => raw(stack, { TargetFunctionArn: fn.functionArn, Qualifier: 'live' }), { 'function-url': ['live'] }],
  [
    'a raw URL by what is written by hand',
    (fn, stack) => raw(stack, { TargetFunctionArn: { 'Fn::Sub': `\${${logicalId(fn)}.Arn}:live` } }),
    { 'function-url': ['live'] },
  ],
  ['a raw URL by name', (_, stack) => raw(stack, { TargetFunctionArn: 'orders' }), { 'function-url': ['$LATEST'] }],
  ['a raw URL by name and qualifier', (_, stack) => raw(stack, { TargetFunctionArn: 'orders:live' }), { 'function-url': ['live'] }],
  [
    'a raw URL by a literal ARN',
    (_, stack) => raw(stack, { TargetFunctionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:orders:live' }),
    { 'function-url': ['live'] },
  ],
  [
    'a raw URL by an ARN that CloudFormation puts together',
    (_, stack) =>
      raw(stack, {
        TargetFunctionArn: stack.formatArn({
          service: 'lambda',
          resource: 'function',
          resourceName: 'orders',
          arnFormat: 'arn:aws:service:region:account:resource:resourceName' as never,
        }),
      }),
    { 'function-url': ['$LATEST'] },
  ],
  ['a URL of another function by name', (_, stack) => raw(stack, { TargetFunctionArn: 'orders2' }), undefined],
  ['a URL of another function', (_, stack) => guarded(stack, 'Other').addFunctionUrl({ authType: NONE, invokeMode: STREAM }), undefined],
  ['a method', (fn, stack) => method(stack, fn), { 'api-gateway-rest': ['$LATEST'] }],
  ['a method that does not stream', (fn, stack) => method(stack, fn, apigateway.ResponseTransferMode.BUFFERED), undefined],
  ['a method of an alias', (fn, stack) => method(stack, live(fn)), { 'api-gateway-rest': ['live'] }],
  ['a method of a version', (fn, stack) => method(stack, fn.currentVersion), { 'api-gateway-rest': ['$VERSION'] }],
  ['a method of another function', (_, stack) => method(stack, guarded(stack, 'Other')), undefined],
  [
    'a method that streams by an escape hatch',
    (fn, stack) =>
      (method(stack, fn, apigateway.ResponseTransferMode.BUFFERED).node.defaultChild as CfnResource).addPropertyOverride(
        'Integration.ResponseTransferMode',
        'STREAM',
      ),
    { 'api-gateway-rest': ['$LATEST'] },
  ],
  [
    'a raw method whose URI alone tells it',
    (fn, stack) => {
      const uri = Fn.join('', [
        'arn:',
        stack.partition,
        ':apigateway:',
        stack.region,
        ':lambda:path/2021-11-15/functions/',
        fn.functionArn,
        '/response-streaming-invocations',
      ]);
      const properties = { HttpMethod: 'GET', ResourceId: 'r', RestApiId: 'a', Integration: { Type: 'AWS_PROXY', Uri: uri } };
      return new CfnResource(stack, 'Raw', { type: 'AWS::ApiGateway::Method', properties });
    },
    { 'api-gateway-rest': ['$LATEST'] },
  ],
  [
    'both',
    (fn, stack) => [method(stack, fn), live(fn).addFunctionUrl({ authType: NONE, invokeMode: STREAM })],
    { 'api-gateway-rest': ['$LATEST'], 'function-url': ['live'] },
  ],
])('with %s', (_, add, expected) => {
  const stack = newStack();
  const fn = guarded(stack, 'Fn', { functionName: 'orders' });
  add(fn, stack);
  expect(told(fn)).toEqual(expected);
});

test('what is in another stack, or in a nested one, counts', () => {
  const stack = newStack();
  const fn = guarded(stack, 'Fn');
  method(new Stack(stack.node.root, 'Web'), fn);
  raw(new NestedStack(stack, 'Nested'), { TargetFunctionArn: fn.functionArn });
  expect(told(fn)).toEqual({ 'api-gateway-rest': ['$LATEST'], 'function-url': ['$LATEST'] });
});

test('an alias that another stack makes counts', () => {
  const stack = newStack();
  const fn = guarded(stack, 'Fn');
  const web = new Stack(stack.node.root, 'Web');
  const alias = new lambda.CfnAlias(web, 'Live', { functionName: fn.functionName, functionVersion: '1', name: 'live' });
  raw(web, { TargetFunctionArn: alias.ref });
  expect(told(fn)).toEqual({ 'function-url': ['live'] });
});

test('an alias whose name the deployment alone knows is told then', () => {
  const stack = newStack();
  const fn = guarded(stack, 'Fn');
  const name = new CfnParameter(stack, 'Name').valueAsString;
  new lambda.Alias(stack, 'Live', { aliasName: name, version: fn.currentVersion }).addFunctionUrl({ authType: NONE, invokeMode: STREAM });
  expect(told(fn)).toEqual({ 'Fn::Join': ['', ['{"function-url":["', { Ref: 'Name' }, '"]}']] });
});

test('a function that is guarded after its URL was made is told, and makes one version', () => {
  const stack = newStack();
  const fn = new lambda.Function(stack, 'Fn', BASIC);
  live(fn).addFunctionUrl({ authType: NONE, invokeMode: STREAM });
  MaintenanceWindowFunction.guard(fn);
  expect(told(fn)).toEqual({ 'function-url': ['live'] });
  expect(warnings(stack)).toEqual([expect.stringContaining('the handler is loaded within an invocation')]);
});

test('a URL that comes too late to be told of is an error that names the remedy', () => {
  const stack = newStack();
  const fn = guarded(stack, 'Fn');
  const url = fn.addFunctionUrl({ authType: NONE }).node.defaultChild as lambda.CfnUrl;
  Aspects.of(stack).add({ visit: (node) => node === url && (url.invokeMode = STREAM) }, { priority: 900 });
  expect(synthError(stack)).toMatch(/\[Orders\/Fn\] a function URL or a method .* was added by an aspect .* with a priority under 500/);
});

test('a URL whose target is made late counts', () => {
  const stack = newStack();
  const fn = guarded(stack, 'Fn');
  raw(stack, { TargetFunctionArn: Lazy.string({ produce: () => fn.functionArn }) });
  expect(told(fn)).toEqual({ 'function-url': ['$LATEST'] });
});
