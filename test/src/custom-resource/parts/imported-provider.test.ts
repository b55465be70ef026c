import { App, CustomResource, Duration, Fn, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';

import { type ILongRunningProvider, LongRunningHandler, LongRunningProvider, type LongRunningProviderAttributes } from '../../../../src';
import { newStack, resources } from '../../maintenance-window/app';
import { longRunning, only, problems } from '../template';

const SERVICE_TOKEN = 'arn:aws:lambda:eu-west-1:123456789012:function:restores';

function imported(stack: Stack, attributes: Partial<LongRunningProviderAttributes> = {}): ILongRunningProvider {
  return LongRunningProvider.fromLongRunningProviderAttributes(stack, 'Shared', {
    serviceToken: SERVICE_TOKEN,
    executionTimeout: Duration.minutes(15),
    ...attributes,
  });
}

/** Why a resource is refused on a provider of another app. */
function refusal(attributes: Partial<LongRunningProviderAttributes>, timeout?: Duration, stack = newStack()): string {
  try {
    longRunning(stack, 'Restore', { handler: LongRunningHandler.fromProvider(imported(stack, attributes)), timeout });
  } catch (error) {
    return (error as Error).message;
  }
  return 'accepted';
}

describe('a resource on a provider of another app', () => {
  test('is all that its stack has, and depends on nothing', () => {
    const stack = newStack();
    const provider = imported(stack, { timeout: Duration.minutes(10) });
    longRunning(stack, 'Restore', { handler: LongRunningHandler.fromProvider(provider), properties: { Table: 'Orders' } });
    expect(problems(stack)).toBe('');
    expect(Object.values(resources(stack))).toEqual([
      {
        Type: 'Custom::LongRunning',
        Properties: { ServiceToken: SERVICE_TOKEN, ServiceTimeout: '660', Table: 'Orders' },
        DeletionPolicy: 'Delete',
        UpdateReplacePolicy: 'Delete',
      },
    ]);
    expect(LongRunningProvider.isLongRunningProvider(provider)).toBe(false);
  });

  test('has the timeout of the provider, by default an hour without a minute, or its own', () => {
    const serviceTimeout = (timeout?: Duration) => {
      const stack = newStack();
      longRunning(stack, 'Restore', { handler: LongRunningHandler.fromProvider(imported(stack)), timeout });
      return only(stack, 'Custom::LongRunning')[1].Properties.ServiceTimeout as string;
    };
    expect(serviceTimeout()).toBe('3600');
    expect(serviceTimeout(Duration.minutes(5))).toBe('360');
  });

  test("may take as many executions as that function's timeout gives, without end when its recursive loops are allowed", () => {
    expect(refusal({ executionTimeout: Duration.minutes(5) })).toContain("'Orders/Restore': an operation of 3540 seconds takes 14 executions of 300");
    expect(refusal({ executionTimeout: Duration.minutes(5) }, Duration.minutes(50))).toBe('accepted');
    expect(refusal({ executionTimeout: Duration.minutes(5), recursiveLoop: lambda.RecursiveLoop.ALLOW })).toBe('accepted');
  });

  test('is in the account and Region of its function, where both are known', () => {
    const inEurope = () => new Stack(new App(), 'Orders', { env: { account: '123456789012', region: 'eu-west-1' } });
    const elsewhere = (part: string, other: string) => refusal({ serviceToken: SERVICE_TOKEN.replace(part, other) }, undefined, inEurope());
    expect(elsewhere('', '')).toBe('accepted');
    expect(elsewhere('eu-west-1', 'us-east-1')).toContain("provider 'Orders/Shared' is in region us-east-1, but 'Orders' in eu-west-1");
    expect(elsewhere('123456789012', '111111111111')).toContain("provider 'Orders/Shared' is in account 111111111111, but 'Orders' in 123456789012");
    expect(refusal({ serviceToken: Fn.importValue('Restores') }, undefined, inEurope())).toBe('accepted');
  });

  test.each([
    ['a function', SERVICE_TOKEN, 'accepted'],
    ['an alias', `${SERVICE_TOKEN}:live`, 'accepted'],
    ['the name alone', 'restores', "'Orders/Shared': serviceToken must be the ARN of a function or alias"],
    ['the ARN of a topic', 'arn:aws:sns:eu-west-1:123456789012:restores', "got 'arn:aws:sns:eu-west-1:123456789012:restores'"],
  ])('has for its service token %s', (_, serviceToken, message) => {
    expect(refusal({ serviceToken })).toContain(message);
  });

  test('what is granted to it leaves the template alone: its role belongs to the other app', () => {
    const stack = newStack();
    const resource = longRunning(stack, 'Restore', { handler: LongRunningHandler.fromProvider(imported(stack)) });
    resource.grantPrincipal.addToPrincipalPolicy(new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: ['*'] }));
    expect(Object.keys(resources(stack))).toHaveLength(1);
  });

  test('beside a plain one with its service token, which depends on nothing either', () => {
    const stack = newStack();
    new CustomResource(stack, 'Plain', { serviceToken: imported(stack).serviceToken });
    expect(problems(stack)).toBe('');
  });
});
