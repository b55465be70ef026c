/** The trace header of a function's request reaches the functions that the request starts, through SQS, SNS and S3 alone. */
import { EventBridgeClient, PutEventsCommand, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { CreateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { CreateBucketCommand, PutBucketNotificationConfigurationCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateTopicCommand, PublishCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, SendMessageBatchCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';

import { Harness } from './harness';

const TRACE = 'Root=1-00000000-000000000000000000000000;Parent=0000000000000000;Sampled=0;Lineage=1:abcdef01:3';
let bed: Harness;
let fn: string;

beforeAll(async () => {
  bed = await Harness.open();
  fn = await bed.createFunction('next');
}, 300_000);
afterAll(() => bed?.close());

/** What the SDK does within a function. */
function traced<T extends { middlewareStack: { add: (...args: any[]) => void } }>(client: T): T {
  client.middlewareStack.add(
    (next: any) => (args: any) => {
      args.request.headers['X-Amzn-Trace-Id'] = TRACE;
      return next(args);
    },
    { step: 'build' },
  );
  return client;
}

const traceOf = async (door: string) => (await bed.recorder.next((handed) => handed.door === door)).headers['x-amzn-trace-id'];

it.each([
  ['SendMessage', true],
  ['SendMessageBatch', false],
])('through SQS by %s', async (what, single) => {
  const sqs = traced(new SQSClient(bed.clientConfig));
  bed.recorder.handed.length = 0;
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: what }));
  await bed.lambda.send(new CreateEventSourceMappingCommand({ FunctionName: fn, EventSourceArn: `arn:aws:sqs:us-east-1:000000000000:${what}` }));
  await (single
    ? sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'on' }))
    : sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries: [{ Id: 'a', MessageBody: 'on' }] })));
  expect(await traceOf('sqs')).toBe(TRACE);
});

it('through SNS', async () => {
  const sns = traced(new SNSClient(bed.clientConfig));
  const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'loud' }));
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'lambda', Endpoint: fn }));
  await sns.send(new PublishCommand({ TopicArn, Message: 'on' }));
  expect(await traceOf('sns')).toBe(TRACE);
});

it('through S3', async () => {
  const s3 = traced(new S3Client({ ...bed.clientConfig, forcePathStyle: true }));
  await s3.send(new CreateBucketCommand({ Bucket: 'loop' }));
  await s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket: 'loop',
      NotificationConfiguration: { LambdaFunctionConfigurations: [{ LambdaFunctionArn: fn, Events: ['s3:ObjectCreated:*'] }] },
    }),
  );
  await s3.send(new PutObjectCommand({ Bucket: 'loop', Key: 'k', Body: 'on' }));
  expect(await traceOf('s3')).toBe(TRACE);
});

it('not through EventBridge, where Lambda sees no loops', async () => {
  const events = traced(new EventBridgeClient(bed.clientConfig));
  await events.send(new PutRuleCommand({ Name: 'r', EventPattern: '{"source":["me"]}' }));
  await events.send(new PutTargetsCommand({ Rule: 'r', Targets: [{ Id: 't', Arn: fn }] }));
  await events.send(new PutEventsCommand({ Entries: [{ Source: 'me', DetailType: 'd', Detail: '{}' }] }));
  expect(await traceOf('events')).toBeUndefined();
});
