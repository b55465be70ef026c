import { App, Stack } from 'aws-cdk-lib';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';

import { LongRunningHandler, LongRunningProvider, type LongRunningProviderProps, MaintenanceWindowFunction } from '../../../src';
import { CUSTOM_RESOURCE } from '../../../src/private/contract.generated';
import { newStack, resourceOf, warnings } from '../maintenance-window/app';
import { CODE, code, fn, functionOf, longRunning, only, problems, refusal, TIMEOUT } from './template';

/** What comes last in the ARN of an alias: its name. */
const nameIn = (arn: object) => ({ 'Fn::Select': [7, { 'Fn::Split': [':', arn] }] });

describe('what CloudFormation invokes', () => {
  test('a function: its own invoke config, no retries, failures to the responder', () => {
    const stack = newStack();
    const provider = new LongRunningProvider(stack, 'P', { handler: code() });
    const [, { Properties: properties }] = only(stack, 'AWS::Lambda::EventInvokeConfig');
    expect(properties).toEqual({
      FunctionName: { Ref: 'PFunctionCC954752' },
      Qualifier: '$LATEST',
      MaximumRetryAttempts: 0,
      MaximumEventAgeInSeconds: 300,
      DestinationConfig: { OnFailure: { Destination: stack.resolve(provider.responder.functionArn) } },
    });
    expect(stack.resolve(provider.serviceToken)).toEqual({ 'Fn::GetAtt': ['PFunctionCC954752', 'Arn'] });
    expect(LongRunningProvider.isLongRunningProvider(provider)).toBe(true);
    expect(LongRunningProvider.isLongRunningProvider(stack)).toBe(false);
  });

  test("an alias: the config is the alias' own and made after it, the variables are the function's", () => {
    const stack = newStack();
    const alias = fn(stack).addAlias('live');
    const provider = new LongRunningProvider(stack, 'P', { handler: LongRunningHandler.fromFunction(alias) });
    const [aliasId] = only(stack, 'AWS::Lambda::Alias');
    const [, { Properties: properties }] = only(stack, 'AWS::Lambda::EventInvokeConfig');
    expect(stack.resolve(provider.serviceToken)).toEqual({ Ref: aliasId });
    expect(properties).toMatchObject({ Qualifier: nameIn({ Ref: aliasId }), FunctionName: { Ref: 'Fn9270CBC0' } });
    expect(Object.keys(functionOf(stack).Properties.Environment.Variables)).toContain(CUSTOM_RESOURCE.environment.serviceTimeout);
  });

  test.each<[string, (stack: Stack) => lambda.IFunction, string]>([
    ['a version', (stack) => fn(stack).currentVersion, 'is a version, whose ARN changes with the code'],
    ['$LATEST by name', (stack) => fn(stack).latestVersion, 'is neither a function nor an alias made in this app'],
    [
      'a SingletonFunction',
      (stack) => new lambda.SingletonFunction(stack, 'One', { ...CODE, uuid: 'one' }),
      'shares its function with whoever else names its uuid',
    ],
    [
      'an imported function',
      (stack) => lambda.Function.fromFunctionName(stack, 'Fn', 'restore'),
      'is neither a function nor an alias made in this app',
    ],
    [
      'an imported alias',
      (stack) => lambda.Alias.fromAliasAttributes(stack, 'Live', { aliasName: 'live', aliasVersion: fn(stack).currentVersion }),
      'is neither a function nor an alias made in this app',
    ],
  ])('%s is refused', (_, make, message) => {
    const stack = newStack();
    expect(refusal(stack, { handler: LongRunningHandler.fromFunction(make(stack)) })).toContain(message);
  });

  test('a function of another account or Region is refused', () => {
    const app = new App();
    const far = fn(new Stack(app, 'Far', { env: { account: '123456789012', region: 'us-east-1' } }), { functionName: 'far' });
    const near = (id: string) => new Stack(app, id, { env: { account: '123456789012', region: 'eu-west-1' } });
    expect(refusal(near('Near'), { handler: LongRunningHandler.fromFunction(far) })).toContain(
      "function 'Far/Fn' is in region us-east-1, but 'Near' in eu-west-1",
    );
    // Where that is known: the deployment may place a stack without an environment beside the other
    expect(refusal(near('Other'), { handler: LongRunningHandler.fromFunction(fn(new Stack(app, 'Anywhere'))) })).toBe('accepted');
  });

  test('a function serves one provider: the next may share it', () => {
    const stack = newStack();
    const made = fn(stack);
    longRunning(stack, 'A', { handler: LongRunningHandler.fromFunction(made) });
    expect(refusal(stack, { handler: LongRunningHandler.fromFunction(made.addAlias('live')) })).toContain(
      "has a provider already: share 'Orders/A/Provider' (LongRunningHandler.fromProvider)",
    );
  });
});

