import { CfnParameter, Duration, type Stack } from 'aws-cdk-lib';
import type * as lambda from 'aws-cdk-lib/aws-lambda';

import { annotations } from '../../../../lambda/contract/names.json';
import { HandlerLoading, type MaintenanceWindowFunctionProps } from '../../../../src';
import { guarded, newStack, warnings } from '../app';

const warned = (stack: Stack) => warnings(stack).filter((warning) => warning.includes(annotations.shortTimeout));

function of(
  props: Partial<MaintenanceWindowFunctionProps>,
  change: (resource: lambda.CfnFunction, stack: Stack) => void = () => undefined,
): string[] {
  const stack = newStack();
  change(guarded(stack, 'Fn', props).node.defaultChild as lambda.CfnFunction, stack);
  return warned(stack);
}

const seconds = (timeout: number, memorySize?: number) => ({ timeout: Duration.seconds(timeout), memorySize });

test('a time limit that leaves no room to load the handler is a warning that says how long it takes, and what would do', () => {
  expect(of({})).toEqual([
    'after a window the handler is loaded within an invocation, under its timeout of 3 s and at 7 % of a core (128 MB), where an init has a whole one: ' +
      'what loads in 1 s there takes 13.8 s. Give it a timeout of 14 s or more, more memory, or set handlerLoading to HandlerLoading.AT_ONCE ' +
      `[ack: ${annotations.shortTimeout}]`,
  ]);
});

test.each<[string, Partial<MaintenanceWindowFunctionProps>, string | undefined]>([
  ['just under what 128 MB need', seconds(13), 'timeout of 14 s'],
  ['what 128 MB need', seconds(14), undefined],
  ['just under what any memory needs', seconds(9, 512), 'timeout of 10 s'],
  ['what any memory needs', seconds(10, 512), undefined],
  ['memory that gives less than a core', seconds(9, 1768), 'at 100 % of a core (1768 MB)'],
  [
    'memory that gives one core or more',
    seconds(9, 10_240),
    'under its timeout of 9 s: what loads in 1 s there takes 1.0 s. Give it a timeout of 10 s or more, or set',
  ],
  ['a handler that is loaded at once', { ...seconds(3), handlerLoading: HandlerLoading.AT_ONCE }, undefined],
])('%s', (_, props, expected) => {
  expect(of(props)).toEqual(expected === undefined ? [] : [expect.stringContaining(expected)]);
});

test('what is rendered counts', () => {
  expect(of(seconds(60, 1024), (resource) => (resource.timeout = 5))).toEqual([expect.stringContaining('timeout of 5 s')]);
  expect(of(seconds(10, 1024), (resource) => resource.addPropertyOverride('MemorySize', 128))).toEqual([expect.stringContaining('(128 MB)')]);
  expect(of(seconds(3), (resource) => resource.addPropertyOverride('Timeout', 30))).toEqual([]);
});

test('a handler that is in a snapshot is loaded at once', () => {
  expect(of(seconds(3), (resource) => (resource.snapStart = { applyOn: 'PublishedVersions' }))).toEqual([]);
});

test('what only the deployment knows is not judged', () => {
  const parameter = (stack: Stack) => new CfnParameter(stack, 'Given', { type: 'Number' }).valueAsNumber;
  expect(of(seconds(3), (resource, stack) => (resource.timeout = parameter(stack)))).toEqual([]);
  expect(of(seconds(10), (resource, stack) => (resource.memorySize = parameter(stack)))).toEqual([]);
});
