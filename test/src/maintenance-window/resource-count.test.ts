import { NestedStack } from 'aws-cdk-lib';

import { guarded, newStack, resources } from './app';

function countWith(functions: number): number {
  const stack = newStack();
  for (let i = 0; i < functions; i++) {
    guarded(stack, `Fn${i}`);
  }
  return Object.keys(resources(stack)).length;
}

test('one guarded function brings 17 resources and ten bring 44: three for each, fourteen that they share', () => {
  expect({ one: countWith(1), two: countWith(2), ten: countWith(10) }).toEqual({ one: 17, two: 20, ten: 44 });
});

test('what is shared is there once', () => {
  const stack = newStack();
  guarded(stack, 'A');
  guarded(stack, 'B');
  const types = Object.values(resources(stack)).map(({ Type }) => Type);
  const count = (type: string) => types.filter((one) => one === type).length;
  expect({
    layers: count('AWS::Lambda::LayerVersion'),
    tables: count('AWS::DynamoDB::Table'),
    rules: count('AWS::Events::Rule'),
    functions: count('AWS::Lambda::Function'),
    windows: count('Custom::CdkPatientLambdaWindow'),
  }).toEqual({ layers: 1, tables: 2, rules: 2, functions: 4, windows: 1 });
});

test('a nested stack brings what is shared again, but for the planner with its mirror, which its parent has', () => {
  const parent = newStack();
  const nested = new NestedStack(parent, 'Nested');
  const fn = guarded(nested, 'Fn');
  expect(Object.keys(resources(nested))).toHaveLength(11);
  expect(Object.values(resources(parent)).map(({ Type }) => Type)).toEqual([
    'AWS::CloudFormation::Stack',
    'AWS::DynamoDB::Table',
    'AWS::Logs::LogGroup',
    'AWS::IAM::Role',
    'AWS::Lambda::Function',
    'AWS::Events::Rule',
    'AWS::Lambda::Permission',
  ]);
  expect([fn.functionKey, fn.deferredEvents.storeId].every((name) => name.includes('Orders/Nested'))).toBe(true);
});
