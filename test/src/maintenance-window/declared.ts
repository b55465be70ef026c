import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { App, Aws, CfnOutput, CfnParameter, CfnResource, NestedStack, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { CfnInclude } from 'aws-cdk-lib/cloudformation-include';
import type { Construct } from 'constructs';

import { guarded } from './app';

/** Where a mapping is declared, and how it names its function and its source. */
export interface Declared {
  readonly app: App;
  readonly fn: lambda.Function;
  /** The stack of the mapping. */
  readonly stack: Stack;
  /** The stack of the queue or stream. */
  readonly origin: Stack;
  readonly functionName: unknown;
  /** What is given for the source in place of a reference. */
  readonly sourceArn?: (arn: string, name: string) => unknown;
  readonly declare?: (scope: Construct, properties: Record<string, unknown>) => void;
}

export const NAME = 'orders';
export const ACCOUNT = '111122223333';
export const ENV = { account: ACCOUNT, region: 'eu-west-1' };
const ARN = `arn:aws:lambda:${ENV.region}:${ACCOUNT}:function:${NAME}`;

export function stacks(): { app: App; stack: Stack; other: Stack; third: Stack } {
  const app = new App();
  return { app, stack: new Stack(app, 'Orders'), other: new Stack(app, 'Other'), third: new Stack(app, 'Third') };
}

/** In another stack, with the function under its name. */
function named(functionName: unknown, change: Partial<Declared> = {}): Declared {
  const { app, stack, other } = stacks();
  return { app, fn: guarded(stack, 'Fn', { functionName: NAME }), stack: other, origin: other, functionName, ...change };
}

/** In another stack, by what the function gives. */
function referred(
  nameOf: (fn: lambda.Function, other: Stack) => unknown,
  change: (all: ReturnType<typeof stacks>) => Partial<Declared> = () => ({}),
): Declared {
  const all = stacks();
  const fn = guarded(all.stack, 'Fn');
  return { app: all.app, fn, stack: all.other, origin: all.other, functionName: nameOf(fn, all.other), ...change(all) };
}

/** In the function's stack. */
function within(nameOf: (fn: lambda.Function, logicalId: string) => unknown, change: Partial<Declared> = {}): Declared {
  const { app, stack } = stacks();
  const fn = guarded(stack, 'Fn');
  const logicalId = stack.resolve((fn.node.defaultChild as lambda.CfnFunction).logicalId) as string;
  return { app, fn, stack, origin: stack, functionName: nameOf(fn, logicalId), ...change };
}

function nested(functionNested: boolean, mappingNested: boolean): Declared {
  const app = new App();
  const parent = new Stack(app, 'Orders');
  const inner = new NestedStack(parent, 'Nested');
  const fn = guarded(functionNested ? inner : parent, 'Fn');
  const stack = mappingNested ? inner : parent;
  return { app, fn, stack, origin: stack, functionName: fn.functionArn };
}

export const PLACES: Record<string, () => Declared> = {
  'in the stack of the function': () => within((fn) => fn.functionName),
  'in the stack of the function, by Ref': () => within((_, logicalId) => ({ Ref: logicalId })),
  'in the stack of the function, by GetAtt': () => within((_, logicalId) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] })),
  'in the stack of the function, by GetAtt as a text': () => within((_, logicalId) => ({ 'Fn::GetAtt': `${logicalId}.Arn` })),
  'in the stack of the function, by Sub': () => within((_, logicalId) => ({ 'Fn::Sub': `\${${logicalId}.Arn}` })),
  'in the stack of the function, by Sub with values': () =>
    within((_, logicalId) => ({ 'Fn::Sub': ['arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:${Name}', { Name: { Ref: logicalId } }] })),
  'in the stack of the function, by Join': () =>
    within((_, logicalId) => ({
      'Fn::Join': [':', ['arn:aws:lambda', { Ref: 'AWS::Region' }, { Ref: 'AWS::AccountId' }, 'function', { Ref: logicalId }]],
    })),
  'in the stack of the function, by Select': () =>
    within((_, logicalId) => ({ 'Fn::Select': [6, { 'Fn::Split': [':', { 'Fn::GetAtt': [logicalId, 'Arn'] }] }] })),
  'in the stack of the function, by an ARN that formatArn makes': () =>
    within((fn) => `arn:${Aws.PARTITION}:lambda:${Aws.REGION}:${Aws.ACCOUNT_ID}:function:${fn.functionName}`),
  'by CfnInclude': () => within((fn) => fn.functionArn, { declare: included }),
  'by CfnInclude in another stack': () =>
    referred(
      (fn) => fn.functionArn,
      () => ({ declare: included }),
    ),
  'by an override of the mapping': () => within(() => 'another', { declare: overridden }),
  'by the name that an override gives the function': () => {
    const declared = within(() => NAME);
    (declared.fn.node.defaultChild as lambda.CfnFunction).addPropertyOverride('FunctionName', NAME);
    return declared;
  },
  'for an alias': () => within((fn) => fn.addAlias('live').functionArn),
  'for a version': () => within((fn) => fn.currentVersion.functionArn),
  'for an alias without a construct of its own': () =>
    within((fn) => new lambda.CfnAlias(Stack.of(fn), 'Alias', { functionName: fn.functionName, functionVersion: '$LATEST', name: 'live' }).ref),
  'in another stack': () => referred((fn) => fn.functionArn),
  'in another stack, for an alias made there': () =>
    referred((fn, other) => new lambda.Alias(other, 'Live', { aliasName: 'live', version: fn.currentVersion }).functionArn),
  'in another stack, by an import of the ARN': () =>
    referred((fn, other) => lambda.Function.fromFunctionArn(other, 'Import', fn.functionArn).functionName),
  'in another stack, by an import of the attributes': () =>
    referred(
      (fn, other) => lambda.Function.fromFunctionAttributes(other, 'Import', { functionArn: fn.functionArn, sameEnvironment: true }).functionArn,
    ),
  'in another stack, by exportValue': () => referred((fn) => Stack.of(fn).exportValue(fn.functionArn)),
  'in another stack, by an export of its own': () =>
    referred((fn) => {
      new CfnOutput(Stack.of(fn), 'Export', { value: fn.functionArn, exportName: 'orders-arn' });
      return { 'Fn::ImportValue': 'orders-arn' };
    }),
  'in another stack, with the source in a third': () =>
    referred(
      (fn) => fn.functionArn,
      ({ third }) => ({ origin: third }),
    ),
  'in another stack, with the source beside the function': () =>
    referred(
      (fn) => fn.functionArn,
      ({ stack }) => ({ origin: stack }),
    ),
  'by the name': () => named(NAME),
  'by the name and a qualifier': () => named(`${NAME}:live`),
  'by a partial ARN': () => named(`${ACCOUNT}:function:${NAME}`),
  'by an ARN': () => named(ARN),
  'by an ARN with a qualifier': () => named(`${ARN}:live`),
  'by an ARN that Sub makes': () => named({ 'Fn::Sub': `arn:\${AWS::Partition}:lambda:\${AWS::Region}:\${AWS::AccountId}:function:${NAME}` }),
  'by an import of the name': () => {
    const declared = named('');
    return { ...declared, functionName: lambda.Function.fromFunctionName(declared.stack, 'Import', NAME).functionArn };
  },
  'by the name, with the source in a third stack': () => {
    const { app, stack, other, third } = stacks();
    return { app, fn: guarded(stack, 'Fn', { functionName: NAME }), stack: other, origin: third, functionName: NAME };
  },
  'by the name, in a stack on which the function depends': () => {
    const { app, stack, other } = stacks();
    const topic = new sqs.Queue(other, 'Topic');
    return {
      app,
      fn: guarded(stack, 'Fn', { functionName: NAME, environment: { TOPIC: topic.queueUrl } }),
      stack: other,
      origin: other,
      functionName: NAME,
    };
  },
  'in a nested stack': () => nested(false, true),
  'in the parent of a nested stack': () => nested(true, false),
  'in the same nested stack': () => nested(true, true),
  'in a nested stack, by a parameter of its': () => {
    const app = new App();
    const parent = new Stack(app, 'Orders');
    const fn = guarded(parent, 'Fn');
    const stack = new NestedStack(parent, 'Nested', { parameters: { Target: fn.functionArn } });
    const target = new CfnParameter(stack, 'Target');
    return { app, fn, stack, origin: stack, functionName: target.valueAsString };
  },
  'by the name, by CfnInclude': () => named(NAME, { declare: included }),
  'by a resource without a class of its own': () => named(NAME, { declare: plain }),
  'with the source by its name': () => ({ ...within((fn) => fn.functionName), sourceArn: (_, name) => name }),
  'in another stack with the source by its name': () => ({ ...referred((fn) => fn.functionArn), sourceArn: (_, name) => name }),
};

