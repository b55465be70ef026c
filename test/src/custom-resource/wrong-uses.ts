import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';

import {
  type LongRunningCodeOptions,
  type LongRunningCustomResourceProps,
  LongRunningHandler,
  LongRunningProvider,
  type LongRunningProviderAttributes,
} from '../../../src';
import { far, near, plain, type Wrong } from '../wrong-use';
import { CODE, code, longRunning } from './template';

function onResource(property: string, value: string, remedy: string, props: Partial<LongRunningCustomResourceProps>, path = 'Orders/Restore'): Wrong {
  return { path, property, value, remedy, build: (stack) => longRunning(stack, 'Restore', props) };
}

function onCode(property: string, value: string, remedy: string, options: Partial<LongRunningCodeOptions>): Wrong {
  return onResource(property, value, remedy, { handler: code(options) }, 'Orders/Restore/Provider');
}

const SHARED = 'arn:aws:lambda:eu-west-1:111111111111:function:restores';
const imported = (stack: Stack, attributes: Partial<LongRunningProviderAttributes> = {}) =>
  LongRunningProvider.fromLongRunningProviderAttributes(stack, 'Shared', {
    serviceToken: SHARED,
    executionTimeout: Duration.minutes(15),
    ...attributes,
  });

function onImported(property: string, value: string, remedy: string, attributes: Partial<LongRunningProviderAttributes>): Wrong {
  return { path: 'Orders/Shared', property, value, remedy, build: (stack) => imported(stack, attributes) };
}

