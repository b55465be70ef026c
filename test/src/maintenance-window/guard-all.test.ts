import { App, CustomResource, Duration, Stack, Stage } from 'aws-cdk-lib';
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import * as cr from 'aws-cdk-lib/custom-resources';
import { SynthesisMessageLevel } from 'aws-cdk-lib/cx-api';
import { Construct, type IConstruct } from 'constructs';

import { DeferralAction, MaintenanceWindowFunction } from '../../../src';
import { longRunning } from '../custom-resource/template';
import { BASIC, guarded, newStack, resourceOf, resources, statements, synthError, warnings } from './app';

const PROPS = { ...BASIC, timeout: Duration.seconds(30) };
const plain = (scope: Construct, id: string, props: Partial<lambda.FunctionProps> = {}) => new lambda.Function(scope, id, { ...PROPS, ...props });
const keysOf = (guards: readonly { readonly functionKey: string }[]) => guards.map(({ functionKey }) => functionKey.replace(/[0-9a-f]{8}$/, ''));

/** The wrappers of the functions in a synthesized stack, by logical id. */
function wrappers(stack: Stack): Record<string, string | undefined> {
  const { template } = (stack.node.root as App).synth().getStackArtifact(stack.artifactId);
  const found = Object.entries(template.Resources as Record<string, any>).filter(([, { Type }]) => Type === 'AWS::Lambda::Function');
  return Object.fromEntries(found.map(([id, { Properties }]) => [id, Properties.Environment?.Variables.AWS_LAMBDA_EXEC_WRAPPER]));
}

function wrapperOf(fn: lambda.Function): string | undefined {
  return wrappers(fn.stack)[fn.stack.getLogicalId(fn.node.defaultChild as lambda.CfnFunction)];
}

function infos(construct: IConstruct): string[] {
  return construct.node.metadata.filter(({ type }) => type === 'aws:cdk:info').map(({ data }) => data as string);
}

test('guards every function under a scope, as its options say, and returns their guards', () => {
  const stack = newStack();
  const team = new Construct(stack, 'Team');
  const fns = [plain(team, 'A'), plain(new Construct(team, 'Deep'), 'B'), plain(team, 'C', { runtime: lambda.Runtime.PYTHON_3_13 })];
  const other = plain(stack, 'Other');
  const guards = MaintenanceWindowFunction.guardAll(team, { cacheTtl: Duration.seconds(7) });
  expect(keysOf(guards)).toEqual(['Orders/TeamA', 'Orders/TeamDeepB', 'Orders/TeamC']);
  for (const fn of fns) {
    expect(resourceOf(fn).Properties.Environment.Variables).toMatchObject({ PATIENT_LAMBDA_CACHE_TTL: '7' });
  }
  expect(resourceOf(other).Properties.Environment).toBeUndefined();
});

test('a function that is added later is guarded at synth, with what depends on its event sources', () => {
  const stack = newStack();
  expect(MaintenanceWindowFunction.guardAll(stack)).toEqual([]);
  const fn = plain(stack, 'Later');
  fn.addEventSource(new SqsEventSource(new sqs.Queue(stack, 'Queue', { fifo: true, visibilityTimeout: Duration.minutes(3) })));
  expect(wrapperOf(fn)).toBe('/opt/cdk-patient-lambda/wrapper');
  expect(JSON.stringify(statements(stack, /^LaterServiceRole/))).toContain('sqs:ChangeMessageVisibility');
  expect(warnings(stack)).toEqual([]);
});

test.each([true, false])('works with aspects that are stabilized: %p', (stabilized) => {
  const stack = new Stack(new App({ context: { '@aws-cdk/core:aspectStabilization': stabilized } }), 'Orders');
  const team = new Construct(stack, 'Team');
  MaintenanceWindowFunction.guardAll(team);
  const fn = plain(team, 'Later');
  expect(wrapperOf(fn)).toBe('/opt/cdk-patient-lambda/wrapper');
});