function plain(scope: Construct, properties: Record<string, unknown>): CfnResource {
  return new CfnResource(scope, 'Mapping', { type: 'AWS::Lambda::EventSourceMapping', properties });
}

function overridden(
  scope: Construct,
  { FunctionName: name, EventSourceArn: arn, MaximumRetryAttempts: retries, ...rest }: Record<string, unknown>,
): void {
  const mapping = new lambda.CfnEventSourceMapping(scope, 'Mapping', {
    functionName: String(name),
    eventSourceArn: arn as string,
    startingPosition: rest.StartingPosition as string,
  });
  const fn = Stack.of(scope).node.findChild('Fn') as lambda.Function;
  mapping.addPropertyOverride('FunctionName', fn.functionName);
  mapping.addPropertyOverride('MaximumRetryAttempts', retries);
}

/** Somebody's template, to which the app gives the function and the source as parameters. */
function included(scope: Construct, { FunctionName: target, EventSourceArn: source, ...settings }: Record<string, unknown>): void {
  const templateFile = join(mkdtempSync(join(tmpdir(), 'included-')), 'template.json');
  const properties = { ...settings, FunctionName: { 'Fn::Sub': '${Target}' }, EventSourceArn: { Ref: 'Source' } };
  const template = {
    Parameters: { Target: { Type: 'String' }, Source: { Type: 'String' } },
    Resources: { Mapping: { Type: 'AWS::Lambda::EventSourceMapping', Properties: properties } },
  };
  writeFileSync(templateFile, JSON.stringify(template));
  new CfnInclude(scope, 'Included', { templateFile, parameters: { Target: target, Source: source } });
}

export function declare(declared: Declared, source: { readonly arn: string; readonly literal: string }, settings: Record<string, unknown>): void {
  const { stack, functionName, sourceArn = (arn: string) => arn, declare: how = plain } = declared;
  how(stack, { FunctionName: functionName, EventSourceArn: sourceArn(source.arn, source.literal), ...settings });
}

export function warningsOf(fn: lambda.Function): unknown[] {
  return fn.node.metadata.filter(({ type }) => type === 'aws:cdk:warning').map(({ data }) => data as unknown);
}

/** All that templates of the app let a role do with the visibility of messages. */
export function visibilityStatements({ app }: Declared): unknown[] {
  const all = app.node.findAll().filter((construct): construct is Stack => Stack.isStack(construct));
  app.synth();
  return all.flatMap((stack) => {
    const resources = Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy'));
    return resources.flatMap(({ Properties: { PolicyDocument: document } }) =>
      (document as { Statement: { Action: unknown }[] }).Statement.filter(({ Action: action }) => action === 'sqs:ChangeMessageVisibility'),
    );
  });
}
