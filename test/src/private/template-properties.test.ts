import { CfnResource, Lazy, Stack, Tags } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sqs from 'aws-cdk-lib/aws-sqs';

import { templateProperties } from '../../../src/private/template-properties';
import { BASIC, newStack, resources } from '../maintenance-window/app';

type Change = (resource: lambda.CfnFunction) => unknown;

test("a resource's properties are those of the template, of whatever class it is, with references as paths", () => {
  const stack = newStack();
  const fn = new lambda.Function(stack, 'Fn', BASIC);
  const resource = new CfnResource(stack, 'Any', { type: 'Custom::Any', properties: { Arn: fn.functionArn, Other: 1 } });
  resource.addPropertyOverride('Other', 2);
  expect(templateProperties(resource)).toEqual({ Arn: { Ref: 'Orders/Fn/Resource.Arn' }, Other: 2 });
  expect(templateProperties(new CfnResource(new Stack(), 'None', { type: 'Custom::None' }))).toEqual({});
});

test.each<[string, Change]>([
  ['nothing changed', () => undefined],
  ['one more member of an object', (fn) => fn.addPropertyOverride('Environment.Variables.MORE', 'x')],
  ['an object over an object', (fn) => fn.addPropertyOverride('Environment', { Variables: { MORE: 'x' }, Other: { a: 1 } })],
  ['an object over none', (fn) => fn.addPropertyOverride('VpcConfig.SubnetIds', ['subnet-1'])],
  ['a list over a list', (fn) => fn.addPropertyOverride('Layers', ['arn:1'])],
  ['one item of a list', (fn) => fn.addPropertyOverride('Layers.0', 'arn:1')],
  ['a text over an object', (fn) => fn.addPropertyOverride('Environment', 'text')],
  ['an intrinsic function over an object', (fn) => fn.addPropertyOverride('Environment', { 'Fn::ImportValue': 'x' })],
  [
    'an object over an intrinsic function',
    (fn) => [(fn.environment = Lazy.any({ produce: () => ({ Ref: 'X' }) })), fn.addPropertyOverride('Environment.Variables', { A: 'x' })],
  ],
  ['a deletion', (fn) => fn.addPropertyDeletionOverride('Environment.Variables.MINE')],
  ['a deletion of what is not there', (fn) => fn.addPropertyDeletionOverride('VpcConfig.SubnetIds')],
  ['a deletion of all', (fn) => fn.addDeletionOverride('Properties.Environment')],
  ['an override from the top', (fn) => fn.addOverride('Properties.Handler', 'other.handler')],
  ['setters', (fn) => [(fn.memorySize = 512), (fn.layers = []), (fn.handler = undefined)]],
  ['a tag', (fn) => Tags.of(fn).add('team', 'mine')],
  ['a lazy value', (fn) => (fn.description = Lazy.string({ produce: () => 'late' }))],
  ['an empty object', (fn) => fn.addPropertyOverride('Environment.Variables', {})],
])('as the CDK renders it: %s', (_, change) => {
  const stack = newStack();
  const layers = ['arn:aws:lambda:eu-west-1:111111111111:layer:other:1'];
  const resource = new lambda.CfnFunction(stack, 'Fn', {
    role: 'arn:aws:iam::111111111111:role/mine',
    code: { zipFile: 'x' },
    handler: 'index.handler',
    layers,
    environment: { variables: { MINE: 'x' } },
  });
  change(resource);
  const rendered = resources(stack)[stack.getLogicalId(resource)].Properties;
  expect(templateProperties(resource)).toEqual(rendered ?? {});
});

test('no logical id is asked for: it may still be changed', () => {
  const stack = newStack();
  const queue = new sqs.Queue(stack, 'Queue');
  const resource = queue.node.defaultChild as sqs.CfnQueue;
  const dependent = new sqs.CfnQueue(stack, 'Dependent', { queueName: queue.queueName });
  dependent.addDependency(resource);
  templateProperties(dependent);
  resource.overrideLogicalId('Mine');
  dependent.overrideLogicalId('Other');
  expect(Object.keys(resources(stack))).toEqual(['Mine', 'Other']);
});