test('stackArns are ARNs', () => {
  expect(refusal(newStack(), { stackArns: ['Orders'] })).toBe(
    "'Orders/P': stackArns must be ARNs, as arn:aws:cloudformation:eu-west-1:123456789012:stack/Orders/*, got 'Orders'",
  );
  expect(refusal(newStack(), { stackArns: ['*'] })).toContain("got '*'");
  const stack = newStack();
  expect(
    refusal(stack, { stackArns: [stack.stackId, stack.formatArn({ service: 'cloudformation', resource: 'stack', resourceName: 'Orders/*' })] }),
  ).toBe('accepted');
});

describe('references to secrets', () => {
  const told = (props: Partial<LongRunningProviderProps>, text: (secret: Secret) => string) => {
    const stack = newStack();
    const secret = new Secret(stack, 'Secret');
    const secrets = props.secrets && [secret];
    longRunning(stack, 'A', { ...props, secrets, properties: { Deep: [{ Url: `pg://u:${text(secret)}@h` }] } });
    return warnings(stack).join();
  };
  const reference = (secret: Secret) => secret.secretValueFromJson('password').unsafeUnwrap();
  const message = "its properties refer to Secrets Manager, and the provider 'Orders/A/Provider' names no secrets";

  test('are warned about unless secrets are named, there are none, or nobody resolves them', () => {
    expect(told({}, reference)).toContain(message);
    expect(told({ secrets: [] }, reference)).toBe('');
    expect(told({ resolveSecrets: false }, reference)).toBe('');
    expect(told({}, () => 'plain')).toBe('');
  });
});

describe('a function that takes events too', () => {
  const warned = (build: (stack: Stack) => lambda.IFunction, source: (made: lambda.IFunction) => lambda.IFunction) => {
    const stack = newStack();
    const made = build(stack);
    longRunning(stack, 'A', { handler: LongRunningHandler.fromFunction(made) });
    source(made).addPermission('Events', { principal: new ServicePrincipal('events.amazonaws.com') });
    return warnings(stack).join();
  };
  const message = "events.amazonaws.com invokes 'Orders/Fn' asynchronously too: its events get no retries";

  test('is warned about: they get no retries', () => {
    expect(warned(fn, (made) => made)).toContain(message);
    expect(
      warned(
        (stack) => new MaintenanceWindowFunction(stack, 'Fn', { ...CODE, timeout: TIMEOUT }),
        (made) => made,
      ),
    ).toContain(message);
  });

  test('by another alias, or not asynchronously, is not', () => {
    expect(
      warned(
        (stack) => fn(stack).addAlias('live'),
        (made) => (made as lambda.Alias).lambda,
      ),
    ).not.toContain('get no retries');
    const stack = newStack();
    const made = fn(stack);
    longRunning(stack, 'A', { handler: LongRunningHandler.fromFunction(made) });
    made.addPermission('Api', { principal: new ServicePrincipal('apigateway.amazonaws.com') });
    expect(warnings(stack)).toEqual([]);
  });
});

describe('a function under a maintenance window', () => {
  test("works operations off as well: two layers, both sets of variables, the gate's policy and the provider's", () => {
    const stack = newStack();
    const guarded = new MaintenanceWindowFunction(stack, 'Fn', { ...CODE, timeout: TIMEOUT });
    longRunning(stack, 'Restore', { handler: LongRunningHandler.fromFunction(guarded) });
    expect(problems(stack)).toBe('');
    const {
      Layers: layers,
      Environment: { Variables: variables },
    } = resourceOf(guarded).Properties;
    expect(layers).toEqual([{ Ref: 'CdkPatientLambdaLayer98DE58B9' }, { Ref: 'CdkPatientLambdaHandlerLayerFCF9109F' }]);
    expect(variables).toMatchObject({
      AWS_LAMBDA_EXEC_WRAPPER: '/opt/cdk-patient-lambda/wrapper',
      [CUSTOM_RESOURCE.environment.serviceTimeout]: '3600',
    });
  });

  test('guarded afterwards is the same', () => {
    const stack = newStack();
    const provider = new LongRunningProvider(stack, 'P', { handler: code() });
    MaintenanceWindowFunction.guard(provider.function);
    longRunning(stack, 'Restore', { handler: LongRunningHandler.fromProvider(provider) });
    expect(problems(stack)).toBe('');
  });
});
