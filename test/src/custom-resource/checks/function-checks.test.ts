import { Duration, type Stack } from 'aws-cdk-lib';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import * as lambda from 'aws-cdk-lib/aws-lambda';

import { LongRunningHandler } from '../../../../src';
import { CUSTOM_RESOURCE } from '../../../../src/private/contract.generated';
import { newStack } from '../../maintenance-window/app';
import { code, fn, functionOf, longRunning, problems, refusal, refused, TIMEOUT } from '../template';

const cfn = (made: lambda.Function) => made.node.defaultChild as lambda.CfnFunction;

describe("a function that can't work operations off", () => {
  test.each<[string, Partial<lambda.FunctionProps>, string]>([
    ['without a timeout', { timeout: undefined }, 'has no timeout, so Lambda stops it after 3 seconds: give it one from 15 to 900 seconds'],
    ['too short', { timeout: Duration.seconds(14) }, 'has a timeout of 14 seconds: give it one from 15 to 900 seconds'],
    ['Python', { runtime: lambda.Runtime.PYTHON_3_12 }, 'has runtime python3.12: Python handlers are not yet supported, Node.js is'],
    ['Java', { runtime: lambda.Runtime.JAVA_21, code: lambda.Code.fromAsset(__dirname) }, 'has runtime java21: handlers are written for Node.js'],
    ['old', { runtime: lambda.Runtime.NODEJS_18_X }, 'has runtime nodejs18.x, older than nodejs20.x'],
    ['never runs', { reservedConcurrentExecutions: 0 }, 'has reservedConcurrentExecutions 0: it would never run'],
    ['by tenant', { tenancyConfig: lambda.TenancyConfig.PER_TENANT }, 'is isolated by tenant (tenancyConfig), and CloudFormation names no tenant'],
  ])('%s', (_, props, message) => {
    expect(refused(props)).toContain(`'Orders/P': function 'Orders/Fn' ${message}`);
  });

  test.each<[string, (fn: lambda.Function) => void, string]>([
    [
      'durable',
      (made) => {
        cfn(made).durableConfig = { executionTimeout: 60 };
      },
      'is a durable function',
    ],
    [
      'on Managed Instances',
      (made) => {
        cfn(made).addPropertyOverride('X', 1);
        cfn(made).capacityProviderConfig = { lambdaManagedInstancesCapacityProviderConfig: { capacityProviderArn: 'arn' } };
      },
      'runs on Managed Instances',
    ],
    [
      'of a timeout that is not known',
      (made) => {
        cfn(made).timeout = made.stack.resolve({ Ref: 'Seconds' });
      },
      'has a timeout that is not known at synth',
    ],
  ])('%s', (_, change, message) => {
    expect(refused({}, change)).toContain(message);
  });

  test('an image brings the Node.js that it was built with', () => {
    const stack = newStack();
    const code = lambda.DockerImageCode.fromEcr(Repository.fromRepositoryName(stack, 'Images', 'restore'));
    expect(
      refusal(stack, { handler: LongRunningHandler.fromFunction(new lambda.DockerImageFunction(stack, 'Fn', { code, timeout: TIMEOUT })) }),
    ).toBe('accepted');
  });

  test('a function that the construct makes is held to the same', () => {
    expect(refusal(newStack(), { handler: code({ runtime: lambda.Runtime.PYTHON_3_13 }) })).toContain('Python handlers are not yet supported');
    expect(refusal(newStack(), { handler: code({ reservedConcurrentExecutions: 0 }) })).toContain('it would never run');
  });

  test('short executions are as many as its own timeout says, without end when its own recursiveLoop allows', () => {
    expect(refused({ timeout: Duration.minutes(5) })).toContain('takes 14 executions of 300 seconds');
    const stack = newStack();
    const made = fn(stack, { timeout: Duration.minutes(5), recursiveLoop: lambda.RecursiveLoop.ALLOW });
    expect(refusal(stack, { handler: LongRunningHandler.fromFunction(made) })).toBe('accepted');
    expect(functionOf(stack).Properties.Environment.Variables[CUSTOM_RESOURCE.environment.recursiveLoop]).toBe('Allow');
  });

  test('what is changed after the check is found at synth', () => {
    const changed = (change: (stack: Stack, made: lambda.Function) => void) => {
      const stack = newStack();
      const made = fn(stack);
      longRunning(stack, 'A', { handler: LongRunningHandler.fromFunction(made) });
      change(stack, made);
      return problems(stack);
    };
    expect(changed(() => {})).toBe('');
    expect(
      changed((_, made) => {
        cfn(made).timeout = 3;
      }),
    ).toContain('has a timeout of 3 seconds');
    expect(
      changed((_, made) => {
        cfn(made).timeout = 300;
      }),
    ).toContain("'Orders/A/Resource/Default': an operation of 3540 seconds takes 14 executions");
    expect(
      changed((_, made) => {
        made.addEnvironment(CUSTOM_RESOURCE.environment.serviceTimeout, '60');
      }),
    ).toContain('has environment variable ' + `${CUSTOM_RESOURCE.environment.serviceTimeout} set by hand`);
  });
});
