import { App, CfnParameter, Duration, Stack, Stage } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kinesis from 'aws-cdk-lib/aws-kinesis';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sqs from 'aws-cdk-lib/aws-sqs';

import { DeferralAction } from '../../../../src';
import { BASIC, guarded } from '../app';
import { ACCOUNT, declare, NAME, PLACES, stacks, visibilityStatements, warningsOf } from '../declared';

test("a role that can't be changed is told of the queue of another stack", () => {
  const { app, stack, other } = stacks();
  const role = iam.Role.fromRoleArn(stack, 'Role', `arn:aws:iam::${ACCOUNT}:role/fixed`, { mutable: false });
  const fn = guarded(stack, 'Fn', { role });
  const queue = new sqs.Queue(other, 'Queue', { fifo: true });
  declare({ app, fn, stack: other, origin: other, functionName: fn.functionArn }, { arn: queue.queueArn, literal: '' }, {});
  expect(() => app.synth()).toThrow(/no policy that synth can see .*role\/fixed[^]*sqs:ChangeMessageVisibility[^]*Queue/);
});

describe('in another stage', () => {
  /** Each stage has a function of the same name; the mapping is beside one and means another one by an ARN. */
  const staged = (queueName: string | undefined, maxReceiveCount: number, functionName: string, own = false) => {
    const app = new App();
    const [one, other] = [new Stage(app, 'One'), new Stage(app, 'Other')];
    const fn = guarded(new Stack(one, 'Orders'), 'Fn', { functionName: NAME });
    const stack = new Stack(other, 'Mappings');
    if (own) {
      new lambda.Function(stack, 'Fn', { ...BASIC, functionName: NAME });
    }
    const declared = { app, fn, stack, origin: stack, functionName };
    const deadLetterQueue = { queue: new sqs.Queue(stack, 'Dead', { fifo: true }), maxReceiveCount };
    declare(declared, { arn: new sqs.Queue(stack, 'Queue', { fifo: true, queueName, deadLetterQueue }).queueArn, literal: '' }, {});
    return declared;
  };

  test('a mapping is found by the name of the function, and its queue is hidden by its own', () => {
    expect(() => staged('orders.fifo', 3, NAME).app.synth()).toThrow('maxReceiveCount of 3');
    expect(visibilityStatements(staged('orders.fifo', 25, NAME))).toEqual([
      expect.objectContaining({
        Resource: {
          'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':sqs:', { Ref: 'AWS::Region' }, ':', { Ref: 'AWS::AccountId' }, ':orders.fifo']],
        },
      }),
    ]);
  });

  test('a queue without a name is judged by its own visibility timeout, with a warning', () => {
    expect(() => staged(undefined, 3, NAME).app.synth()).toThrow('one receive each 30 s');
    const { app, fn } = staged(undefined, 1441, NAME);
    app.synth();
    expect(warningsOf(fn)).toContainEqual(
      expect.stringMatching(/leaves in 'Other\/Mappings\/Queue\/Resource' shows again .* give the queue a queueName/),
    );
  });

  test('a function of the same name there is the one that is meant', () => {
    const { app, fn } = staged('orders.fifo', 3, NAME, true);
    app.synth();
    expect(warningsOf(fn)).not.toContainEqual(expect.stringContaining('queue'));
  });
});

describe('a source that only the deployment knows', () => {
  const unknown = (settings: Record<string, unknown>, options: object = {}) => {
    const { app, stack } = stacks();
    const fn = guarded(stack, 'Fn', options);
    const arn = new CfnParameter(stack, 'Source').valueAsString;
    const declared = { app, fn, stack, origin: stack, functionName: fn.functionArn };
    declare(declared, { arn, literal: '' }, settings);
    return declared;
  };

  test.each([
    ['a stream', { StartingPosition: 'LATEST' }, 'kinesis'],
    ['Kafka', { StartingPosition: 'LATEST', Topics: ['orders'] }, 'kafka'],
    ['DocumentDB', { StartingPosition: 'LATEST', DocumentDBEventSourceConfig: { DatabaseName: 'orders' } }, 'documentdbStream'],
    ['MQ', { Queues: ['orders'] }, 'mq'],
  ])('is judged as %s by its settings', (_, settings, deferral) => {
    expect(() => unknown({ ...settings, MaximumRetryAttempts: 2 }).app.synth()).toThrow(
      new RegExp(`retryAttempts 2 are used up before longestWindow .* or set deferral\\.${deferral} to DeferralAction\\.DEFER`),
    );
  });

  test('may be a FIFO queue, whose messages the role may hide, and is a warning', () => {
    const declared = unknown({});
    expect(visibilityStatements(declared)).toHaveLength(1);
    expect(warningsOf(declared.fn)).toContainEqual(
      expect.stringContaining(
        "only the deployment knows which queue or stream 'Orders/Mapping' reads, so that its maxReceiveCount and its retention",
      ),
    );
  });

  test('is none where its events are deferred', () => {
    const { app, fn } = unknown({}, { deferral: { sqsFifo: DeferralAction.DEFER } });
    app.synth();
    expect(warningsOf(fn)).not.toContainEqual(expect.stringContaining('only the deployment knows'));
  });
});

test('a consumer of a Kinesis stream is judged as the stream is', () => {
  const declared = PLACES['in another stack']();
  const stream = new kinesis.Stream(declared.origin, 'Stream', { retentionPeriod: Duration.hours(24) });
  const consumer = new kinesis.CfnStreamConsumer(declared.origin, 'Consumer', { consumerName: 'fn', streamArn: stream.streamArn });
  declare(declared, { arn: consumer.attrConsumerArn, literal: '' }, { StartingPosition: 'LATEST', MaximumRetryAttempts: 2 });
  expect(() => declared.app.synth()).toThrow(/'Other\/Stream\/Resource' .* retryAttempts 2/);
});

describe('what escape hatches make of it counts', () => {
  test('for a mapping', () => {
    const declared = PLACES['in another stack']();
    const stream = new kinesis.Stream(declared.origin, 'Stream');
    const properties = { functionName: String(declared.functionName), eventSourceArn: stream.streamArn, startingPosition: 'LATEST' };
    const mapping = new lambda.CfnEventSourceMapping(declared.stack, 'Mapping', { ...properties, maximumRetryAttempts: 2 });
    expect(() => declared.app.synth({ force: true })).toThrow('retryAttempts 2');
    mapping.addPropertyDeletionOverride('MaximumRetryAttempts');
    declared.app.synth({ force: true });
    mapping.addPropertyOverride('MaximumRetryAttempts', '3');
    expect(() => declared.app.synth({ force: true })).toThrow('retryAttempts 3');
  });

  test('for a queue', () => {
    const declared = PLACES['in another stack']();
    const deadLetterQueue = { queue: new sqs.Queue(declared.origin, 'Dead', { fifo: true }), maxReceiveCount: 25 };
    const queue = new sqs.Queue(declared.origin, 'Queue', { fifo: true, deadLetterQueue });
    declare(declared, { arn: queue.queueArn, literal: '' }, {});
    declared.app.synth({ force: true });
    const resource = queue.node.defaultChild as sqs.CfnQueue;
    resource.addPropertyOverride('RedrivePolicy.maxReceiveCount', 4);
    expect(() => declared.app.synth({ force: true })).toThrow('maxReceiveCount of 4');
    resource.addPropertyDeletionOverride('RedrivePolicy');
    declared.app.synth({ force: true });
  });
});
