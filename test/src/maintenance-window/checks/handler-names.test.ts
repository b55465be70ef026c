import { CfnParameter } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';

import { unsupportedHandler } from '../../../../src/maintenance-window/checks/handler-names';
import { BASIC, guarded, newStack, resourceOf } from '../app';

test.each([
  ['nodejs22.x', 'index.handler'],
  ['nodejs22.x', 'src/orders/index.handler'],
  ['nodejs22.x', 'index.api.handler'],
  ['nodejs22.x', '/opt/nodejs/node_modules/datadog-lambda-js/handler.handler'],
  ['nodejs22.x', 'node_modules/@scope/package/index.handler'],
  ['nodejs22.x', 'dist.v2/index.handler'],
  ['python3.13', 'index.handler'],
  ['python3.13', 'orders/index.handler'],
  ['python3.13', 'orders.api.index.handler'],
  ['python3.13', 'lumigo_tracer._handler'],
  [{ 'Fn::FindInMap': [] }, 'index.handler'],
])('%j loads %s', (runtime, handler) => {
  expect(unsupportedHandler(handler, runtime)).toBeUndefined();
});

test.each([
  ['nodejs22.x', 'run.sh'],
  ['nodejs22.x', 'bin/run.sh'],
  ['nodejs22.x', 'index'],
  ['nodejs22.x', 'index.'],
  ['nodejs22.x', '.handler'],
  ['nodejs22.x', 'index..handler'],
  ['nodejs22.x', '../index.handler'],
  ['nodejs22.x', 'index.handler/'],
  ['nodejs22.x', ''],
  ['python3.13', 'run.sh'],
  ['python3.13', 'server'],
  ['python3.13', 'server.'],
  ['python3.13', '.handler'],
  ['python3.13', 'index.api/handler'],
  [{ 'Fn::FindInMap': [] }, 'run.sh'],
])('%j can not load %s', (runtime, handler) => {
  expect(unsupportedHandler(handler, runtime)).toContain(`handler '${handler}' is not <module>.<function>`);
});

test('a handler that only the deployment knows is let through', () => {
  const stack = newStack();
  const handler = new CfnParameter(stack, 'Handler').valueAsString;
  expect(resourceOf(guarded(stack, 'Fn', { handler })).Properties.Handler).toEqual({ Ref: 'Handler' });
  expect(unsupportedHandler({ Ref: 'Handler' }, 'nodejs22.x')).toBeUndefined();
});

test('a function without a handler is refused', () => {
  const fn = new lambda.Function(newStack(), 'Fn', BASIC);
  expect(unsupportedHandler(undefined, fn.runtime.name)).toContain('it has no handler');
});