test('what is guarded already stays as it is', () => {
  const stack = newStack();
  const own = guarded(stack, 'Own', { deferral: { direct: DeferralAction.RUN } });
  const given = plain(stack, 'Given');
  MaintenanceWindowFunction.guard(given, { cacheTtl: Duration.seconds(3) });
  expect(MaintenanceWindowFunction.guardAll(stack, { cacheTtl: Duration.seconds(7) })).toEqual([]);
  expect(MaintenanceWindowFunction.guardAll(stack)).toEqual([]);
  expect(resourceOf(own).Properties.Environment.Variables).toMatchObject({ PATIENT_LAMBDA_CACHE_TTL: '30' });
  expect(resourceOf(given).Properties.Environment.Variables).toMatchObject({ PATIENT_LAMBDA_CACHE_TTL: '3' });
  expect([...infos(own), ...infos(given)]).toEqual([]);
});

test("leaves out what can't be guarded, and says so", () => {
  const stack = newStack();
  const java = plain(stack, 'Java', { runtime: lambda.Runtime.JAVA_21, code: lambda.Code.fromAsset(__dirname) });
  const fn = plain(stack, 'Fn');
  expect(keysOf(MaintenanceWindowFunction.guardAll(stack))).toEqual(['Orders/Fn']);
  const messages = (stack.node.root as App)
    .synth()
    .getStackByName('Orders')
    .messages.filter(({ level }) => level === SynthesisMessageLevel.INFO);
  expect(messages.map(({ id, entry }) => [id, entry.data])).toContainEqual([
    '/Orders/Java',
    'guardAll leaves this function out: runtime java21 is not yet supported, Node.js and Python are',
  ]);
  expect(infos(java)).toHaveLength(1);
  expect(infos(fn)).toEqual([]);
});

test("leaves out the library's own functions, and guards those that a custom resource brings", () => {
  const stack = newStack();
  guarded(stack, 'Fn');
  longRunning(stack, 'Resource');
  MaintenanceWindowFunction.guardAll(stack);
  const byId = Object.entries(wrappers(stack)).map(([id, wrapper]) => [id.replace(/[0-9A-F]{8}$/, ''), wrapper !== undefined]);
  expect(Object.fromEntries(byId)).toMatchObject({
    CdkPatientLambdaPlannerFunction: false,
    CdkPatientLambdaResponderFunction: false,
    CdkPatientLambdaStoreReplayerFunction: false,
    ProviderFunction: true,
  });
});

test('leaves out what the CDK makes for itself, and says whose it is', () => {
  const stack = new Stack(new App(), 'Orders', { env: { account: '111111111111', region: 'us-east-1' } });
  new lambda.SingletonFunction(stack, 'One', { ...PROPS, uuid: 'one' });
  const edge = new cloudfront.experimental.EdgeFunction(stack, 'Edge', PROPS);
  const handler = plain(stack, 'Handler');
  new CustomResource(stack, 'Resource', { serviceToken: new cr.Provider(stack, 'Provider', { onEventHandler: handler }).serviceToken });
  expect(keysOf(MaintenanceWindowFunction.guardAll(stack))).toEqual(['Orders/Handler']);
  expect(infos(stack.node.findChild('SingletonLambdaone'))[0]).toContain("it belongs to 'Orders/One', a SingletonFunction");
  expect(infos(edge.node.findAll().find((node) => 'runtime' in node)!)[0]).toContain("it runs at the edge (Lambda@Edge) for 'Orders/Edge'");
  expect(infos(stack.node.findChild('Provider').node.findChild('framework-onEvent'))[0]).toContain(
    "it belongs to 'Orders/Provider', a Provider of the CDK",
  );
});

test("reaches functions in an app's stages, those of now and of later", () => {
  const app = new App();
  const stack = new Stack(new Stage(app, 'Production'), 'Orders');
  plain(stack, 'Now');
  expect(MaintenanceWindowFunction.guardAll(app)).toHaveLength(1);
  plain(stack, 'Later');
  app.synth();
  expect(Object.values(resources(stack)).filter(({ Properties }) => Properties?.Environment?.Variables?.AWS_LAMBDA_EXEC_WRAPPER)).toHaveLength(2);
});

test('a function that comes too late to be guarded is an error', () => {
  const app = new App();
  MaintenanceWindowFunction.guardAll(app);
  const late = new Stack(new Stage(app, 'New'), 'Orders');
  plain(late, 'Fn');
  plain(late, 'Java', { runtime: lambda.Runtime.JAVA_21, code: lambda.Code.fromAsset(__dirname) });
  const message = synthError(new Stack(app, 'Any'));
  expect(message).toContain("guardAll did not see 'New/Orders/Fn', which was added in a new Stage or after the aspects had run: give it to guard()");
  expect(message).not.toContain('Java');
});
