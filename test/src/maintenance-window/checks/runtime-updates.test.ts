import type { Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { SynthesisMessageLevel } from 'aws-cdk-lib/cx-api';

import { MaintenanceWindowFunction, type MaintenanceWindowFunctionProps, OnUnknownClient } from '../../../../src';
import { BASIC, guarded, messages, newStack } from '../app';

const infos = (stack: Stack) => messages(stack, SynthesisMessageLevel.INFO);

test("AWS's runtime updates are told of once for a stack, with both remedies", () => {
  const stack = newStack();
  guarded(stack, 'One');
  guarded(stack, 'Two');
  expect(infos(stack)).toEqual([
    expect.stringMatching(/RuntimeManagementMode\.FUNCTION_UPDATE.*OnUnknownClient\.RUN \[ack: cdk-patient-lambda:runtimeUpdates\]$/),
  ]);
});

test.each<[string, Partial<MaintenanceWindowFunctionProps>]>([
  ['updates come with deployments', { runtimeManagementMode: lambda.RuntimeManagementMode.FUNCTION_UPDATE }],
  ['somebody chose AUTO by name', { runtimeManagementMode: lambda.RuntimeManagementMode.AUTO }],
  ['an unknown client is no reason to stop', { onUnknownClient: OnUnknownClient.RUN }],
])('nothing is told where %s', (_, props) => {
  const stack = newStack();
  guarded(stack, 'Fn', props);
  expect(infos(stack)).toEqual([]);
});

test('a function that is guarded later is judged as it is at the end', () => {
  const [stack, told] = [newStack(), newStack()];
  const functions = [stack, told].map((scope) => new lambda.Function(scope, 'Fn', BASIC));
  functions.forEach((fn) => MaintenanceWindowFunction.guard(fn));
  (functions[0].node.defaultChild as lambda.CfnFunction).runtimeManagementConfig = { updateRuntimeOn: 'FunctionUpdate' };
  expect([infos(stack), infos(told)]).toEqual([[], [expect.stringContaining('runtimeManagementMode')]]);
});
