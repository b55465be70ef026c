import { App, Aspects, CfnParameter, Lazy, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { SynthesisMessageLevel } from 'aws-cdk-lib/cx-api';

import { environment as names, layer } from '../../../../lambda/contract/names.json';
import { MaintenanceWindowFunction } from '../../../../src';
import { BASIC, guarded, messages, newStack, resourceOf, synthError } from '../app';

/** What the private member of the CDK's function has, which some tools read. */
const declared = (fn: lambda.Function) =>
  (fn as unknown as { readonly environment: Record<string, { readonly value: string } | undefined> }).environment;
const wrappers = (fn: lambda.Function) => {
  const { [names.wrapper]: first, [names.nextWrapper]: second } = resourceOf(fn).Properties.Environment.Variables;
  return [first, second];
};

/** As @lumigo/cdk-constructs-v2 0.1.165 does for Node.js: traceLambda(), and traceEverything() by an aspect. */
function lumigo(fn: lambda.Function): void {
  fn.addLayers(lambda.LayerVersion.fromLayerVersionArn(fn, 'LumigoLayer', 'arn:aws:lambda:eu-west-1:114300393969:layer:lumigo-node-tracer:1'));
  fn.addEnvironment('AWS_LAMBDA_EXEC_WRAPPER', '/opt/lumigo_wrapper');
  fn.node.addValidation({
    validate: () => (declared(fn).AWS_LAMBDA_EXEC_WRAPPER?.value === '/opt/lumigo_wrapper' ? [] : ['The environment variable has a different value']),
  });
}

/** As datadog-cdk-constructs-v2 3.12.0 does with App & API Protection: only where there is no wrapper yet; and the handler is its own. */
function datadog(fn: lambda.Function): void {
  const resource = fn.node.defaultChild as lambda.CfnFunction;
  fn.addEnvironment('DD_LAMBDA_HANDLER', resource.handler!);
  resource.handler = '/opt/nodejs/node_modules/datadog-lambda-js/handler.handler';
  if (declared(fn).AWS_LAMBDA_EXEC_WRAPPER === undefined) {
    fn.addEnvironment('AWS_LAMBDA_EXEC_WRAPPER', '/opt/datadog_wrapper');
  }
}

const onFunctions = (trace: (fn: lambda.Function) => void) => ({
  visit: (node: unknown) => node instanceof lambda.Function && node.node.id === 'Fn' && trace(node),
});

describe.each([true, false])("with the CDK's flag for the stabilization of aspects: %s", (flag) => {
  const stackOf = () => new Stack(new App({ context: { '@aws-cdk/core:aspectStabilization': flag } }), 'Orders');

  describe.each([
    ['Lumigo', lumigo, '/opt/lumigo_wrapper'],
    ['Datadog', datadog, '/opt/datadog_wrapper'],
  ])('%s is chained', (_, trace, wrapper) => {
    test('when it traces before guard()', () => {
      const fn = new lambda.Function(stackOf(), 'Fn', BASIC);
      trace(fn);
      MaintenanceWindowFunction.guard(fn);
      expect(wrappers(fn)).toEqual([layer.wrapper, wrapper]);
    });

    test('when it traces after guard()', () => {
      const fn = guarded(stackOf(), 'Fn');
      trace(fn);
      expect(wrappers(fn)).toEqual([layer.wrapper, wrapper]);
    });

    test.each([true, false])('when it traces by an aspect of the app, added first: %s', (first) => {
      const stack = stackOf();
      const add = () => Aspects.of(stack.node.root).add(onFunctions(trace));
      if (first) {
        add();
      }
      const fn = guarded(stack, 'Fn');
      if (!first) {
        add();
      }
      expect(wrappers(fn)).toEqual([layer.wrapper, wrapper]);
    });

    test('when guardAll() guards what it traces', () => {
      const stack = stackOf();
      MaintenanceWindowFunction.guardAll(stack);
      Aspects.of(stack.node.root).add(onFunctions(trace));
      const fn = new lambda.Function(stack, 'Fn', BASIC);
      expect(wrappers(fn)).toEqual([layer.wrapper, wrapper]);
    });
  });

  test('guard() may be called by an aspect', () => {
    const stack = stackOf();
    const fn = new lambda.Function(stack, 'Fn', { ...BASIC, environment: { [names.wrapper]: '/opt/other' } });
    Aspects.of(stack).add(onFunctions((found) => MaintenanceWindowFunction.guard(found)));
    expect(wrappers(fn)).toEqual([layer.wrapper, '/opt/other']);
  });
});

test("the CDK's own instrumentation is chained", () => {
  const adotInstrumentation: lambda.AdotInstrumentationConfig = {
    layerVersion: lambda.AdotLayerVersion.fromJavaScriptSdkLayerVersion(lambda.AdotLambdaLayerJavaScriptSdkVersion.LATEST),
    execWrapper: lambda.AdotLambdaExecWrapper.REGULAR_HANDLER,
  };
  expect(wrappers(guarded(newStack(), 'Fn', { adotInstrumentation }))).toEqual([layer.wrapper, '/opt/otel-handler']);
});

test('a wrapper that is made late is chained as it is then, and no lazy text is produced before', () => {
  let wrapper = 'too early';
  const produced = jest.fn(() => 'x');
  const fn = guarded(newStack(), 'Fn', {
    description: Lazy.string({ produce: produced }),
    environment: { [names.wrapper]: Lazy.string({ produce: () => wrapper }), MINE: Lazy.string({ produce: produced }) },
  });
  expect(produced).not.toHaveBeenCalled();
  wrapper = '/opt/other';
  expect(wrappers(fn)).toEqual([layer.wrapper, '/opt/other']);
});

test('a wrapper of another stack is chained by a reference across them', () => {
  const app = new App();
  const [there, here] = ['There', 'Here'].map((id) => new Stack(app, id));
  const wrapper = new CfnParameter(there, 'Wrapper').valueAsString;
  expect(wrappers(guarded(here, 'Fn', { environment: { [names.wrapper]: wrapper } }))).toEqual([
    layer.wrapper,
    { 'Fn::ImportValue': expect.stringContaining('Wrapper') },
  ]);
});

describe('the Lambda Web Adapter', () => {
  const adapter = { [names.wrapper]: '/opt/bootstrap' };
  const reason = 'its wrapper /opt/bootstrap (AWS_LAMBDA_EXEC_WRAPPER), that of the Lambda Web Adapter, ignores what it is to start';

  test('is refused at once', () => {
    expect(() => guarded(newStack(), 'Fn', { environment: adapter })).toThrow(
      `'Orders/Fn': this function can't be guarded by a maintenance window: ${reason}`,
    );
  });

  test('is refused when it is an override', () => {
    const fn = new lambda.Function(newStack(), 'Fn', BASIC);
    (fn.node.defaultChild as lambda.CfnFunction).addPropertyOverride(`Environment.Variables.${names.wrapper}`, '/opt/bootstrap');
    expect(() => MaintenanceWindowFunction.guard(fn)).toThrow(reason);
  });

  test('is refused at the end of synth when a lazy text turns out to be its wrapper', () => {
    const stack = newStack();
    guarded(stack, 'Fn', { environment: { [names.wrapper]: Lazy.string({ produce: () => '/opt/bootstrap' }) } });
    expect(synthError(stack)).toContain(`[Orders/Fn] ${reason}`);
  });

  test('is left out by guardAll(), which says why', () => {
    const stack = newStack();
    new lambda.Function(stack, 'Fn', { ...BASIC, handler: 'run.sh', environment: adapter });
    new lambda.Function(stack, 'Other', { ...BASIC, environment: adapter });
    expect(MaintenanceWindowFunction.guardAll(stack)).toEqual([]);
    expect(messages(stack, SynthesisMessageLevel.INFO)).toEqual([
      expect.stringContaining("guardAll leaves this function out: handler 'run.sh'"),
      expect.stringContaining(`guardAll leaves this function out: ${reason}`),
    ]);
  });
});
