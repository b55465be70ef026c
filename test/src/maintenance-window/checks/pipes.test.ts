import { App, CfnParameter, Duration, Stack } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as kinesis from 'aws-cdk-lib/aws-kinesis';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as pipes from 'aws-cdk-lib/aws-pipes';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

import { type Deferral, DeferralAction, MaintenanceWindow } from '../../../../src';
import { guarded, newStack, resourceOf, synthError, warnings } from '../app';

const SOURCE = 'arn:aws:kafka:eu-west-1:111122223333:cluster/c/1';
const ELSEWHERE = 'arn:aws:sqs:eu-west-1:111122223333:other';
const FIRE_AND_FORGET = { lambdaFunctionParameters: { invocationType: 'FIRE_AND_FORGET' } };

function pipe(scope: Construct, id: string, props: Partial<pipes.CfnPipeProps>): pipes.CfnPipe {
  return new pipes.CfnPipe(scope, id, { roleArn: 'arn:aws:iam::111122223333:role/pipe', source: SOURCE, target: ELSEWHERE, ...props });
}

function targetOf(fn: lambda.IFunction, targetParameters?: object): Partial<pipes.CfnPipeProps> {
  return { target: fn.functionArn, targetParameters };
}

/** What the gate is told. */
function told(fn: lambda.Function): unknown {
  const variable = resourceOf(fn).Properties.Environment.Variables.PATIENT_LAMBDA_DEFERRAL as string | undefined;
  return variable === undefined ? undefined : JSON.parse(variable);
}

function synth(stack: Stack): void {
  (stack.node.root as App).synth();
}

describe('what a gate does with the batches of a pipe', () => {
  test.each<[string, object | undefined, object]>([
    ['that says nothing of it', undefined, { pipe: 'LEAVE' }],
    ['that waits', { lambdaFunctionParameters: { invocationType: 'REQUEST_RESPONSE' } }, { pipe: 'LEAVE' }],
    ['that has other parameters', { inputTemplate: '<$.body>' }, { pipe: 'LEAVE' }],
    ['that does not wait', FIRE_AND_FORGET, { pipe: 'DEFER' }],
  ])('%s, as its target', (_, targetParameters, expected) => {
    const stack = newStack();
    const fn = guarded(stack, 'Fn');
    pipe(stack, 'Pipe', targetOf(fn, targetParameters));
    expect(told(fn)).toEqual(expected);
  });

  test('is the error, as its enrichment', () => {
    const stack = newStack();
    const fn = guarded(stack, 'Fn');
    pipe(stack, 'Pipe', { enrichment: fn.functionArn });
    expect(told(fn)).toEqual({ pipe: 'LEAVE' });
  });

  test('is known although a version is the target, whose id is made from the answer', () => {
    const stack = newStack();
    const fn = guarded(stack, 'Fn');
    pipe(stack, 'Pipe', targetOf(fn.currentVersion, { inputTemplate: fn.currentVersion.version }));
    expect(told(fn)).toEqual({ pipe: 'LEAVE' });
  });

  test('is what an escape hatch makes of it', () => {
    const stack = newStack();
    const fn = guarded(stack, 'Fn');
    pipe(stack, 'Pipe', targetOf(fn)).addPropertyOverride('TargetParameters.LambdaFunctionParameters.InvocationType', 'FIRE_AND_FORGET');
    expect(told(fn)).toEqual({ pipe: 'DEFER' });
  });

  test('is not said where only the deployment knows whether it waits, or where there is none', () => {
    const stack = newStack();
    const [fn, other] = [guarded(stack, 'Fn'), guarded(stack, 'Other')];
    const invocationType = new CfnParameter(stack, 'Type').valueAsString;
    pipe(stack, 'Pipe', targetOf(fn, { lambdaFunctionParameters: { invocationType } }));
    expect([told(fn), told(other)]).toEqual([undefined, undefined]);
  });

  test('is found by alias, by written ARN and in another stack', () => {
    const app = new App();
    const [stack, others] = [new Stack(app, 'Orders'), new Stack(app, 'Pipes')];
    const [aliased, written, apart] = [guarded(stack, 'Aliased'), guarded(stack, 'Written', { functionName: 'written' }), guarded(stack, 'Apart')];
    pipe(stack, 'ByAlias', targetOf(aliased.addAlias('live')));
    pipe(others, 'ByArn', { target: 'arn:aws:lambda:eu-west-1:111122223333:function:written:live' });
    pipe(others, 'ByConstruct', { enrichment: apart.functionArn });
    expect([aliased, written, apart].map(told)).toEqual([{ pipe: 'LEAVE' }, { pipe: 'LEAVE' }, { pipe: 'LEAVE' }]);
  });

  test("stands beside the function's own choices, in the contract's order, and gives way to one for pipes", () => {
    const stack = newStack();
    const deferral = { direct: DeferralAction.REJECT, sqs: DeferralAction.LEAVE };
    const [fn, chosen] = [guarded(stack, 'Fn', { deferral }), guarded(stack, 'Chosen', { deferral: { pipe: DeferralAction.RUN } })];
    pipe(stack, 'Pipe', targetOf(fn));
    pipe(stack, 'Other', targetOf(chosen));
    expect(JSON.stringify(told(fn))).toBe('{"sqs":"LEAVE","pipe":"LEAVE","direct":"REJECT"}');
    expect(told(chosen)).toEqual({ pipe: 'RUN' });
  });
});

