import { App, CfnParameter, Duration, Lazy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import * as origins from 'aws-cdk-lib/aws-cloudfront-origins';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';

import { environment as names, metrics } from '../../../lambda/contract/names.json';
import {
  DeferralAction,
  DeferredEventStore,
  HandlerLoading,
  MaintenanceWindow,
  MaintenanceWindowFunction,
  OnUnknownClient,
  OnWindowUnknown,
  WindowSource,
} from '../../../src';
import { BASIC, deployed, guarded, newStack, resourceOf, resources, statements, synthError } from './app';

const { namespace: _n, dimension: _d, storeDimension: _s, windowDimension: _w, ...named } = metrics;
const { backlog, backlogAge, orphaned, windowOn, forcedOnAge, mirrorStale, ...functionMetrics } = named;

describe('a guarded function', () => {
  test('tells the layer everything by its environment', () => {
    const fn = guarded(newStack(), 'Fn', {
      environment: { MINE: 'kept' },
      cacheTtl: Duration.seconds(5),
      leadTime: Duration.minutes(2),
      duplicateCheckFor: Duration.hours(6),
      fifoVisibilityTimeout: Duration.minutes(20),
      onWindowUnknown: OnWindowUnknown.FAIL,
      onUnknownClient: OnUnknownClient.RUN,
      handlerLoading: HandlerLoading.AT_ONCE,
      deferral: { functionUrl: DeferralAction.DEFER, direct: DeferralAction.REJECT, sqs: undefined },
      rejection: { statusCode: 429, headers: { 'Access-Control-Allow-Origin': '*' }, body: '{"until":"{until}"}' },
      alwaysRun: ['GET /*', '* /health'],
    });
    expect(resourceOf(fn).Properties.Environment.Variables).toEqual({
      MINE: 'kept',
      AWS_LAMBDA_EXEC_WRAPPER: '/opt/cdk-patient-lambda/wrapper',
      PATIENT_LAMBDA_OPERATOR_PARAMETER: Stack.of(fn).resolve(fn.maintenanceWindow.operatorParameterName),
      PATIENT_LAMBDA_TABLE: { Ref: expect.stringMatching(/^CdkPatientLambdaStoreTable/) },
      PATIENT_LAMBDA_FUNCTION_KEY: fn.functionKey,
      PATIENT_LAMBDA_CACHE_TTL: '5',
      PATIENT_LAMBDA_LEAD_TIME: '120',
      PATIENT_LAMBDA_ON_WINDOW_UNKNOWN: 'FAIL',
      PATIENT_LAMBDA_ON_UNKNOWN_CLIENT: 'RUN',
      PATIENT_LAMBDA_HANDLER_LOADING: 'AT_ONCE',
      PATIENT_LAMBDA_DUPLICATE_CHECK_FOR: '21600',
      PATIENT_LAMBDA_FIFO_VISIBILITY_TIMEOUT: '1200',
      PATIENT_LAMBDA_KEEP_FINISHED: '1209600',
      PATIENT_LAMBDA_DEFERRAL: '{"function-url":"DEFER","direct":"REJECT"}',
      PATIENT_LAMBDA_REJECTION: '{"statusCode":429,"headers":{"Access-Control-Allow-Origin":"*"},"body":"{\\"until\\":\\"{until}\\"}"}',
      PATIENT_LAMBDA_ALWAYS_RUN: '["GET /*","* /health"]',
      PATIENT_LAMBDA_GATE: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  test('rejects with what is known only when it is deployed', () => {
    const stack = newStack();
    const origin = new CfnParameter(stack, 'Origin').valueAsString;
    const fn = guarded(stack, 'Fn', { rejection: { headers: { 'Access-Control-Allow-Origin': origin } }, alwaysRun: [`GET /${stack.region}`] });
    const { PATIENT_LAMBDA_REJECTION: rejection, PATIENT_LAMBDA_ALWAYS_RUN: alwaysRun } = resourceOf(fn).Properties.Environment.Variables;
    expect(rejection).toEqual({ 'Fn::Join': ['', ['{"headers":{"Access-Control-Allow-Origin":"', { Ref: 'Origin' }, '"}}']] });
    expect(alwaysRun).toEqual({ 'Fn::Join': ['', ['["GET /', { Ref: 'AWS::Region' }, '"]']] });
  });

  test('rejects with text that is made late, escaped as JSON wants it', () => {
    const body = Lazy.string({ produce: () => 'say "no"' });
    const { PATIENT_LAMBDA_REJECTION: rejection } = resourceOf(guarded(newStack(), 'Fn', { rejection: { body } })).Properties.Environment.Variables;
    expect(JSON.parse(rejection)).toEqual({ body: 'say "no"' });
  });

  test("has the contract's defaults", () => {
    expect(resourceOf(guarded(newStack(), 'Fn')).Properties.Environment.Variables).toMatchObject({
      [names.cacheTtl]: '30',
      [names.leadTime]: '0',
      [names.onWindowUnknown]: 'RUN',
      [names.handlerLoading]: 'AFTER_CHECK',
      [names.duplicateCheckFor]: '900',
      [names.fifoVisibilityTimeout]: '1800',
    });
    for (const name of [names.deferral, names.rejection, names.alwaysRun]) {
      expect(resourceOf(guarded(newStack(), 'Fn', { rejection: {}, alwaysRun: [] })).Properties.Environment.Variables).not.toHaveProperty(name);
    }
  });

  test('says nothing of an unknown client and of where the window is read, when it is told the defaults', () => {
    const options = { onUnknownClient: OnUnknownClient.FAIL, windowSource: WindowSource.MIRROR };
    const [told, untold] = [options, {}].map((more) => resourceOf(guarded(newStack(), 'Fn', more)).Properties.Environment.Variables);
    expect(told).toEqual(untold);
    expect(untold).not.toHaveProperty(names.onUnknownClient);
    expect(untold).not.toHaveProperty(names.windowSource);
  });

  test('is told to read Parameter Store alone, and may not read the mirror then', () => {
    const stack = newStack();
    const fn = guarded(stack, 'Fn', { windowSource: WindowSource.PARAMETER_STORE });
    expect(resourceOf(fn).Properties.Environment.Variables).toMatchObject({ [names.windowSource]: 'PARAMETER_STORE' });
    expect(JSON.stringify(statements(stack, /^FnServiceRole/))).not.toContain('cdk-patient-lambda-windows-');
  });

  test('carries the layer, the tags by which the replayer finds it, and waits for its window', () => {
    const fn = guarded(newStack(), 'Fn');
    const { Properties: properties, DependsOn: dependsOn } = resourceOf(fn);
    expect(properties.Layers).toEqual([{ Ref: expect.stringMatching(/^CdkPatientLambdaLayer/) }]);
    expect(properties.Tags).toEqual([
      { Key: 'cdk-patient-lambda:function-key', Value: fn.functionKey },
      { Key: 'cdk-patient-lambda:store', Value: fn.deferredEvents.storeId },
    ]);
    expect(dependsOn).toContainEqual(expect.stringMatching(/^CdkPatientLambdaWindow/));
  });

  test('differs from lambda.Function in nothing else', () => {
    const props: lambda.FunctionProps = {
      ...BASIC,
      functionName: 'orders',
      description: 'Orders',
      memorySize: 512,
      timeout: Duration.seconds(60),
      reservedConcurrentExecutions: 3,
      tracing: lambda.Tracing.ACTIVE,
      architecture: lambda.Architecture.ARM_64,
      retryAttempts: 1,
      deadLetterQueueEnabled: true,
      environment: { A: '1' },
      initialPolicy: [new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: ['*'] })],
    };
    const [plain, patient] = [newStack('Same'), newStack('Same')];
    new lambda.Function(plain, 'Fn', props);
    const fn = new MaintenanceWindowFunction(patient, 'Fn', props);
    const before = resources(plain);
    const after = resources(patient);
    for (const [id, resource] of Object.entries(before)) {
      expect(after[id].Type).toBe(resource.Type);
      if (resource.Type === 'AWS::Lambda::Function') {
        const { Environment, Layers, Tags, ...rest } = after[id].Properties;
        const { Environment: own, ...plainRest } = resource.Properties;
        expect(rest).toEqual(plainRest);
        expect(Environment.Variables).toMatchObject(own.Variables);
        expect([Layers.length, Tags.length]).toEqual([1, 2]);
      } else if (resource.Type === 'AWS::IAM::Policy') {
        expect(after[id].Properties.PolicyDocument.Statement).toEqual(expect.arrayContaining(resource.Properties.PolicyDocument.Statement));
      } else {
        expect(after[id]).toEqual(resource);
      }
    }
    expect(fn.currentVersion.version).toBeDefined();
  });

  test("keeps the user's own layers before the library's", () => {
    const stack = newStack();
    const own = new lambda.LayerVersion(stack, 'Own', { code: lambda.Code.fromAsset(__dirname) });
    const { Layers } = resourceOf(guarded(stack, 'Fn', { layers: [own] })).Properties;
    expect(Layers).toEqual([stack.resolve(own.layerVersionArn), { Ref: expect.stringMatching(/^CdkPatientLambdaLayer/) }]);
  });

  test('is told apart from others', () => {
    const stack = newStack();
    expect(MaintenanceWindowFunction.isMaintenanceWindowFunction(guarded(stack, 'Fn'))).toBe(true);
    expect(MaintenanceWindowFunction.isMaintenanceWindowFunction(stack)).toBe(false);
  });

  test("has its gate's metrics at windowGuard, and those of AWS/Lambda itself", () => {
    const fn = guarded(newStack(), 'Fn');
    expect(fn.windowGuard.metricDeferred()).toMatchObject({ namespace: 'CdkPatientLambda', dimensions: { FunctionKey: fn.functionKey } });
    expect(fn.metric('Errors', { statistic: 'Sum' })).toMatchObject({ namespace: 'AWS/Lambda', metricName: 'Errors', statistic: 'Sum' });
    expect(fn.metricErrors()).toMatchObject({ namespace: 'AWS/Lambda', metricName: 'Errors' });
  });

  test.each(Object.values(functionMetrics))("refuses to take the gate's metric %s for one of AWS/Lambda", (name) => {
    expect(() => guarded(newStack(), 'Fn').metric(name)).toThrow(
      `'Orders/Fn': metric '${name}' is not one of AWS/Lambda: call windowGuard.metric${name}() of this function`,
    );
  });

  test.each([windowOn, forcedOnAge, mirrorStale])("refuses to take the window's metric %s for one of AWS/Lambda", (name) => {
    expect(() => guarded(newStack(), 'Fn').metric(name)).toThrow(`call maintenanceWindow.metric${name}() of this function`);
  });

  test.each([backlog, backlogAge, orphaned])("refuses to take the store's metric %s for one of AWS/Lambda", (name) => {
    expect(() => guarded(newStack(), 'Fn').metric(name)).toThrow(`call deferredEvents.metric${name}() of this function`);
  });

  test('can be bad at the edge only by a clear message', () => {
    const stack = newStack('Edge', { env: { region: 'us-east-1', account: '111111111111' } });
    const fn = guarded(stack, 'Fn');
    expect(() => {
      new cloudfront.Distribution(stack, 'Distribution', {
        defaultBehavior: {
          origin: new origins.HttpOrigin('example.com'),
          edgeLambdas: [{ eventType: cloudfront.LambdaEdgeEventType.VIEWER_REQUEST, functionVersion: fn.currentVersion }],
        },
      });
      Template.fromStack(stack);
    }).toThrow(/can't run at the edge/);
  });
});

describe('guard()', () => {
  test('gives a function that was made elsewhere the same as the class does', () => {
    const [byClass, byGuard] = [newStack('Same'), newStack('Same')];
    guarded(byClass, 'Fn', { cacheTtl: Duration.seconds(7) });
    const fn = new lambda.Function(byGuard, 'Fn', BASIC);
    const guard = MaintenanceWindowFunction.guard(fn, { cacheTtl: Duration.seconds(7) });
    expect(resources(byGuard)).toEqual(resources(byClass));
    expect(guard.functionKey).toMatch(/^Same\/Fn[0-9a-f]{8}$/);
    expect(deployed(byGuard, guard.maintenanceWindow.operatorParameterName)).toContain('/Same/');
    expect(guard.deferredEvents.storeId).toContain('Same/');
    expect(MaintenanceWindowFunction.isMaintenanceWindowFunction(fn)).toBe(false);
  });

  test('refuses a function that is guarded already', () => {
    const fn = guarded(newStack(), 'Fn');
    expect(() => MaintenanceWindowFunction.guard(fn)).toThrow("'Orders/Fn': this function is guarded by a maintenance window already: guard it once");
  });
});

describe('another wrapper', () => {
  test('that was set before is started by ours', () => {
    const fn = guarded(newStack(), 'Fn', { environment: { AWS_LAMBDA_EXEC_WRAPPER: '/opt/otel-handler' } });
    expect(resourceOf(fn).Properties.Environment.Variables).toMatchObject({
      AWS_LAMBDA_EXEC_WRAPPER: '/opt/cdk-patient-lambda/wrapper',
      PATIENT_LAMBDA_NEXT_WRAPPER: '/opt/otel-handler',
    });
  });

  test('may be a value of deployment', () => {
    const stack = newStack();
    const parameter = new CfnParameter(stack, 'Wrapper');
    const fn = guarded(stack, 'Fn', { environment: { AWS_LAMBDA_EXEC_WRAPPER: parameter.valueAsString } });
    expect(resourceOf(fn).Properties.Environment.Variables.PATIENT_LAMBDA_NEXT_WRAPPER).toEqual({ Ref: 'Wrapper' });
  });
});

describe('what would leave a function unprotected', () => {
  test.each(Object.values(names).filter((name) => name !== names.wrapper && name !== names.disabled))('setting %s oneself is an error', (name) => {
    expect(() => guarded(newStack(), 'Fn', { environment: { [name]: 'x' } })).toThrow(
      `'Orders/Fn': environment variable ${name} is set by the maintenance window, remove it from environment`,
    );
  });

  test("switching the gate off in the template is an error, whatever the variable's value", () => {
    const error = 'environment variable PATIENT_LAMBDA_DISABLED is for emergencies, set on the function by hand: remove it from the template';
    expect(() => guarded(newStack(), 'Fn', { environment: { PATIENT_LAMBDA_DISABLED: 'false' } })).toThrow(`'Orders/Fn': ${error}`);
    const stack = newStack();
    guarded(stack, 'Fn').addEnvironment('PATIENT_LAMBDA_DISABLED', 'true');
    expect(synthError(stack)).toContain(`[Orders/Fn] ${error}`);
  });

  test('changing a variable later is an error', () => {
    const stack = newStack();
    guarded(stack, 'Fn').addEnvironment('PATIENT_LAMBDA_TABLE', 'other');
    expect(synthError(stack)).toContain('environment variable PATIENT_LAMBDA_TABLE was changed');
  });

  test('removing the layer is an error', () => {
    const stack = newStack();
    (guarded(stack, 'Fn').node.defaultChild as lambda.CfnFunction).layers = [];
    expect(synthError(stack)).toContain('layer was removed');
  });

  test('a window or a store of another Region is an error', () => {
    const app = new App();
    const there = new Stack(app, 'There', { env: { account: '111111111111', region: 'us-east-1' } });
    const here = new Stack(app, 'Here', { env: { account: '111111111111', region: 'eu-west-1' } });
    expect(() => guarded(here, 'A', { deferredEvents: new DeferredEventStore(there, 'Store') })).toThrow(
      "deferredEvents must be in the function's region eu-west-1, but 'There/Store' is in us-east-1",
    );
    expect(() => guarded(here, 'B', { maintenanceWindow: new MaintenanceWindow(there, 'Window') })).toThrow(
      "maintenanceWindow must be in the function's region eu-west-1",
    );
  });
});

describe('times', () => {
  test.each([
    [{ cacheTtl: Duration.millis(500) }, 'cacheTtl must be a whole number of seconds of at least 1, got 500 millis'],
    [{ cacheTtl: Duration.seconds(0) }, 'cacheTtl must be a whole number of seconds of at least 1'],
    [{ leadTime: Duration.millis(1500) }, 'leadTime must be a whole number of seconds of at least 0'],
    [{ duplicateCheckFor: Duration.millis(1) }, 'duplicateCheckFor must be a whole number'],
    [{ fifoVisibilityTimeout: Duration.hours(12) }, 'fifoVisibilityTimeout must be a whole number of seconds from 0 to 39600, got 12 hours'],
  ])('%j is refused', (props, message) => {
    expect(() => guarded(newStack(), 'Fn', props)).toThrow(message);
  });

  test('that only the deployment knows are refused', () => {
    const stack = newStack();
    const ttl = Duration.seconds(new CfnParameter(stack, 'Ttl', { type: 'Number' }).valueAsNumber);
    expect(() => guarded(stack, 'Fn', { cacheTtl: ttl })).toThrow('cacheTtl must be known at synth, got a token');
  });
});

test('the template holds no other function of the library', () => {
  const stack = newStack();
  guarded(stack, 'Fn');
  Template.fromStack(stack).resourcePropertiesCountIs('AWS::Lambda::Function', { Runtime: Match.anyValue() }, 3);
});
