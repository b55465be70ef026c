import { Aws, Fn, Lazy } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';

import { byPath, jsonByPath, textOf } from '../../../src/private/by-path';
import { BASIC, newStack } from '../maintenance-window/app';

const setting = () => {
  const stack = newStack();
  const fn = new lambda.Function(stack, 'Fn', BASIC);
  return { stack, fn, arn: { Ref: 'Orders/Fn/Resource.Arn' } };
};

test('references are paths, and parts of a text one join', () => {
  const { stack, fn, arn } = setting();
  expect(byPath({ a: [fn.functionArn], b: `<${fn.functionArn}>`, c: 'text', d: Lazy.string({ produce: () => fn.functionArn }) }, stack)).toEqual({
    a: [arn],
    b: { 'Fn::Join': ['', ['<', arn, '>']] },
    c: 'text',
    d: arn,
  });
});

test('what is resolved already stays as it is', () => {
  const { stack, fn } = setting();
  const resolved = byPath(`${fn.functionArn}:live`, stack);
  expect(byPath(resolved, stack)).toEqual(resolved);
});

test.each<[string, (fn: lambda.Function) => unknown, string | undefined]>([
  ['a text', () => 'a', 'a'],
  ['a reference', (fn) => fn.functionArn, 'Orders/Fn/Resource.Arn'],
  ['parts of a text', (fn) => `arn:${Aws.REGION}:${fn.functionName}`, 'arn:AWS::Region:Orders/Fn/Resource.Ref'],
  ['a join with a separator', () => Fn.join('-', ['a', Aws.REGION]), 'a-AWS::Region'],
  ['a reference that is written by hand', () => Fn.ref('Fn9270CBC0'), undefined],
  ['another function', () => Fn.select(0, Fn.getAzs()), undefined],
])('as one text: %s', (_, value, text) => {
  const { stack, fn } = setting();
  expect(textOf(byPath(value(fn), stack))).toBe(text);
});

test('JSON is read with its references where they are, alone and as a part', () => {
  const { stack, fn, arn } = setting();
  const value = stack.toJsonString({ whole: fn.functionArn, part: `${fn.functionArn}:live`, list: [1, 'x'] });
  const expected = { whole: arn, part: { 'Fn::Join': ['', [arn, ':live']] }, list: [1, 'x'] };
  expect(jsonByPath(byPath(value, stack))).toEqual(expected);
  expect(jsonByPath(byPath(`{"whole":"${fn.functionArn}","part":"${fn.functionArn}:live","list":[1,"x"]}`, stack))).toEqual(expected);
});

test.each([['{'], [undefined], [{ 'Fn::Sub': '{}' }]])('what synth cannot read as JSON is nothing: %j', (value) => {
  expect(jsonByPath(value)).toBeUndefined();
});
