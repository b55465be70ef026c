import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';

import { DeferredEventStore, MaintenanceWindow } from '../../../src';
import { guarded } from './app';

const MOST_CHARACTERS_OF_A_ROLE = 10_240;

function shareAmong(functions: number) {
  const app = new App();
  const shared = new Stack(app, 'Shared');
  const store = new DeferredEventStore(shared, 'Store');
  const window = new MaintenanceWindow(shared, 'Window');
  const stacks = Array.from({ length: functions }, (_, i) => {
    const stack = new Stack(app, `Service${i}`);
    guarded(stack, 'Fn', { deferredEvents: store, maintenanceWindow: window });
    return stack;
  });
  const assembly = app.synth();
  return { shared, stacks, assembly };
}

test("sixty functions in sixty stacks leave the store's stack as one function does", () => {
  const one = shareAmong(1);
  const sixty = shareAmong(60);
  expect(sixty.assembly.getStackByName('Shared').template).toEqual(one.assembly.getStackByName('Shared').template);
  const role = Object.values(Template.fromStack(sixty.shared).findResources('AWS::IAM::Role')).map((resource) => JSON.stringify(resource).length);
  expect(Math.max(...role)).toBeLessThan(MOST_CHARACTERS_OF_A_ROLE);
});

test("references run from the functions' stacks to the shared one only", () => {
  const { shared, stacks, assembly } = shareAmong(2);
  expect(shared.dependencies).toEqual([]);
  for (const stack of stacks) {
    expect(stack.dependencies).toEqual([shared]);
    expect(assembly.getStackByName(stack.stackName).template.Outputs).toBeUndefined();
  }
});

test('a function that shares everything adds its role, policy, function and the layer', () => {
  const {
    stacks: [stack],
  } = shareAmong(1);
  expect(
    Object.values(Template.fromStack(stack).toJSON().Resources as Record<string, { Type: string }>)
      .map(({ Type }) => Type)
      .sort(),
  ).toEqual(['AWS::IAM::Policy', 'AWS::IAM::Role', 'AWS::Lambda::Function', 'AWS::Lambda::LayerVersion']);
});
