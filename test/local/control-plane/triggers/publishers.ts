/** Rows of the trigger table whose services tell functions what has happened. */
import { gunzipSync } from 'node:zlib';

import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
  PutSubscriptionFilterCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { EventBridgeClient, PutEventsCommand, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { CreateBucketCommand, PutBucketNotificationConfigurationCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { CreateTopicCommand, PublishCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';

import { botocore } from '../harness';
import { from, type Row } from './row';

export const publishers: Readonly<Record<string, Row>> = {
  sns: async ({ bed, live }) => {
    const sns = new SNSClient(bed.clientConfig);
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'news' }));
    const { SubscriptionArn } = await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'lambda', Endpoint: live, ReturnSubscriptionArn: true }));
    const { MessageId } = await sns.send(
      new PublishCommand({
        TopicArn,
        Message: 'extra',
        MessageAttributes: { kind: { DataType: 'String', StringValue: 'late' } },
      }),
    );
    const handed = await bed.recorder.next(from('sns'));
    expect(handed.event).toEqual({
      Records: [
        {
          EventSource: 'aws:sns',
          EventVersion: '1.0',
          EventSubscriptionArn: SubscriptionArn,
          Sns: {
            Type: 'Notification',
            MessageId,
            TopicArn,
            Subject: null,
            Message: 'extra',
            Timestamp: expect.any(String),
            SignatureVersion: '1',
            Signature: expect.any(String),
            SigningCertUrl: expect.any(String),
            UnsubscribeUrl: expect.any(String),
            MessageAttributes: { kind: { Type: 'String', Value: 'late' } },
          },
        },
      ],
    });
    expect(handed.function).toBe(live);
    return handed;
  },
  s3: async ({ bed, live }) => {
    const s3 = new S3Client({ ...bed.clientConfig, forcePathStyle: true });
    await s3.send(new CreateBucketCommand({ Bucket: 'letters' }));
    await s3.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket: 'letters',
        NotificationConfiguration: { LambdaFunctionConfigurations: [{ LambdaFunctionArn: live, Events: ['s3:ObjectCreated:*'] }] },
      }),
    );
    const { ETag } = await s3.send(new PutObjectCommand({ Bucket: 'letters', Key: 'a b.txt', Body: 'dear' }));
    const handed = await bed.recorder.next(from('s3'));
    expect(handed.event.Records[0]).toMatchObject({
      eventSource: 'aws:s3',
      eventName: 'ObjectCreated:Put',
      s3: { bucket: { name: 'letters', arn: 'arn:aws:s3:::letters' }, object: { key: 'a+b.txt', size: 4, eTag: ETag!.replaceAll('"', '') } },
    });
    expect(handed.function).toBe(live);
    return handed;
  },
  events: async ({ bed, live }) => {
    const events = new EventBridgeClient(bed.clientConfig);
    const { RuleArn } = await events.send(new PutRuleCommand({ Name: 'bell', EventPattern: JSON.stringify({ source: ['door'] }) }));
    expect(RuleArn).toContain('rule/bell');
    await events.send(new PutTargetsCommand({ Rule: 'bell', Targets: [{ Id: 't', Arn: live }] }));
    const { Entries } = await events.send(new PutEventsCommand({ Entries: [{ Source: 'door', DetailType: 'rang', Detail: '{"times":2}' }] }));
    const handed = await bed.recorder.next(from('events'));
    expect(handed.event).toMatchObject({
      'version': '0',
      'id': Entries![0].EventId,
      'source': 'door',
      'detail-type': 'rang',
      'detail': { times: 2 },
      'region': 'us-east-1',
    });
    expect(handed.function).toBe(live);
    return handed;
  },
  scheduler: async ({ bed, live }) => {
    const soon = new Date(Date.now() + 1000).toISOString().slice(0, 19);
    await new SchedulerClient(bed.clientConfig).send(
      new CreateScheduleCommand({
        Name: 'tick',
        ScheduleExpression: `at(${soon})`,
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: { Arn: live, RoleArn: 'arn:aws:iam::000000000000:role/any', Input: '{"tick": 1}' },
      }),
    );
    const handed = await bed.recorder.next(from('scheduler'));
    expect(handed.body.toString()).toBe('{"tick": 1}');
    expect(handed.function).toBe(live);
    return handed;
  },
  logs: async ({ bed, live }) => {
    const logs = new CloudWatchLogsClient(bed.clientConfig);
    await logs.send(new CreateLogGroupCommand({ logGroupName: '/some/app' }));
    await logs.send(new CreateLogStreamCommand({ logGroupName: '/some/app', logStreamName: 'one' }));
    await logs.send(
      new PutSubscriptionFilterCommand({ logGroupName: '/some/app', filterName: 'errors', filterPattern: 'ERROR', destinationArn: live }),
    );
    const at = Date.now();
    await logs.send(
      new PutLogEventsCommand({
        logGroupName: '/some/app',
        logStreamName: 'one',
        logEvents: [
          { timestamp: at, message: 'all well' },
          { timestamp: at, message: 'ERROR smoke' },
        ],
      }),
    );
    const handed = await bed.recorder.next(from('logs'));
    expect(JSON.parse(gunzipSync(Buffer.from(handed.event.awslogs.data, 'base64')).toString())).toEqual({
      messageType: 'DATA_MESSAGE',
      owner: '000000000000',
      logGroup: '/some/app',
      logStream: 'one',
      subscriptionFilters: ['errors'],
      logEvents: [{ id: expect.any(String), timestamp: at, message: 'ERROR smoke' }],
    });
    expect(handed.function).toBe(live);
    return handed;
  },
  iot: async ({ bed, live }) => {
    await botocore(bed, 'iot', 'create_topic_rule', {
      ruleName: 'warm',
      topicRulePayload: { sql: "SELECT * FROM 'house/+'", awsIotSqlVersion: '2016-03-23', actions: [{ lambda: { functionArn: live } }] },
    });
    await botocore(bed, 'iot-data', 'publish', { topic: 'house/kitchen', qos: 1, payload: '{"degrees":21}' });
    const handed = await bed.recorder.next(from('iot'));
    expect(handed.event).toEqual({ degrees: 21 });
    expect(handed.function).toBe(live);
    return handed;
  },
};
