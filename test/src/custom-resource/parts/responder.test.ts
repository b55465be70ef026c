import { RemovalPolicy, type Stack } from 'aws-cdk-lib';

import { LongRunningHandler, LongRunningProvider, MaintenanceWindow } from '../../../../src';
import { newStack, resources } from '../../maintenance-window/app';
import { code, fn } from '../template';

const LOGS = 'CdkPatientLambdaResponderLogsB734542F';

describe("the log group of a stack's responder and functions", () => {
  const groupOf = (stack: Stack) => resources(stack)[LOGS];
  const provide = (stack: Stack, id: string, logRemovalPolicy?: RemovalPolicy) =>
    new LongRunningProvider(stack, id, { handler: code(), logRemovalPolicy });

  test('outlives the rollback that one needs it for; its lines are kept for a month, under a name that collides with no other', () => {
    const stack = newStack();
    provide(stack, 'A');
    expect(groupOf(stack)).toEqual({
      Type: 'AWS::Logs::LogGroup',
      Properties: { RetentionInDays: 30 },
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
    });
  });

  test.each([
    ['before', [RemovalPolicy.DESTROY, undefined]],
    ['after', [undefined, RemovalPolicy.DESTROY]],
    ['beside', [RemovalPolicy.DESTROY, RemovalPolicy.DESTROY]],
  ])('goes when a provider says so, %s another that does not differ', (_, policies) => {
    const stack = newStack();
    policies.forEach((policy, index) => provide(stack, `P${index}`, policy));
    expect(groupOf(stack).DeletionPolicy).toBe('Delete');
  });

  test('goes when the provider of a function made elsewhere says so', () => {
    const stack = newStack();
    new LongRunningProvider(stack, 'P', { handler: LongRunningHandler.fromFunction(fn(stack)), logRemovalPolicy: RemovalPolicy.DESTROY });
    expect(groupOf(stack).DeletionPolicy).toBe('Delete');
  });

  test('can be one thing only', () => {
    const stack = newStack();
    provide(stack, 'A', RemovalPolicy.DESTROY);
    expect(() => provide(stack, 'B', RemovalPolicy.RETAIN)).toThrow(
      "'Orders/B': logRemovalPolicy is 'retain', but 'destroy' for 'Orders/A', and both log to the group of their stack, " +
        "'Orders/CdkPatientLambdaResponder/Logs': give both the same, or give it to one of them only",
    );
  });

  test('is not that of planner and replayer, which go with the stack', () => {
    const stack = newStack();
    provide(stack, 'A');
    new MaintenanceWindow(stack, 'Window');
    const others = Object.entries(resources(stack)).filter(([id, { Type }]) => Type === 'AWS::Logs::LogGroup' && id !== LOGS);
    expect(others.map(([, { DeletionPolicy }]) => DeletionPolicy)).toEqual(['Delete']);
  });
});