describe('pipes that ask for different things', () => {
  const both = (deferral?: Deferral) => {
    const stack = newStack();
    const fn = guarded(stack, 'Fn', { deferral });
    pipe(stack, 'Waits', targetOf(fn));
    pipe(stack, 'Forgets', targetOf(fn, FIRE_AND_FORGET));
    return stack;
  };

  test('are an error that names both', () => {
    expect(synthError(both())).toContain(
      "[Orders/Fn] batches of the pipe 'Orders/Waits' are to be left at its source, and those of 'Orders/Forgets', which invokes with FIRE_AND_FORGET, " +
        'are to be deferred, but an invocation does not tell which pipe it came from: use two functions, or one invocation type for both, or set ' +
        'deferral.pipe to DeferralAction.DEFER',
    );
  });

  test('are none when the function says which', () => synth(both({ pipe: DeferralAction.DEFER })));

  test('are an error when one pipe is both', () => {
    const stack = newStack();
    const fn = guarded(stack, 'Fn');
    pipe(stack, 'Pipe', { ...targetOf(fn, FIRE_AND_FORGET), enrichment: fn.functionArn });
    expect(synthError(stack)).toContain("those of 'Orders/Pipe'");
  });
});

test('a pipe that does not wait is an asynchronous source: what fails needs a place', () => {
  const stack = newStack();
  pipe(stack, 'Forgets', targetOf(guarded(stack, 'Fn'), FIRE_AND_FORGET));
  pipe(stack, 'Waits', targetOf(guarded(stack, 'Other')));
  pipe(stack, 'ToACaughtOne', targetOf(guarded(stack, 'Caught', { deadLetterQueueEnabled: true }), FIRE_AND_FORGET));
  const asynchronous = warnings(stack).filter((warning) => warning.includes('asynchronously'));
  expect(asynchronous).toEqual([expect.stringMatching(/^the pipe 'Orders\/Forgets' invokes this function asynchronously/)]);
});

test('what a pipe that does not wait would lose is not left to it', () => {
  const stack = newStack();
  pipe(stack, 'Pipe', targetOf(guarded(stack, 'Fn', { deferral: { pipe: DeferralAction.LEAVE } }), FIRE_AND_FORGET));
  expect(synthError(stack)).toContain(
    "deferral.pipe can't be LEAVE: the pipe 'Orders/Pipe' invokes the function with FIRE_AND_FORGET, hears of no error and would lose what is left to it",
  );
});

test('an enrichment is not deferred', () => {
  const stack = newStack();
  const fn = guarded(stack, 'Fn', { deferral: { pipe: DeferralAction.DEFER } });
  pipe(stack, 'Target', targetOf(fn));
  pipe(stack, 'Enriched', { enrichment: fn.functionArn });
  expect(synthError(stack)).toContain("deferral.pipe can't be DEFER: the function is the enrichment of the pipe 'Orders/Enriched'");
});

