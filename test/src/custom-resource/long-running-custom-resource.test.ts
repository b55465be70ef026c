import { App, CfnOutput, CfnParameter, Duration, Lazy, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';

import contract from '../../../lambda/contract/custom-resource/custom-resource.json';
import {
  type LongRunningCodeOptions,
  LongRunningCustomResource,
  type LongRunningCustomResourceProps,
  LongRunningHandler,
  type LongRunningOperationOptions,
  LongRunningProvider,
} from '../../../src';
import { CUSTOM_RESOURCE, NAMES } from '../../../src/private/contract.generated';
import { newStack, resources } from '../maintenance-window/app';
import { CODE, code, functionOf, longRunning, only } from './template';

const MOST_OPERATION = 3540;

function refusal(props: Partial<LongRunningCustomResourceProps>, stack = newStack()): string {
  try {
    longRunning(stack, 'Restore', props);
  } catch (error) {
    return (error as Error).message;
  }
  return 'accepted';
}

function fn(stack: Stack): lambda.Function {
  return new lambda.Function(stack, 'Fn', { ...CODE, timeout: Duration.minutes(15) });
}

describe('where the function comes from', () => {
  const aboutOperations = {
    pollInterval: Duration.seconds(5),
    secrets: [],
    resolveSecrets: false,
    publicSecretKeys: [],
    stackArns: [],
    dependOnVpcEndpoints: true,
    logRemovalPolicy: RemovalPolicy.RETAIN,
  };

  test('a shared provider has its options already: each one given is named', () => {
    const stack = newStack();
    const handler = LongRunningHandler.fromProvider(new LongRunningProvider(stack, 'P', { handler: code() }));
    expect(refusal({ handler, timeout: Duration.minutes(5), ...aboutOperations }, stack)).toBe(
      "'Orders/Restore': pollInterval, secrets, resolveSecrets, publicSecretKeys, stackArns, dependOnVpcEndpoints, logRemovalPolicy can't be given together " +
        "with a provider: set it on the provider 'Orders/P'",
    );
  });

  test('a function made elsewhere has its own settings, and takes those of operations', () => {
    const stack = newStack();
    expect(refusal({ handler: LongRunningHandler.fromFunction(fn(stack)), ...aboutOperations }, stack)).toBe('accepted');
  });

  test('subnets and security groups need a network', () => {
    expect(refusal({ handler: code({ vpcSubnets: {}, securityGroups: [] }) })).toBe(
      "'Orders/Restore/Provider': vpcSubnets and securityGroups need vpc",
    );
  });
});

describe('the resource', () => {
  test('has its properties, tokens among them, and what CloudFormation needs', () => {
    const stack = newStack();
    const parameter = new CfnParameter(stack, 'Size');
    const resource = longRunning(stack, 'Restore', {
      resourceType: 'Custom::Restore',
      timeout: Duration.minutes(10),
      removalPolicy: RemovalPolicy.RETAIN,
      properties: { Size: parameter, Nested: { List: [1, Lazy.number({ produce: () => 2 })] }, Account: stack.account },
    });
    new CfnOutput(stack, 'Out', { value: `${resource.ref} ${resource.getAttString('Endpoint')} ${resource.getAtt('Port').toString()}` });
    const [id, { Properties: properties, DeletionPolicy: policy }] = only(stack, 'Custom::Restore');
    expect({ properties, policy }).toEqual({
      properties: {
        ServiceToken: { 'Fn::GetAtt': ['RestoreProviderFunctionC167552B', 'Arn'] },
        ServiceTimeout: '660',
        Size: { Ref: 'Size' },
        Nested: { List: [1, 2] },
        Account: { Ref: 'AWS::AccountId' },
      },
      policy: 'Retain',
    });
    expect(stack.resolve(resource.ref)).toEqual({ Ref: id });
    expect(stack.resolve(resource.getAtt('Endpoint'))).toEqual({ 'Fn::GetAtt': [id, 'Endpoint'] });
  });

  test('logical ids are what deployed stacks have: another one would replace their resources', () => {
    const stack = newStack();
    longRunning(stack, 'Restore');
    expect(Object.keys(resources(stack)).sort()).toEqual([
      'CdkPatientLambdaHandlerLayerFCF9109F',
      'CdkPatientLambdaResponderFunctionD65FE059',
      'CdkPatientLambdaResponderLogsB734542F',
      'CdkPatientLambdaResponderRoleA74D1550',
      'Restore1151E6A7',
      'RestoreProviderFunctionC167552B',
      'RestoreProviderFunctionEventInvokeConfig9ED7D958',
      'RestoreProviderInvokeSelfD3D85852',
      'RestoreProviderRoleA2248F82',
    ]);
  });

  test('a type of its own choice, Custom::LongRunning otherwise', () => {
    const stack = newStack();
    longRunning(stack, 'Restore');
    expect(only(stack, NAMES.customResourceTypes.longRunning)[1].Properties.ServiceTimeout).toBe('3600');
    expect(refusal({ resourceType: `Custom::${'x'.repeat(52)}` })).toBe('accepted');
  });

  test.each(['AWS::Restore', 'Custom::', 'Custom::a b', 'Custom::ä', `Custom::${'x'.repeat(53)}`])('no type: %s', (resourceType) => {
    expect(refusal({ resourceType })).toBe(
      `'Orders/Restore': resourceType must be 'Custom::' and 1 to 52 letters, digits, '_', '@' or '-', got '${resourceType}'`,
    );
  });

  test.each([
    ['ServiceToken', 'the construct sets it to the function'],
    ['ServiceTimeout', 'set timeout instead'],
  ])('%s is no property of its own', (name, remedy) => {
    expect(refusal({ properties: { [name]: 'x' } })).toBe(`'Orders/Restore': properties may not contain ${name}: ${remedy}`);
  });
});

test('is told from other constructs', () => {
  const stack = newStack();
  const resource = longRunning(stack, 'Restore');
  expect(LongRunningCustomResource.isLongRunningCustomResource(resource)).toBe(true);
  expect(LongRunningCustomResource.isLongRunningCustomResource(resource.provider)).toBe(false);
});

describe('times', () => {
  const variables = (props: LongRunningOperationOptions, options: Partial<LongRunningCodeOptions> = {}) => {
    const stack = newStack();
    longRunning(stack, 'Restore', { handler: code(options), ...props });
    const {
      Environment: { Variables },
      Timeout,
    } = functionOf(stack).Properties;
    return { ...Variables, Timeout };
  };
  const names = CUSTOM_RESOURCE.environment;

  test('an hour without a minute, in executions of a quarter of an hour', () => {
    expect(variables({})).toEqual({ [names.serviceTimeout]: '3600', [names.recursiveLoop]: 'Terminate', Timeout: 900 });
  });

  test.each([
    // A shorter operation, with the margin, in one execution
    [60, 75],
    [120, 150],
    [121, 151],
    [300, 330],
    [870, 900],
    [871, 900],
  ])('%i s in one execution of %i s, unless it says otherwise', (timeout, execution) => {
    expect(variables({ timeout: Duration.seconds(timeout) }).Timeout).toBe(execution);
    expect(variables({ timeout: Duration.seconds(timeout) }, { executionTimeout: Duration.seconds(110) }).Timeout).toBe(110);
  });

  test.each([60, 90, 119, 120, 150, 240, 870, 3540])(
    'code that blocks everything in an operation of %i s is stopped while the responder has time to tell',
    (timeout) => {
      const { Timeout, [names.serviceTimeout]: serviceTimeout } = variables({ timeout: Duration.seconds(timeout) });
      expect(Number(serviceTimeout) - Number(Timeout)).toBeGreaterThanOrEqual(30);
    },
  );

  test('what the handler is told', () => {
    expect(
      variables(
        { timeout: Duration.seconds(100), pollInterval: Duration.seconds(100), resolveSecrets: false, publicSecretKeys: ['username', 'db "name"'] },
        { executionTimeout: Duration.seconds(15), recursiveLoop: lambda.RecursiveLoop.ALLOW, environment: { OWN: 'x' } },
      ),
    ).toEqual({
      [names.serviceTimeout]: '160',
      [names.pollInterval]: '100',
      [names.resolveSecrets]: 'false',
      [names.publicSecretKeys]: '["username","db \\"name\\""]',
      [names.recursiveLoop]: 'Allow',
      OWN: 'x',
      Timeout: 15,
    });
  });

  test.each<[Partial<LongRunningCustomResourceProps>, string]>([
    [{ timeout: Duration.seconds(MOST_OPERATION + 1) }, 'timeout must be a whole number of seconds from 60 to 3540, got 59 minutes 1 second'],
    [{ timeout: Duration.hours(1) }, 'timeout must be a whole number of seconds from 60 to 3540, got 1 hour'],
    [{ timeout: Duration.seconds(59) }, 'timeout must be a whole number of seconds from 60 to 3540, got 59 seconds'],
    [{ timeout: Duration.millis(60500) }, 'timeout must be a whole number of seconds from 60 to 3540, got 1 minute 500 millis'],
    [{ timeout: Duration.seconds(Lazy.number({ produce: () => 60 })) }, 'timeout must be known at synth, got a token'],
    [
      { handler: code({ executionTimeout: Duration.seconds(14) }) },
      'executionTimeout must be a whole number of seconds from 15 to 900, got 14 seconds',
    ],
    [
      { handler: code({ executionTimeout: Duration.minutes(16) }) },
      'executionTimeout must be a whole number of seconds from 15 to 900, got 16 minutes',
    ],
    [
      { timeout: Duration.seconds(60), pollInterval: Duration.seconds(61) },
      'pollInterval must be a whole number of seconds from 1 to 60, got 1 minute 1 second',
    ],
    [{ publicSecretKeys: ['username', ''] }, 'publicSecretKeys must be keys of the JSON in secrets, as \'username\', known at synth; got ""'],
    [
      { publicSecretKeys: [Lazy.string({ produce: () => 'username' })] },
      "publicSecretKeys must be keys of the JSON in secrets, as 'username', known at synth; got a token",
    ],
    [{ publicSecretKeys: [7 as never] }, "publicSecretKeys must be keys of the JSON in secrets, as 'username', known at synth; got 7"],
    [{ pollInterval: Duration.millis(500) }, 'pollInterval must be a whole number of seconds from 1 to 3540, got 500 millis'],
  ])('refused: %p', (props, message) => {
    expect(refusal(props)).toContain(message);
  });

  const refused = (timeout: number, options: Partial<LongRunningCodeOptions>) =>
    refusal({ handler: code(options), timeout: Duration.seconds(timeout) });

  test.each([
    // Twelve executions, each without its margin of 30 s
    [MOST_OPERATION, 325],
    [MOST_OPERATION, 900],
    // A fifth is the margin of a short execution: 12 s are left
    [144, 15],
    [1440, 150],
  ])('%i s in executions of %i s fit into twelve', (timeout, execution) => {
    expect(refused(timeout, { executionTimeout: Duration.seconds(execution) })).toBe('accepted');
  });

  test.each([
    [MOST_OPERATION, 324, 13, 325, 3528],
    [145, 15, 13, 16, 144],
    [1441, 150, 13, 151, 1440],
  ])('%i s in executions of %i s would take %i', (timeout, execution, hops, longer, shorter) => {
    const options = { executionTimeout: Duration.seconds(execution) };
    expect(refused(timeout, options)).toBe(
      `'Orders/Restore/Provider': an operation of ${timeout} seconds takes ${hops} executions of ${execution} seconds, more than ` +
        `${contract.executions.most}, and Lambda stops functions that call themselves after about 16: let an execution take ${longer} seconds or more ` +
        `(executionTimeout, or the function's timeout), lower timeout to ${shorter} seconds or less, or set recursiveLoop to RecursiveLoop.ALLOW`,
    );
    expect(refused(timeout, { executionTimeout: Duration.seconds(longer) })).toBe('accepted');
    expect(refused(shorter, options)).toBe('accepted');
    expect(refused(timeout, { ...options, recursiveLoop: lambda.RecursiveLoop.ALLOW })).toBe('accepted');
  });

  test("a resource on a shared provider has the provider's timeout, or its own within the provider's executions", () => {
    const stack = new Stack(new App(), 'Orders');
    const provider = new LongRunningProvider(stack, 'P', { handler: code({ executionTimeout: Duration.minutes(1) }), timeout: Duration.minutes(5) });
    const handler = LongRunningHandler.fromProvider(provider);
    longRunning(stack, 'A', { handler });
    longRunning(stack, 'B', { handler, timeout: Duration.minutes(9) });
    const timeouts = Object.values(resources(stack)).flatMap(({ Properties: { ServiceTimeout } }) => ServiceTimeout ?? []);
    expect(timeouts).toEqual(['360', '600']);
    expect(refusal({ handler, timeout: Duration.minutes(10) }, stack)).toContain(
      "'Orders/Restore': an operation of 600 seconds takes 13 executions of 60 seconds",
    );
  });
});

test("a variable of the construct's own can't be given", () => {
  const name = CUSTOM_RESOURCE.environment.serviceTimeout;
  expect(refusal({ handler: code({ environment: { [name]: '60' } }) })).toContain(
    `has environment variable ${name} set by hand: remove it, the provider sets it`,
  );
});
