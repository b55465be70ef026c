import { App, Aws, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';

import { MaintenanceWindowFunction } from '../../../../src';

const guarded = (stackName: string, id: string, functionKey?: string) =>
  new MaintenanceWindowFunction(new Stack(new App(), stackName), id, {
    runtime: lambda.Runtime.PYTHON_3_13,
    handler: 'index.handler',
    code: lambda.Code.fromInline('pass'),
    functionKey,
  });

test('a long stack name and path still give a key of 64 characters, another one for each function', () => {
  const keys = ['A', 'B'].map((id) => guarded('S'.repeat(120), 'Function'.repeat(20) + id).functionKey);

  expect(keys.map((key) => key.length)).toEqual([64, 64]);
  expect(new Set(keys).size).toBe(2);
  expect(guarded('S'.repeat(120), 'Function'.repeat(20) + 'A').functionKey).toBe(keys[0]);
});

test('a key may be given', () => {
  expect(guarded('Stack', 'Fn', 'orders/v1').functionKey).toBe('orders/v1');
});

test.each(['', 'run', 'a#b', 'a*', 'a?', 'a b', 'x'.repeat(65), Aws.STACK_NAME])('%j is refused as a key', (key) => {
  expect(() => guarded('Stack', 'Fn', key)).toThrow(/functionKey must be 1 to 64 .* got '/);
});
