/** One fidelity test for each row of the trigger table: caused through the public API, seen where the data plane is. */
import * as http from 'node:http';
import { gunzipSync } from 'node:zlib';

import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
  PutSubscriptionFilterCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { CreateTableCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import {
  CreateAliasCommand,
  CreateEventSourceMappingCommand,
  CreateFunctionUrlConfigCommand,
  InvokeCommand,
  PublishVersionCommand,
} from '@aws-sdk/client-lambda';
import { CreateBucketCommand, PutBucketNotificationConfigurationCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { CreateTopicCommand, PublishCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';

import table from '../../../local/control-plane/triggers.json';
import { botocore, type Handed, Harness } from './harness';

let bed: Harness;
/** The unqualified ARN and that of an alias of version 1. */
let fn: string;
let live: string;

beforeAll(async () => {
  bed = await Harness.open();
  fn = await bed.createFunction('listener');
  await bed.lambda.send(new PublishVersionCommand({ FunctionName: 'listener' }));
  live = (await bed.lambda.send(new CreateAliasCommand({ FunctionName: 'listener', Name: 'live', FunctionVersion: '1' }))).AliasArn!;
}, 300_000);

afterAll(() => bed?.close());
beforeEach(() => {
  bed.recorder.handed.length = 0;
  bed.recorder.answer = () => undefined;
});

const from = (door: string) => (handed: Handed) => handed.door === door;

/** A request to the bed's address under another host name. */
function httpCall(host: string | undefined, path: string, body?: string): Promise<{ status: number; body: string }> {
  const url = new URL(bed.controlPlane.url);
  return new Promise((resolve, reject) => {
    const request = http.request(
      { host: url.hostname, port: url.port, path, method: body ? 'POST' : 'GET', headers: host ? { host } : {} },
      (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve({ status: response.statusCode!, body: text }));
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

/** Causes what the row is about, checks the event and where the answer goes, and returns what the data plane was handed. */
const rows: Record<string, () => Promise<Handed>> = {
  'invoke': async () => {
    const raw = '{ "spaced" :  1.50, "text": "\\u00e9" }';
    bed.recorder.answer = () => ({ body: '{"kept" :1.0}', headers: { 'x-amz-executed-version': '1', 'x-amz-log-result': 'bG9n' } });
    const answer = await bed.lambda.send(
      new InvokeCommand({
        FunctionName: fn,
        Qualifier: 'live',
        Payload: Buffer.from(raw),
        LogType: 'Tail',
        ClientContext: Buffer.from('{"custom":{}}').toString('base64'),
      }),
    );
    const handed = await bed.recorder.next(from('invoke'));
    expect(handed.body.toString()).toBe(raw);
    expect(handed).toMatchObject({ mode: 'RequestResponse', function: fn, qualifier: 'live' });
    expect(handed.headers).toMatchObject({ 'x-amz-log-type': 'Tail', 'x-amz-client-context': 'eyJjdXN0b20iOnt9fQ==' });
    expect(Buffer.from(answer.Payload!).toString()).toBe('{"kept" :1.0}');
    expect(answer).toMatchObject({ StatusCode: 200, ExecutedVersion: '1', LogResult: 'bG9n' });
    return handed;
  },
  'function-url': async () => {
    const { FunctionUrl } = await bed.lambda.send(
      new CreateFunctionUrlConfigCommand({ FunctionName: 'listener', Qualifier: 'live', AuthType: 'NONE' }),
    );
    bed.recorder.answer = () => ({ body: JSON.stringify({ statusCode: 418, body: 'short and stout' }) });
    const answer = await httpCall(new URL(FunctionUrl!).host, '/tea?milk=no', 'leaves');
    expect(answer).toEqual({ status: 418, body: 'short and stout' });
    const handed = await bed.recorder.next(from('function-url'));
    expect(handed.event).toMatchObject({ version: '2.0', rawPath: '/tea', rawQueryString: 'milk=no' });
    expect(handed.function).toBe(live);
    return handed;
  },
  'apigateway-rest': async () => {
    const { id } = await botocore(bed, 'apigateway', 'create_rest_api', { name: 'rest' });
    const {
      items: [{ id: root }],
    } = await botocore(bed, 'apigateway', 'get_resources', { restApiId: id });
    await botocore(bed, 'apigateway', 'put_method', { restApiId: id, resourceId: root, httpMethod: 'GET', authorizationType: 'NONE' });
    await botocore(bed, 'apigateway', 'put_integration', {
      restApiId: id,
      resourceId: root,
      httpMethod: 'GET',
      type: 'AWS_PROXY',
      integrationHttpMethod: 'POST',
      uri: `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${live}/invocations`,
    });
    await botocore(bed, 'apigateway', 'create_deployment', { restApiId: id, stageName: 'prod' });
    bed.recorder.answer = () => ({ body: JSON.stringify({ statusCode: 201, body: 'made' }) });
    const answer = await httpCall(`${id}.execute-api.${new URL(bed.controlPlane.url).host}`, '/prod/');
    expect(answer).toEqual({ status: 201, body: 'made' });
    const handed = await bed.recorder.next(from('apigateway-rest'));
    expect(handed.event).toMatchObject({ httpMethod: 'GET', path: '/', requestContext: { apiId: id } });
    expect(handed.function).toBe(live);
    return handed;
  },
  'apigateway-http': async () => {
    const { ApiId } = await botocore(bed, 'apigatewayv2', 'create_api', { Name: 'http', ProtocolType: 'HTTP' });
    const { IntegrationId } = await botocore(bed, 'apigatewayv2', 'create_integration', {
      ApiId,
      IntegrationType: 'AWS_PROXY',
      PayloadFormatVersion: '2.0',
      IntegrationUri: fn,
    });
    await botocore(bed, 'apigatewayv2', 'create_route', { ApiId, RouteKey: 'GET /', Target: `integrations/${IntegrationId}` });
    await botocore(bed, 'apigatewayv2', 'create_stage', { ApiId, StageName: '$default', AutoDeploy: true });
    bed.recorder.answer = () => ({ body: JSON.stringify({ statusCode: 200, body: 'hello' }) });
    const answer = await httpCall(`${ApiId}.execute-api.${new URL(bed.controlPlane.url).host}`, '/');
    expect(answer).toEqual({ status: 200, body: 'hello' });
    const handed = await bed.recorder.next(from('apigateway-http'));
    expect(handed.event).toMatchObject({ version: '2.0', rawPath: '/' });
    return handed;
  },
  'stepfunctions': async () => {
    const { stateMachineArn } = await botocore(bed, 'stepfunctions', 'create_state_machine', {
      name: 'machine',
      roleArn: 'arn:aws:iam::000000000000:role/any',
      definition: JSON.stringify({ StartAt: 'Task', States: { Task: { Type: 'Task', Resource: live, End: true } } }),
    });
    bed.recorder.answer = () => ({ body: '{"done":true}' });
    await botocore(bed, 'stepfunctions', 'start_execution', { stateMachineArn, input: '{"order":7}' });
    const handed = await bed.recorder.next(from('stepfunctions'));
    expect(handed.event).toEqual({ order: 7 });
    expect(handed.function).toBe(live);
    return handed;
  },
  'sqs': async () => {
    const sqs = new SQSClient(bed.clientConfig);
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'jobs' }));
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
    await bed.lambda.send(new CreateEventSourceMappingCommand({ FunctionName: live, EventSourceArn: Attributes!.QueueArn }));
    const { MessageId } = await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'grind' }));
    const handed = await bed.recorder.next(from('sqs'));
    expect(handed.event.Records).toEqual([
      expect.objectContaining({
        messageId: MessageId,
        body: 'grind',
        eventSource: 'aws:sqs',
        eventSourceARN: Attributes!.QueueArn,
        awsRegion: 'us-east-1',
        attributes: expect.objectContaining({ ApproximateReceiveCount: '1' }),
      }),
    ]);
    expect(handed.function).toBe('listener:live');
    return handed;
  },
  'kinesis': async () => {
    await botocore(bed, 'kinesis', 'create_stream', { StreamName: 'clicks', ShardCount: 1 });
    const { StreamDescription } = await botocore(bed, 'kinesis', 'describe_stream', { StreamName: 'clicks' });
    await bed.lambda.send(
      new CreateEventSourceMappingCommand({ FunctionName: live, EventSourceArn: StreamDescription.StreamARN, StartingPosition: 'TRIM_HORIZON' }),
    );
    await botocore(bed, 'kinesis', 'put_record', { StreamName: 'clicks', Data: 'here', PartitionKey: 'a' });
    const handed = await bed.recorder.next(from('kinesis'));
    expect(handed.event.Records[0]).toMatchObject({
      eventSource: 'aws:kinesis',
      kinesis: { partitionKey: 'a', data: Buffer.from('here').toString('base64') },
    });
    expect(handed.function).toBe('listener:live');
    return handed;
  },
  'dynamodb': async () => {
    const dynamodb = new DynamoDBClient(bed.clientConfig);
    const { TableDescription } = await dynamodb.send(
      new CreateTableCommand({
        TableName: 'things',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
      }),
    );
    await bed.lambda.send(
      new CreateEventSourceMappingCommand({
        FunctionName: live,
        EventSourceArn: TableDescription!.LatestStreamArn,
        StartingPosition: 'TRIM_HORIZON',
      }),
    );
    await dynamodb.send(new PutItemCommand({ TableName: 'things', Item: { id: { S: 'cup' } } }));
    const handed = await bed.recorder.next(from('dynamodb'));
    expect(handed.event.Records[0]).toMatchObject({ eventSource: 'aws:dynamodb', eventName: 'INSERT', dynamodb: { NewImage: { id: { S: 'cup' } } } });
    expect(handed.function).toBe('listener:live');
    return handed;
  },
  'sns': async () => {
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
  's3': async () => {
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
  'events': async () => {
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
  'scheduler': async () => {
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
  'cloudformation': async () => {
    await bed.createStack('Row', {
      Resources: { Thing: { Type: 'Custom::Thing', Properties: { ServiceToken: live, ServiceTimeout: 30, Count: 3, On: true } } },
    });
    const handed = await bed.recorder.next(from('cloudformation'));
    expect(handed.event).toEqual({
      RequestType: 'Create',
      ServiceToken: live,
      ResponseURL: expect.stringContaining(bed.controlPlane.url),
      StackId: expect.stringContaining(':stack/Row/'),
      RequestId: expect.any(String),
      LogicalResourceId: 'Thing',
      ResourceType: 'Custom::Thing',
      ResourceProperties: { ServiceToken: live, ServiceTimeout: '30', Count: '3', On: 'true' },
    });
    expect(handed.function).toBe(live);
    const { StackId, RequestId, LogicalResourceId, ResponseURL } = handed.event;
    const answer = { Status: 'SUCCESS', StackId, RequestId, LogicalResourceId, PhysicalResourceId: 'thing-1' };
    expect((await fetch(ResponseURL, { method: 'PUT', headers: { 'content-type': '' }, body: JSON.stringify(answer) })).status).toBe(200);
    expect((await bed.settled('Row')).StackStatus).toBe('CREATE_COMPLETE');
    return handed;
  },
  'logs': async () => {
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
  'iot': async () => {
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

/** How the data plane is asked, by the table's mode. `caller`: as Invoke's caller says, here synchronously. */
const MODE_ON_THE_WIRE: Record<string, string> = { synchronous: 'RequestResponse', asynchronous: 'Event', caller: 'RequestResponse' };

describe('the trigger table', () => {
  it.each(table.triggers)('$trigger reaches the data plane, $mode', async ({ trigger, mode }) => {
    const handed = await rows[trigger]();
    expect(handed.mode).toBe(MODE_ON_THE_WIRE[mode]);
    expect(bed.controlPlane.undelivered).toEqual([]);
  });

  it('has a fidelity test for each row and no test without a row', () => {
    expect(Object.keys(rows).sort()).toEqual(table.triggers.map((row) => row.trigger).sort());
  });
});