describe("a pipe's source", () => {
  test('whose messages go to its dead-letter queue within longestWindow is an error, by the time that the queue hides them', () => {
    const queueWith = (maxReceiveCount: number, deferral?: Deferral) => {
      const stack = newStack();
      const deadLetterQueue = { queue: new sqs.Queue(stack, 'Dead', { fifo: true }), maxReceiveCount };
      const queue = new sqs.Queue(stack, 'Queue', { fifo: true, deadLetterQueue, visibilityTimeout: Duration.hours(1) });
      pipe(stack, 'Pipe', { ...targetOf(guarded(stack, 'Fn', { deferral })), source: queue.queueArn });
      return stack;
    };
    expect(synthError(queueWith(12))).toContain(
      "events of 'Orders/Queue/Resource' are left there during a maintenance window, but its maxReceiveCount of 12 sends them to the dead-letter queue " +
        'within longestWindow (43200 s), one receive each 3600 s: raise maxReceiveCount to 13 or more, or set deferral.pipe to DeferralAction.DEFER',
    );
    synth(queueWith(13));
    synth(queueWith(12, { pipe: DeferralAction.DEFER }));
  });

  test('of which the pipe gives up records is an error', () => {
    const stack = newStack();
    const stream = new kinesis.Stream(stack, 'Stream');
    const table = new dynamodb.Table(stack, 'Table', {
      partitionKey: { name: 'id', type: dynamodb.AttributeType.STRING },
      stream: dynamodb.StreamViewType.NEW_IMAGE,
    });
    const start = { startingPosition: 'LATEST' };
    pipe(stack, 'Retries', {
      ...targetOf(guarded(stack, 'First')),
      source: stream.streamArn,
      sourceParameters: { kinesisStreamParameters: { ...start, maximumRetryAttempts: 2 } },
    });
    pipe(stack, 'Age', {
      ...targetOf(guarded(stack, 'Second')),
      source: table.tableStreamArn!,
      sourceParameters: { dynamoDbStreamParameters: { ...start, maximumRecordAgeInSeconds: 60 } },
    });
    const error = synthError(stack);
    expect(error).toContain("events of 'Orders/Stream/Resource' are left there during a maintenance window, but maximumRetryAttempts 2 are used up");
    expect(error).toContain("events of 'Orders/Table/Resource' are left there during a maintenance window, but maximumRecordAgeInSeconds of 60 s");
  });

  test('that forgets within longestWindow is an error, and for an enrichment there is no deferring', () => {
    const stack = newStack();
    const maintenanceWindow = new MaintenanceWindow(stack, 'Window', { longestWindow: Duration.hours(24) });
    const fn = guarded(stack, 'Fn', { maintenanceWindow });
    pipe(stack, 'Pipe', { enrichment: fn.functionArn, source: new kinesis.Stream(stack, 'Stream').streamArn });
    expect(synthError(stack)).toContain(
      "events of 'Orders/Stream/Resource' are left there during a maintenance window, but the stream's retention of 86400 s is no longer than " +
        'longestWindow (86400 s): raise the retention, or shorten longestWindow of the maintenance window',
    );
  });

  test('is not judged when nothing is left to it', () => {
    const stack = newStack();
    const source = new kinesis.Stream(stack, 'Stream').streamArn;
    const sourceParameters = { kinesisStreamParameters: { startingPosition: 'LATEST', maximumRetryAttempts: 2 } };
    pipe(stack, 'Forgets', { ...targetOf(guarded(stack, 'Fn'), FIRE_AND_FORGET), source, sourceParameters });
    pipe(stack, 'Other', { source, sourceParameters });
    synth(stack);
  });
});

test('a pipe that depends on a version is read without its logical id, which is made of what the pipe decides on', () => {
  const stack = newStack();
  const fn = guarded(stack, 'Fn');
  const pipe = new pipes.CfnPipe(stack, 'Pipe', {
    roleArn: 'arn:aws:iam::111122223333:role/pipe',
    source: 'arn:aws:sqs:eu-west-1:111122223333:source',
    target: fn.currentVersion.functionArn,
  });
  pipe.node.addDependency(fn.currentVersion);
  expect(JSON.stringify(resourceOf(fn).Properties.Environment)).toContain('LEAVE');
});
