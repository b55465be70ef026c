import { App, CfnResource, Fn, NestedStack, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';

import { guarded, resourceOf } from '../app';

/** Where a caller is declared, and how it names the function. */
interface Place {
  readonly app: App;
  readonly fn: lambda.Function;
  /** The stack of the caller. */
  readonly stack: Stack;
  readonly name: unknown;
}

const NAME = 'orders';

function within(nameOf: (fn: lambda.Function, logicalId: string) => unknown): Place {
  const app = new App();
  const stack = new Stack(app, 'Orders');
  const fn = guarded(stack, 'Fn');
  return { app, fn, stack, name: nameOf(fn, stack.resolve((fn.node.defaultChild as lambda.CfnFunction).logicalId) as string) };
}

function elsewhere(nameOf: (fn: lambda.Function, other: Stack) => unknown, functionName?: string): Place {
  const app = new App();
  const [stack, other] = [new Stack(app, 'Orders'), new Stack(app, 'Other')];
  const fn = guarded(stack, 'Fn', { functionName });
  return { app, fn, stack: other, name: nameOf(fn, other) };
}

function nested(functionNested: boolean): Place {
  const app = new App();
  const parent = new Stack(app, 'Orders');
  const inner = new NestedStack(parent, 'Nested');
  const fn = guarded(functionNested ? inner : parent, 'Fn');
  return { app, fn, stack: functionNested ? parent : inner, name: fn.functionArn };
}

const PLACES: Record<string, () => Place> = {
  'in the stack of the function': () => within((fn) => fn.functionArn),
  'in the stack of the function, by Sub': () => within((_, logicalId) => ({ 'Fn::Sub': `\${${logicalId}.Arn}` })),
  'in the stack of the function, by an ARN with the name': () =>
    within((_, logicalId) =>
      Fn.join(':', ['arn:aws:lambda', Fn.ref('AWS::Region'), Fn.ref('AWS::AccountId'), 'function', Fn.ref(logicalId), 'live']),
    ),
  'for an alias': () => within((fn) => fn.addAlias('live').functionArn),
  'in another stack': () => elsewhere((fn) => fn.functionArn),
  'in another stack, by an import': () => elsewhere((fn, other) => lambda.Function.fromFunctionArn(other, 'Import', fn.functionArn).functionArn),
  'in another stack, by the name': () => elsewhere((_, other) => lambda.Function.fromFunctionName(other, 'Import', NAME).functionArn, NAME),
  'in another stack, by a literal ARN': () => elsewhere(() => `arn:aws:lambda:eu-west-1:111122223333:function:${NAME}:live`, NAME),
  'in the parent of a nested stack': () => nested(true),
  'in a nested stack': () => nested(false),
};

/** What calls a function: its resource, with the name in it, and what synth then says or does. */
const CALLERS: Record<string, { readonly resource: (name: unknown) => { type: string; properties: object }; readonly expected: RegExp }> = {
  'a permission of S3': {
    resource: (name) => ({
      type: 'AWS::Lambda::Permission',
      properties: { FunctionName: name, Action: 'lambda:InvokeFunction', Principal: 's3.amazonaws.com' },
    }),
    expected: /s3\.amazonaws\.com invokes this function asynchronously/,
  },
  'a pipe that waits for nothing': {
    resource: (name) => ({
      type: 'AWS::Pipes::Pipe',
      properties: {
        RoleArn: 'arn:aws:iam::111122223333:role/pipe',
        Source: 'arn:aws:sqs:eu-west-1:111122223333:source',
        Target: name,
        TargetParameters: { LambdaFunctionParameters: { InvocationType: 'FIRE_AND_FORGET' } },
      },
    }),
    expected: /the pipe '.*Caller' invokes this function asynchronously/,
  },
  'a pipe that gives up': {
    resource: (name) => ({
      type: 'AWS::Pipes::Pipe',
      properties: {
        RoleArn: 'arn:aws:iam::111122223333:role/pipe',
        Source: 'arn:aws:kinesis:eu-west-1:111122223333:stream/source',
        SourceParameters: { KinesisStreamParameters: { StartingPosition: 'LATEST', MaximumRetryAttempts: 2 } },
        Target: name,
      },
    }),
    expected: /maximumRetryAttempts 2 are used up before longestWindow/,
  },
  'an onSuccess destination': {
    resource: (name) => ({
      type: 'AWS::Lambda::EventInvokeConfig',
      properties: {
        FunctionName: name,
        Qualifier: '$LATEST',
        DestinationConfig: { OnSuccess: { Destination: 'arn:aws:sqs:eu-west-1:111122223333:results' } },
      },
    }),
    expected: /the onSuccess destination would receive/,
  },
  'a task of a state machine': {
    resource: (name) => ({
      type: 'AWS::StepFunctions::StateMachine',
      properties: { RoleArn: 'arn:aws:iam::111122223333:role/machine', Definition: { States: { Call: { Type: 'Task', Resource: name } } } },
    }),
    expected: /'.*Caller' takes this function's reply for a task's result/,
  },
};

/** All that synth says of a function: errors, or what it was told besides. */
function said({ app, fn }: Place): string {
  try {
    app.synth();
  } catch (error) {
    return (error as Error).message;
  }
  return fn.node.metadata.map(({ data }) => String(data)).join('\n');
}

describe.each(Object.keys(CALLERS))('%s', (caller) => {
  test.each(Object.keys(PLACES))('is found when it is declared %s', (place) => {
    const declared = PLACES[place]();
    const { resource, expected } = CALLERS[caller];
    new CfnResource(declared.stack, 'Caller', resource(declared.name));
    expect(said(declared)).toMatch(expected);
  });
});

test.each(Object.keys(PLACES))('the input of a schedule declared %s is one that the gate knows', (place) => {
  const declared = PLACES[place]();
  new CfnResource(declared.stack, 'Caller', {
    type: 'AWS::Events::Rule',
    properties: { ScheduleExpression: 'rate(1 minute)', Targets: [{ Id: 'fn', Arn: declared.name, Input: '{"tick":1}' }] },
  });
  declared.app.synth();
  expect(resourceOf(declared.fn).Properties.Environment.Variables).toHaveProperty('PATIENT_LAMBDA_TICK_INPUTS');
});
