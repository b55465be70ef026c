import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { App, Duration, Stack } from 'aws-cdk-lib';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { LambdaDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';

import { LongRunningProvider, type LongRunningProviderProps, MaintenanceWindowFunction } from '../../../src';
import { CUSTOM_RESOURCE } from '../../../src/private/contract.generated';
import { newStack, resourceOf, resources, warnings } from '../maintenance-window/app';
import { CODE, functionOf, longRunning, only, problems } from './template';

const TIMEOUT = Duration.minutes(15);

function fn(stack: Stack, props: Partial<lambda.FunctionProps> = {}, id = 'Fn'): lambda.Function {
  return new lambda.Function(stack, id, { ...CODE, timeout: TIMEOUT, ...props });
}

function refusal(scope: Stack, props: LongRunningProviderProps): string {
  try {
    new LongRunningProvider(scope, 'P', props);
  } catch (error) {
    return (error as Error).message;
  }
  return 'accepted';
}

function refused(props: Partial<lambda.FunctionProps>, change: (fn: lambda.Function) => void = () => {}): string {
  const stack = newStack();
  const made = fn(stack, props);
  change(made);
  return refusal(stack, { function: made });
}

const cfn = (made: lambda.Function) => made.node.defaultChild as lambda.CfnFunction;

describe('what CloudFormation invokes', () => {
  test('a function: its own invoke config, no retries, failures to the responder', () => {
    const stack = newStack();
    const provider = new LongRunningProvider(stack, 'P', CODE);
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
    const provider = new LongRunningProvider(stack, 'P', { function: alias });
    const [aliasId] = only(stack, 'AWS::Lambda::Alias');
    const [, config] = only(stack, 'AWS::Lambda::EventInvokeConfig');
    expect(stack.resolve(provider.serviceToken)).toEqual({ Ref: aliasId });
    expect(config).toMatchObject({ Properties: { Qualifier: 'live', FunctionName: { Ref: 'Fn9270CBC0' } }, DependsOn: [aliasId] });
    expect(Object.keys(functionOf(stack).Properties.Environment.Variables)).toContain(CUSTOM_RESOURCE.environment.serviceTimeout);
  });

  test.each<[string, (stack: Stack) => lambda.IFunction, string]>([
    ['a version', (stack) => fn(stack).currentVersion, 'is a version, whose ARN changes with the code'],
    ['$LATEST by name', (stack) => fn(stack).latestVersion, 'is neither a function nor an alias made in this app'],
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
    expect(refusal(stack, { function: make(stack) })).toContain(message);
  });

  test('a function of another account or Region is refused', () => {
    const app = new App();
    const far = fn(new Stack(app, 'Far', { env: { account: '123456789012', region: 'us-east-1' } }), { functionName: 'far' });
    const near = (id: string) => new Stack(app, id, { env: { account: '123456789012', region: 'eu-west-1' } });
    expect(refusal(near('Near'), { function: far })).toContain("function 'Far/Fn' is in region us-east-1, but 'Near' in eu-west-1");
    // Where that is known: the deployment may place a stack without an environment beside the other
    expect(refusal(near('Other'), { function: fn(new Stack(app, 'Anywhere')) })).toBe('accepted');
  });

  test('a function serves one provider: the next may share it', () => {
    const stack = newStack();
    const made = fn(stack);
    longRunning(stack, 'A', { function: made });
    expect(refusal(stack, { function: made.addAlias('live') })).toContain("has a provider already: share 'Orders/A/Provider' (provider)");
  });
});

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
    expect(refusal(stack, { function: new lambda.DockerImageFunction(stack, 'Fn', { code, timeout: TIMEOUT }) })).toBe('accepted');
  });

  test('the form with code is held to the same', () => {
    expect(refusal(newStack(), { ...CODE, runtime: lambda.Runtime.PYTHON_3_13 })).toContain('Python handlers are not yet supported');
    expect(refusal(newStack(), { ...CODE, reservedConcurrentExecutions: 0 })).toContain('it would never run');
  });

  test('short executions are as many as its own timeout says, without end when its own recursiveLoop allows', () => {
    expect(refused({ timeout: Duration.minutes(5) })).toContain('takes 14 executions of 300 seconds');
    const stack = newStack();
    const made = fn(stack, { timeout: Duration.minutes(5), recursiveLoop: lambda.RecursiveLoop.ALLOW });
    expect(refusal(stack, { function: made })).toBe('accepted');
    expect(functionOf(stack).Properties.Environment.Variables[CUSTOM_RESOURCE.environment.recursiveLoop]).toBe('Allow');
  });

  test('what is changed after the check is found at synth', () => {
    const changed = (change: (stack: Stack, made: lambda.Function) => void) => {
      const stack = newStack();
      const made = fn(stack);
      longRunning(stack, 'A', { function: made });
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
    expect(
      changed((_, made) => {
        made.configureAsyncInvoke({ retryAttempts: 1 });
      }),
    ).toContain("is configured for asynchronous invocation by 'Orders/Fn/EventInvokeConfig");
  });
});