/** Wrong uses of custom resources and their providers. */
export const WRONG_CUSTOM_RESOURCES: readonly Wrong[] = [
  onResource('timeout', '1 hour', 'a whole number of seconds from 60 to 3540', { timeout: Duration.hours(1) }),
  onResource('timeout', '59 seconds', 'a whole number of seconds from 60 to 3540', { timeout: Duration.seconds(59) }),
  onCode('executionTimeout', '16 minutes', 'a whole number of seconds from 15 to 900', { executionTimeout: Duration.minutes(16) }),
  onResource(
    'pollInterval',
    '500 millis',
    'a whole number of seconds from 1 to 3540',
    { pollInterval: Duration.millis(500) },
    'Orders/Restore/Provider',
  ),
  onResource('stackArns', "'Orders'", 'must be ARNs, as arn:', { stackArns: ['Orders'] }, 'Orders/Restore/Provider'),
  onResource('resourceType', "'AWS::Restore'", "must be 'Custom::' and 1 to 52 letters", { resourceType: 'AWS::Restore' }),
  onResource('properties', 'ServiceTimeout', 'set timeout instead', { properties: { ServiceTimeout: '60' } }),
  onCode('securityGroups', 'securityGroups', 'need vpc', { securityGroups: [] }),
  onCode('reservedConcurrentExecutions', '0', 'give 1 or more', { reservedConcurrentExecutions: 0 }),
  onCode('environment variable', 'PATIENT_LAMBDA_SERVICE_TIMEOUT', 'remove it', { environment: { PATIENT_LAMBDA_SERVICE_TIMEOUT: '60' } }),
  onCode('runtime', 'python3.13', 'Node.js is', { runtime: lambda.Runtime.PYTHON_3_13 }),
  onImported('serviceToken', "'restores'", 'must be the ARN of a function or alias', { serviceToken: 'restores' }),
  onImported('executionTimeout', '16 minutes', 'a whole number of seconds from 15 to 900', { executionTimeout: Duration.minutes(16) }),
  onImported('timeout', '1 hour', 'a whole number of seconds from 60 to 3540', { timeout: Duration.hours(1) }),
  {
    path: 'Orders/Shared',
    property: 'connections',
    value: 'of an imported provider are not known',
    remedy: 'use those of its security groups',
    build: (stack) => imported(stack).connections,
  },
  {
    path: 'Orders/Restore',
    property: 'an operation of 3540 seconds',
    value: 'takes 74 executions of 60 seconds',
    remedy: 'let an execution take 325 seconds or more',
    build: (stack) =>
      longRunning(stack, 'Restore', { handler: LongRunningHandler.fromProvider(imported(stack, { executionTimeout: Duration.minutes(1) })) }),
  },
  {
    path: 'Far/Restore',
    property: "provider 'Far/Shared'",
    value: 'is in region eu-west-1',
    remedy: 'make one there',
    build: (stack) => {
      const other = far(stack);
      longRunning(other, 'Restore', { handler: LongRunningHandler.fromProvider(imported(other)) });
    },
  },
  {
    path: 'Orders/Restore/Provider',
    property: "function 'Orders/Restore/Provider/Function'",
    value: 'is not in a VPC',
    remedy: 'give vpc to LongRunningHandler.fromCode',
    build: (stack) => longRunning(stack, 'Restore').connections,
  },
  {
    path: 'Orders/Restore',
    property: 'pollInterval, secrets',
    value: "can't be given together with a provider",
    remedy: "set it on the provider 'Orders/P'",
    build: (stack) => {
      const provider = new LongRunningProvider(stack, 'P', { handler: code() });
      longRunning(stack, 'Restore', { handler: LongRunningHandler.fromProvider(provider), pollInterval: Duration.seconds(5), secrets: [] });
    },
  },
  {
    path: 'Orders/P',
    property: 'function',
    value: 'is a version',
    remedy: 'give an alias or the function itself',
    build: (stack) => new LongRunningProvider(stack, 'P', { handler: LongRunningHandler.fromFunction(plain(stack).currentVersion) }),
  },
  {
    path: 'Orders/P',
    property: "function 'Orders/One'",
    value: 'is a SingletonFunction',
    remedy: 'give a lambda.Function',
    build: (stack) =>
      new LongRunningProvider(stack, 'P', {
        handler: LongRunningHandler.fromFunction(new lambda.SingletonFunction(stack, 'One', { ...CODE, uuid: 'one' })),
      }),
  },
  {
    path: 'Orders/P',
    property: "function 'Orders/Fn'",
    value: "is configured for asynchronous invocation by 'Orders/Fn/EventInvokeConfig/Resource'",
    remedy: 'remove its onFailure, onSuccess, maxEventAge and retryAttempts (0 may stay)',
    build: (stack) => new LongRunningProvider(stack, 'P', { handler: LongRunningHandler.fromFunction(plain(stack, { retryAttempts: 2 })) }),
  },
  {
    path: 'Orders/P',
    property: 'publicSecretKeys',
    value: 'got ""',
    remedy: "as 'username', known at synth",
    build: (stack) => new LongRunningProvider(stack, 'P', { handler: code(), publicSecretKeys: ['username', ''] }),
  },
  {
    path: 'Orders/P',
    property: 'logRemovalPolicy',
    value: "is 'retain', but 'destroy' for 'Orders/Other'",
    remedy: 'give both the same',
    build: (stack) => {
      new LongRunningProvider(stack, 'Other', { handler: code(), logRemovalPolicy: RemovalPolicy.DESTROY });
      new LongRunningProvider(stack, 'P', { handler: code(), logRemovalPolicy: RemovalPolicy.RETAIN });
    },
  },
  {
    path: 'Orders/P',
    property: "function 'Orders/Fn'",
    value: 'a timeout of 14 seconds',
    remedy: 'give it one from 15 to 900 seconds',
    build: (stack) =>
      new LongRunningProvider(stack, 'P', { handler: LongRunningHandler.fromFunction(plain(stack, { timeout: Duration.seconds(14) })) }),
  },
  {
    path: 'Orders/Restore',
    property: 'an operation of 3540 seconds',
    value: 'takes 74 executions of 60 seconds',
    remedy: 'let an execution take 325 seconds or more',
    build: (stack) => {
      const provider = new LongRunningProvider(stack, 'P', {
        handler: code({ executionTimeout: Duration.minutes(1) }),
        timeout: Duration.minutes(5),
      });
      longRunning(stack, 'Restore', { handler: LongRunningHandler.fromProvider(provider), timeout: Duration.seconds(3540) });
    },
  },
  {
    path: 'Theirs/Restore',
    property: "provider 'Theirs/Shared'",
    value: 'is in account 111111111111',
    remedy: 'make one there',
    build: (stack) => {
      const theirs = new Stack(stack.node.root, 'Theirs', { env: { account: '222222222222', region: 'eu-west-1' } });
      longRunning(theirs, 'Restore', { handler: LongRunningHandler.fromProvider(imported(theirs)) });
    },
  },
  {
    path: 'Near/P',
    property: "function 'Far/Fn'",
    value: 'is in region us-east-1',
    remedy: 'make one there',
    build: (stack) =>
      new LongRunningProvider(near(stack), 'P', { handler: LongRunningHandler.fromFunction(plain(far(stack), { functionName: 'far' })) }),
  },
];
