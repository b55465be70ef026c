import type { Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';

import { LongRunningHandler, LongRunningProvider } from '../../../src';
import { newStack, resources } from '../maintenance-window/app';
import { code, fn, longRunning } from './template';

const network = (stack: Stack) => new ec2.Vpc(stack, 'Vpc', { maxAzs: 1 });

/** The ports that are opened to the function. */
function opened(stack: Stack): unknown[] {
  return Object.values(resources(stack)).flatMap(({ Type, Properties }) => (Type === 'AWS::EC2::SecurityGroupIngress' ? [Properties.FromPort] : []));
}

describe('the connections of a custom resource', () => {
  test.each<[string, (stack: Stack, vpc: ec2.Vpc) => LongRunningHandler]>([
    ['the function that the construct makes', (_, vpc) => code({ vpc })],
    ['a function made elsewhere', (stack, vpc) => LongRunningHandler.fromFunction(fn(stack, { vpc }))],
    ['an alias of one', (stack, vpc) => LongRunningHandler.fromFunction(fn(stack, { vpc }).addAlias('live'))],
    ['a shared function', (stack, vpc) => LongRunningHandler.fromProvider(new LongRunningProvider(stack, 'P', { handler: code({ vpc }) }))],
  ])('are those of %s', (_, handler) => {
    const stack = newStack();
    const vpc = network(stack);
    const resource = longRunning(stack, 'Restore', { handler: handler(stack, vpc) });
    const database = new ec2.SecurityGroup(stack, 'Database', { vpc });
    database.connections.allowFrom(resource, ec2.Port.tcp(5432));
    expect(opened(stack)).toEqual([5432]);
    expect(resource.connections.securityGroups).toHaveLength(1);
  });
});