describe('asynchronous invocation that is configured already', () => {
  const other = (stack: Stack) => new LambdaDestination(fn(stack, {}, 'Other'));

  test.each<[string, (stack: Stack) => lambda.EventInvokeConfigOptions]>([
    ['retryAttempts', () => ({ retryAttempts: 0 })],
    ['maxEventAge', () => ({ maxEventAge: Duration.minutes(5) })],
    ['onFailure', (stack) => ({ onFailure: other(stack) })],
    ['onSuccess', (stack) => ({ onSuccess: other(stack) })],
  ])('%s is refused', (_, options) => {
    const stack = newStack();
    const made = fn(stack);
    made.configureAsyncInvoke(options(stack));
    expect(refusal(stack, { function: made })).toContain(
      "is configured for asynchronous invocation by 'Orders/Fn/EventInvokeConfig/Resource' already: remove its onFailure, " +
        'onSuccess, maxEventAge and retryAttempts',
    );
  });

  test('of the function does not matter to an alias, nor the other way round', () => {
    const stack = newStack();
    const made = fn(stack, { retryAttempts: 1 });
    expect(refusal(stack, { function: made.addAlias('live') })).toBe('accepted');
    const second = newStack();
    const aliased = fn(second);
    const alias = aliased.addAlias('live', { retryAttempts: 1 });
    expect(refusal(second, { function: alias })).toContain('is configured for asynchronous invocation');
    const third = newStack();
    const again = fn(third);
    again.addAlias('live', { retryAttempts: 1 });
    expect(refusal(third, { function: again })).toBe('accepted');
  });
});

test('stacks are ARNs', () => {
  expect(refusal(newStack(), { ...CODE, stacks: ['Orders'] })).toBe(
    "'Orders/P': stacks must be ARNs, as arn:aws:cloudformation:eu-west-1:123456789012:stack/Orders/*, got 'Orders'",
  );
  expect(refusal(newStack(), { ...CODE, stacks: ['*'] })).toContain("got '*'");
  const stack = newStack();
  expect(
    refusal(stack, { ...CODE, stacks: [stack.stackId, stack.formatArn({ service: 'cloudformation', resource: 'stack', resourceName: 'Orders/*' })] }),
  ).toBe('accepted');
});

describe('references to secrets', () => {
  const told = (props: Partial<LongRunningProviderProps>, text: (secret: Secret) => string) => {
    const stack = newStack();
    const secret = new Secret(stack, 'Secret');
    const secrets = props.secrets && [secret];
    longRunning(stack, 'A', { ...CODE, ...props, secrets, properties: { Deep: [{ Url: `pg://u:${text(secret)}@h` }] } });
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
    longRunning(stack, 'A', { function: made });
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
    longRunning(stack, 'A', { function: made });
    made.addPermission('Api', { principal: new ServicePrincipal('apigateway.amazonaws.com') });
    expect(warnings(stack)).toEqual([]);
  });
});

describe('a function under a maintenance window', () => {
  test("works operations off as well: two layers, both sets of variables, the gate's policy and the provider's", () => {
    const stack = newStack();
    const guarded = new MaintenanceWindowFunction(stack, 'Fn', { ...CODE, timeout: TIMEOUT });
    longRunning(stack, 'Restore', { function: guarded });
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
    const provider = new LongRunningProvider(stack, 'P', CODE);
    MaintenanceWindowFunction.guard(provider.function as lambda.Function);
    longRunning(stack, 'Restore', { provider });
    expect(problems(stack)).toBe('');
  });
});

