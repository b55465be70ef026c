import { App, Duration, type Stack } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as destinations from 'aws-cdk-lib/aws-lambda-destinations';
import { SnsEventSource, SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as s3n from 'aws-cdk-lib/aws-s3-notifications';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sqs from 'aws-cdk-lib/aws-sqs';

import type { MaintenanceWindowFunction, MaintenanceWindowFunctionProps } from '../../../../src';
import { guarded, newStack, synthError, warnings } from '../app';

const destination = (stack: Stack) => new destinations.SqsDestination(new sqs.Queue(stack, 'Destination'));
const patient = (stack: Stack, props: Partial<MaintenanceWindowFunctionProps> = {}) =>
  guarded(stack, 'Fn', { timeout: Duration.seconds(30), ...props });

describe('an onSuccess destination', () => {
  test('is an error: it would be told of deferrals as successes', () => {
    const stack = newStack();
    patient(stack, { onSuccess: destination(stack) });
    expect(synthError(stack)).toMatch(
      /\[Orders\/Fn\] the onSuccess destination would receive, beside the results of replays, a record .*set onSuccessSeesDeferrals to true/,
    );
  });

  test('is an error when it is added later, or to an alias', () => {
    const [later, alias] = [newStack(), newStack()];
    patient(later).configureAsyncInvoke({ onSuccess: destination(later) });
    new lambda.Alias(alias, 'Live', { aliasName: 'live', version: patient(alias).currentVersion, onSuccess: destination(alias) });
    expect(synthError(later)).toContain('onSuccess');
    expect(synthError(alias)).toContain('onSuccess');
  });

  test('is none when its consumers know', () => {
    const stack = newStack();
    patient(stack, { onSuccess: destination(stack), onSuccessSeesDeferrals: true });
    expect(warnings(stack)).toEqual([]);
  });
});

describe('an asynchronous source without a place for failures', () => {
  test.each<[string, string, (fn: MaintenanceWindowFunction, stack: Stack) => void]>([
    [
      'S3',
      's3.amazonaws.com',
      (fn, stack) => {
        new s3.Bucket(stack, 'Bucket').addEventNotification(s3.EventType.OBJECT_CREATED, new s3n.LambdaDestination(fn));
      },
    ],
    ['SNS', 'sns.amazonaws.com', (fn, stack) => fn.addEventSource(new SnsEventSource(new sns.Topic(stack, 'Topic')))],
    [
      'EventBridge',
      'events.amazonaws.com',
      (fn, stack) => {
        new events.Rule(stack, 'Rule', { schedule: events.Schedule.rate(Duration.hours(1)), targets: [new targets.LambdaFunction(fn)] });
      },
    ],
    [
      'EventBridge to an alias',
      'events.amazonaws.com',
      (fn, stack) => {
        const alias = fn.addAlias('live');
        new events.Rule(stack, 'Rule', { schedule: events.Schedule.rate(Duration.hours(1)), targets: [new targets.LambdaFunction(alias)] });
      },
    ],
  ])('%s is a warning', (_, principal, connect) => {
    const stack = newStack();
    connect(patient(stack), stack);
    expect(warnings(stack)).toEqual([
      expect.stringMatching(new RegExp(`^${principal} invokes.*\\[ack: cdk-patient-lambda:noFailureDestination\\]$`)),
    ]);
  });

  test('is none with a dead-letter queue or an onFailure destination', () => {
    const [queue, failure] = [newStack(), newStack()];
    patient(queue, { deadLetterQueueEnabled: true }).addEventSource(new SnsEventSource(new sns.Topic(queue, 'Topic')));
    patient(failure, { onFailure: destination(failure) }).addEventSource(new SnsEventSource(new sns.Topic(failure, 'Topic')));
    expect([...warnings(queue), ...warnings(failure)]).toEqual([]);
  });

  test("is none for sources that keep their events, nor for another function's", () => {
    const stack = newStack();
    patient(stack).addEventSource(new SqsEventSource(new sqs.Queue(stack, 'Queue')));
    const other = new lambda.Function(stack, 'Other', { runtime: lambda.Runtime.NODEJS_22_X, handler: 'i.h', code: lambda.Code.fromInline('x') });
    other.addEventSource(new SnsEventSource(new sns.Topic(stack, 'Topic')));
    expect(warnings(stack)).toEqual([]);
  });
});

test('both are judged once for each app, however often it is synthesized', () => {
  const stack = newStack();
  patient(stack).addEventSource(new SnsEventSource(new sns.Topic(stack, 'Topic')));
  (stack.node.root as App).synth();
  (stack.node.root as App).synth({ force: true });
  expect(warnings(stack)).toHaveLength(1);
});
