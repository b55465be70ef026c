import { App, CfnParameter, Duration, Stack } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as kinesis from 'aws-cdk-lib/aws-kinesis';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { KinesisEventSource, SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import * as sqs from 'aws-cdk-lib/aws-sqs';

import { DeferralAction, MaintenanceWindow, type MaintenanceWindowFunctionProps } from '../../../../src';
import { guarded, newStack, statements, synthError } from '../app';

const START = { startingPosition: lambda.StartingPosition.LATEST };

function queueWith(props: sqs.QueueProps & { maxReceiveCount?: number }, options: Partial<MaintenanceWindowFunctionProps> = {}): Stack {
  const stack = newStack();
  const { maxReceiveCount, ...rest } = props;
  const deadLetterQueue = maxReceiveCount === undefined ? undefined : { queue: new sqs.Queue(stack, 'Dead', { fifo: rest.fifo }), maxReceiveCount };
  guarded(stack, 'Fn', options).addEventSource(new SqsEventSource(new sqs.Queue(stack, 'Queue', { ...rest, deadLetterQueue })));
  return stack;
}

function streamWith(props: object, options: Partial<MaintenanceWindowFunctionProps> = {}, retention?: Duration): Stack {
  const stack = newStack();
  const stream = new kinesis.Stream(stack, 'Stream', { retentionPeriod: retention });
  guarded(stack, 'Fn', options).addEventSource(new KinesisEventSource(stream, { ...START, ...props }));
  return stack;
}

function synth(stack: Stack): void {
  (stack.node.root as App).synth();
}

describe('a FIFO queue', () => {
  test('whose messages go to its dead-letter queue within longestWindow is an error with the remedies', () => {
    expect(synthError(queueWith({ fifo: true, maxReceiveCount: 24 }))).toContain(
      "[Orders/Fn] events of 'Orders/Queue/Resource' are left there during a maintenance window, but its maxReceiveCount of 24 sends them to the " +
        'dead-letter queue within longestWindow (43200 s), one receive each 1800 s: raise maxReceiveCount to 25 or more, or set deferral.sqsFifo to ' +
        'DeferralAction.DEFER, or shorten longestWindow of the maintenance window',
    );
  });

  test('with receives enough, or without a dead-letter queue, is none', () => {
    synth(queueWith({ fifo: true, maxReceiveCount: 25 }));
    synth(queueWith({ fifo: true }));
  });

  test('is measured by fifoVisibilityTimeout and longestWindow', () => {
    synth(queueWith({ fifo: true, maxReceiveCount: 13 }, { fifoVisibilityTimeout: Duration.hours(1) }));
    expect(synthError(queueWith({ fifo: true, maxReceiveCount: 12 }, { fifoVisibilityTimeout: Duration.hours(1) }))).toContain(
      'raise maxReceiveCount to 13 or more',
    );
    const stack = newStack();
    const deadLetterQueue = { queue: new sqs.Queue(stack, 'Dead', { fifo: true }), maxReceiveCount: 3 };
    const maintenanceWindow = new MaintenanceWindow(stack, 'Window', { longestWindow: Duration.hours(1) });
    guarded(stack, 'Fn', { maintenanceWindow }).addEventSource(new SqsEventSource(new sqs.Queue(stack, 'Queue', { fifo: true, deadLetterQueue })));
    synth(stack);
  });

  test('that forgets within longestWindow is an error', () => {
    expect(synthError(queueWith({ fifo: true, retentionPeriod: Duration.hours(12) }))).toContain(
      'its retention of 43200 s is no longer than longestWindow (43200 s): raise it, or set deferral.sqsFifo',
    );
  });

  test('whose events are deferred instead needs neither', () => {
    synth(queueWith({ fifo: true, maxReceiveCount: 1 }, { deferral: { sqsFifo: DeferralAction.DEFER } }));
  });
});

describe('a standard queue', () => {
  test('is deferred and needs nothing', () => synth(queueWith({ maxReceiveCount: 1 })));

  test('that is left is measured by its visibility timeout', () => {
    const leave = { deferral: { sqs: DeferralAction.LEAVE } };
    expect(synthError(queueWith({ maxReceiveCount: 100 }, leave))).toContain('one receive each 30 s: raise maxReceiveCount to 1441 or more');
    synth(queueWith({ maxReceiveCount: 13, visibilityTimeout: Duration.hours(1) }, leave));
  });

  test('is not judged by what only the deployment knows', () => {
    const stack = newStack();
    const seconds = Duration.seconds(new CfnParameter(stack, 'Seconds', { type: 'Number' }).valueAsNumber);
    const deadLetterQueue = { queue: new sqs.Queue(stack, 'Dead'), maxReceiveCount: 3 };
    const queue = new sqs.Queue(stack, 'Queue', { deadLetterQueue, visibilityTimeout: seconds });
    guarded(stack, 'Fn', { deferral: { sqs: DeferralAction.LEAVE } }).addEventSource(new SqsEventSource(queue));
    synth(stack);
  });
});

describe('a stream', () => {
  test('whose mapping keeps its records as long as the stream does is none', () => {
    synth(streamWith({}));
    synth(streamWith({ maxRecordAge: Duration.days(1), retryAttempts: undefined }));
  });

  test('whose mapping gives up is an error', () => {
    expect(synthError(streamWith({ retryAttempts: 10_000 }))).toContain(
      "events of 'Orders/Stream/Resource' are left there during a maintenance window, but retryAttempts 10000 are used up before longestWindow " +
        '(43200 s) is over: leave retryAttempts out, or set deferral.kinesis to DeferralAction.DEFER',
    );
    expect(synthError(streamWith({ maxRecordAge: Duration.hours(12) }))).toContain(
      'maxRecordAge of 43200 s is no longer than longestWindow (43200 s)',
    );
  });

  test('that forgets within longestWindow is an error', () => {
    const stack = newStack();
    const maintenanceWindow = new MaintenanceWindow(stack, 'Window', { longestWindow: Duration.hours(24) });
    const table = new dynamodb.Table(stack, 'Table', {
      partitionKey: { name: 'id', type: dynamodb.AttributeType.STRING },
      stream: dynamodb.StreamViewType.NEW_IMAGE,
    });
    const fn = guarded(stack, 'Fn', { maintenanceWindow });
    fn.addEventSourceMapping('Table', { ...START, eventSourceArn: table.tableStreamArn });
    fn.addEventSource(new KinesisEventSource(new kinesis.Stream(stack, 'Stream'), START));
    fn.addEventSource(new KinesisEventSource(new kinesis.Stream(stack, 'Long', { retentionPeriod: Duration.days(7) }), START));
    const error = synthError(stack);
    expect(error).toMatch(/'Orders\/Table\/Resource'.*retention of 86400 s.*deferral\.dynamodbStream/);
    expect(error).toMatch(/'Orders\/Stream\/Resource'.*retention of 86400 s.*deferral\.kinesis/);
    expect(error).not.toContain('Orders/Long');
  });

  test('that is only named is judged by its mapping', () => {
    const stack = newStack();
    guarded(stack, 'Fn').addEventSourceMapping('Named', {
      ...START,
      retryAttempts: 3,
      eventSourceArn: 'arn:aws:kinesis:eu-west-1:111111111111:stream/named',
    });
    expect(synthError(stack)).toContain("events of 'Orders/Fn/Named/Resource' are left there during a maintenance window, but retryAttempts 3");
  });

  test.each([
    ['Kafka', { eventSourceArn: 'arn:aws:kafka:eu-west-1:111111111111:cluster/c/1', kafkaTopic: 'topic' }, 'deferral.kafka'],
    ['self-managed Kafka', { kafkaBootstrapServers: ['broker:9092'], kafkaTopic: 'topic' }, 'deferral.kafka'],
    ['MQ', { eventSourceArn: 'arn:aws:mq:eu-west-1:111111111111:broker:b:1' }, 'deferral.mq'],
    ['DocumentDB', { eventSourceArn: 'arn:aws:rds:eu-west-1:111111111111:cluster:c' }, 'deferral.documentdbStream'],
  ])('of %s is judged too', (_, source, remedy) => {
    const stack = newStack();
    guarded(stack, 'Fn').addEventSourceMapping('Named', { ...START, ...source, retryAttempts: 3 });
    expect(synthError(stack)).toContain(remedy);
  });
});

test('mappings of an alias are judged', () => {
  const stack = newStack();
  const alias = new lambda.Alias(stack, 'Live', { aliasName: 'live', version: guarded(stack, 'Fn').currentVersion });
  alias.addEventSource(new KinesisEventSource(new kinesis.Stream(stack, 'Stream'), { ...START, retryAttempts: 1 }));
  expect(synthError(stack)).toContain('retryAttempts 1');
});

test('mappings of other functions are not', () => {
  const stack = newStack();
  guarded(stack, 'Fn');
  const other = new lambda.Function(stack, 'Other', { runtime: lambda.Runtime.NODEJS_22_X, handler: 'i.h', code: lambda.Code.fromInline('x') });
  other.addEventSource(new KinesisEventSource(new kinesis.Stream(stack, 'Stream'), { ...START, retryAttempts: 1 }));
  synth(stack);
});

describe('a mapping in another stack', () => {
  test('is judged like any other', () => {
    const app = new App();
    const [stack, other] = [new Stack(app, 'Orders'), new Stack(app, 'Streams')];
    const target = guarded(stack, 'Fn');
    const eventSourceArn = new kinesis.Stream(other, 'Stream').streamArn;
    new lambda.EventSourceMapping(other, 'Mapping', { target, eventSourceArn, ...START, retryAttempts: 2 });
    expect(synthError(stack)).toContain("events of 'Streams/Stream/Resource' are left there during a maintenance window, but retryAttempts 2");
  });

  const fifo = (queueIsApart: boolean, maxReceiveCount: number) => {
    const app = new App();
    const [stack, other] = [new Stack(app, 'Orders'), new Stack(app, 'Mappings')];
    const scope = queueIsApart ? other : stack;
    const deadLetterQueue = { queue: new sqs.Queue(scope, 'Dead', { fifo: true }), maxReceiveCount };
    const queue = new sqs.Queue(scope, 'Queue', { fifo: true, visibilityTimeout: Duration.hours(1), deadLetterQueue });
    new lambda.EventSourceMapping(other, 'Mapping', { target: guarded(stack, 'Fn'), eventSourceArn: queue.queueArn });
    return stack;
  };
  const visibility = (stack: Stack, roleId: RegExp) => {
    return statements(stack, roleId).filter(({ Action: action }) => String(action).includes('Visibility'));
  };

  test('of a FIFO queue there is hidden by a policy there, for a reference from the role to the queue would be a circle of stacks', () => {
    expect(synthError(fifo(true, 12))).toContain('one receive each 1800 s: raise maxReceiveCount to 25 or more');
    const stack = fifo(true, 25);
    const mappings = stack.node.root.node.findChild('Mappings') as Stack;
    expect(visibility(mappings, /^MappingHideMessages/)).toHaveLength(1);
    expect(visibility(stack, /^FnServiceRoleDefaultPolicy/)).toEqual([]);
  });

  test("of a FIFO queue in the function's stack is hidden as ever", () => {
    expect(synthError(fifo(false, 12))).toContain('one receive each 1800 s: raise maxReceiveCount to 25 or more');
    expect(visibility(fifo(false, 25), /^FnServiceRoleDefaultPolicy/)).toHaveLength(1);
  });
});

describe('a tumbling window', () => {
  const windowed = (action?: DeferralAction, tumblingWindow?: Duration) => {
    return streamWith({ tumblingWindow }, { deferral: { kinesis: action } });
  };

  test('is not deferred: its state would be lost', () => {
    expect(synthError(windowed(DeferralAction.DEFER, Duration.minutes(2)))).toMatch(
      /deferral\.kinesis can't be DEFER: batches of 'Orders\/Fn\/KinesisEventSource:\S+' hand on the state of a tumbling window, which a deferred batch would lose/,
    );
  });

  test('is left as it is, or runs', () => {
    synth(windowed(undefined, Duration.minutes(2)));
    synth(windowed(DeferralAction.RUN, Duration.minutes(2)));
    synth(windowed(DeferralAction.DEFER));
  });
});