describe("the handler's file", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'handler-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const IMPORT = "import {\n  customResource,\n} from 'cdk-patient-lambda/handler';\nexport const handler = customResource({});";
  const REQUIRE = 'const { customResource } = require("cdk-patient-lambda/handler");';

  function asset(files: Record<string, string>): lambda.Code {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    return lambda.Code.fromAsset(folder);
  }

  const missing = (file: string) =>
    `imports 'cdk-patient-lambda/handler' in ${file}, where it would not be found: its code does not carry the package, and ES modules ` +
    "don't see layers; bundle it";

  test.each<[string, Record<string, string>, string, string]>([
    ['.mjs', { 'index.mjs': IMPORT }, 'index.handler', 'index.mjs'],
    ['.js of a package of type module', { 'index.js': IMPORT, 'package.json': '{"type":"module"}' }, 'index.handler', 'index.js'],
    ['minified', { 'a/b.mjs': 'var x=1;import{customResource as c}from"cdk-patient-lambda/handler";' }, 'a/b.main', join('a', 'b.mjs')],
    [
      'by a module of its own',
      { 'index.mjs': "export { handler } from './lib/impl.mjs';", 'lib/impl.mjs': IMPORT },
      'index.handler',
      join('lib', 'impl.mjs'),
    ],
    [
      'a dynamic import',
      { 'index.js': 'module.exports.handler = async () => (await import("cdk-patient-lambda/handler"));' },
      'index.handler',
      'index.js',
    ],
    ['a type-only neighbour does not help', { 'index.mjs': IMPORT, 'node_modules/other/package.json': '{}' }, 'index.handler', 'index.mjs'],
  ])('an ES module that would not find the runtime is refused in both forms: %s', (_, files, handler, file) => {
    expect(refusal(newStack(), { ...CODE, code: asset(files), handler })).toContain(missing(file));
    expect(refused({ code: asset(files), handler })).toContain(missing(file));
  });

  test('inline code that imports is refused: it is CommonJS', () => {
    expect(refusal(newStack(), { ...CODE, code: lambda.Code.fromInline(IMPORT) })).toContain(missing('its inline code'));
  });

  test.each<[string, Record<string, string>]>([
    ['that is bundled', { 'index.mjs': "/**\n * import { customResource } from 'cdk-patient-lambda/handler';\n */\nvar bundled;" }],
    ['beside its node_modules', { 'index.mjs': IMPORT, 'node_modules/cdk-patient-lambda/package.json': '{}' }],
    ['below its node_modules', { 'dist/index.mjs': IMPORT, 'index.mjs': '', 'node_modules/cdk-patient-lambda/package.json': '{}' }],
    ['that is in the folder under another name', { 'index.js': '', 'unused.mjs': IMPORT }],
    ['that Lambda prefers', { 'index.js': REQUIRE, 'index.mjs': IMPORT }],
  ])('an ES module %s is accepted', (_, files) => {
    expect(refusal(newStack(), { ...CODE, code: asset(files), handler: 'dist/index.mjs' in files ? 'dist/index.handler' : 'index.handler' })).toBe(
      'accepted',
    );
  });

  test.each<[string, Record<string, string>, boolean]>([
    ['CommonJS that requires the runtime gets its layer', { 'index.js': REQUIRE }, true],
    [
      'CommonJS does so by a module of its own',
      { 'index.js': 'exports.handler = require(`./a`).handler;', 'a.js': 'require("./index");\n' + REQUIRE },
      true,
    ],
    ['CommonJS that carries it gets none', { 'index.js': REQUIRE, 'node_modules/cdk-patient-lambda/package.json': '{}' }, false],
    ['a bundle gets none', { 'index.js': 'var bundled;' }, false],
    ['a handler that is not found gets none', { 'other.js': REQUIRE }, false],
  ])('of a function made elsewhere: %s', (_, files, expected) => {
    const stack = newStack();
    new LongRunningProvider(stack, 'P', { function: fn(stack, { code: asset(files) }) });
    expect('Layers' in functionOf(stack).Properties).toBe(expected);
    expect(Object.values(resources(stack)).some(({ Type }) => Type === 'AWS::Lambda::LayerVersion')).toBe(expected);
  });
});
