/** Destinations, dead letters, logs and the recursion guard, through the control plane's own APIs and with SDKs in real functions. */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateEventBusCommand, EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import {
  CreateFunctionCommand,
  InvokeCommand,
  LambdaClient,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
} from '@aws-sdk/client-lambda';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, DeleteMessageCommand, type Message, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { strToU8, zipSync } from 'fflate';

import { ControlPlane } from '../../../local/control-plane/control-plane';
import { virtualEnvironment } from '../../../local/control-plane/virtual-environment';
import { DataPlane } from '../../../local/data-plane/data-plane';
import { SNS_MESSAGE_LIMIT } from '../../../local/data-plane/limits';
import { clientConfiguration } from '../../../local/data-plane/sdk-clients';

jest.setTimeout(120_000);

const REGION = 'us-east-1';
const ROLE = 'arn:aws:iam::000000000000:role/any';
const arn = (service: string, resource: string) => `arn:aws:${service}:${REGION}:000000000000:${resource}`;

const PYTHON = `
def handler(event, context):
    print("saw", event)
    if event.get("fail"):
        raise ValueError(event["fail"])
    return {"float": 1.0, "said": event.get("say")}
`;

let plane: DataPlane;
let controlPlane: ControlPlane;
let lambda: LambdaClient;
let sqs: SQSClient;
let sns: SNSClient;
let events: EventBridgeClient;
let logs: CloudWatchLogsClient;
const reports: string[] = [];

beforeAll(async () => {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'data-plane-'));
  const workDir = path.join(root, 'functions');
  fs.chmodSync(root, 0o755);
  fs.mkdirSync(workDir);
  const python = await virtualEnvironment({ log: () => undefined });
  plane = await DataPlane.start({ controlPlane: () => controlPlane.url, workDir, asyncTimeScale: 60, log: (line) => reports.push(line) });
  controlPlane = await ControlPlane.start({ python, root, dataPlaneUrl: plane.url, log: (line) => reports.push(line) });
  const configuration = clientConfiguration(controlPlane.url, REGION, 'test');
  lambda = new LambdaClient(configuration);
  sqs = new SQSClient(configuration);
  sns = new SNSClient(configuration);
  events = new EventBridgeClient(configuration);
  logs = new CloudWatchLogsClient(configuration);
}, 180_000);

afterAll(async () => {
  await plane.close();
  await controlPlane.close();
});

async function createFunction(name: string, files: Record<string, string> = { 'index.py': PYTHON }, more: object = {}): Promise<string> {
  const ZipFile = zipSync(Object.fromEntries(Object.entries(files).map(([file, text]) => [file, [strToU8(text), { os: 3, attrs: 0o100644 << 16 }]])));
  const { FunctionArn } = await lambda.send(
    new CreateFunctionCommand({
      FunctionName: name,
      Runtime: 'python3.11',
      Handler: 'index.handler',
      Role: ROLE,
      Code: { ZipFile },
      Timeout: 30,
      ...more,
    }),
  );
  return FunctionArn!;
}

async function createQueue(name: string): Promise<string> {
  return (await sqs.send(new CreateQueueCommand({ QueueName: name }))).QueueUrl!;
}

/** The next message, however long it takes within the test's time. */
async function receive(QueueUrl: string): Promise<Message> {
  for (;;) {
    const { Messages } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        WaitTimeSeconds: 1,
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: ['AWSTraceHeader'],
      }),
    );
    const message = Messages?.[0];
    if (message) {
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle! }));
      return message;
    }
  }
}

async function invokeLater(FunctionName: string, payload: string, Qualifier?: string): Promise<string> {
  const { StatusCode, $metadata } = await lambda.send(
    new InvokeCommand({ FunctionName, Qualifier, InvocationType: 'Event', Payload: Buffer.from(payload) }),
  );
  expect(StatusCode).toBe(202);
  return $metadata.requestId!;
}

describe('a destination', () => {
  test('SQS gets the record of a success, payloads character for character', async () => {
    const functionArn = await createFunction('to-queue');
    const queue = await createQueue('successes');
    await lambda.send(
      new PutFunctionEventInvokeConfigCommand({
        FunctionName: 'to-queue',
        DestinationConfig: { OnSuccess: { Destination: arn('sqs', 'successes') } },
      }),
    );
    const payload = '{ "say":"héllo", "n":1.0, "big":12345678901234567890 }';
    const requestId = await invokeLater('to-queue', payload);
    const { Body, Attributes } = await receive(queue);
    // The chain of requests goes on, for the recursion guard.
    expect(Attributes!.AWSTraceHeader).toMatch(/Lineage=1:[0-9a-f]{8}:0$/);
    expect(Body).toContain(`"requestPayload":${payload},`);
    expect(Body).toContain('"float": 1.0');
    expect(JSON.parse(Body!)).toEqual({
      version: '1.0',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      requestContext: { requestId, functionArn: `${functionArn}:$LATEST`, condition: 'Success', approximateInvokeCount: 1 },
      requestPayload: expect.anything(),
      responseContext: { statusCode: 200, executedVersion: '$LATEST' },
      responsePayload: { float: 1, said: 'héllo' },
    });
  });

  test('Lambda gets the record of a failure after all retries, of the qualifier that was called', async () => {
    const functionArn = await createFunction('failing');
    const answered = await createQueue('answered');
    await createFunction('responder');
    await lambda.send(
      new PutFunctionEventInvokeConfigCommand({
        FunctionName: 'responder',
        DestinationConfig: { OnSuccess: { Destination: arn('sqs', 'answered') } },
      }),
    );
    const { Version } = await lambda.send(new PublishVersionCommand({ FunctionName: 'failing' }));
    await lambda.send(
      new PutFunctionEventInvokeConfigCommand({
        FunctionName: 'failing',
        Qualifier: Version!,
        MaximumRetryAttempts: 1,
        DestinationConfig: { OnFailure: { Destination: arn('lambda', 'function:responder') } },
      }),
    );
    const requestId = await invokeLater('failing', '{"fail":"as asked"}', Version);
    const { requestPayload: record } = JSON.parse((await receive(answered)).Body!) as { requestPayload: unknown };
    expect(record).toMatchObject({
      version: '1.0',
      requestContext: { requestId, functionArn: `${functionArn}:${Version}`, condition: 'RetriesExhausted', approximateInvokeCount: 2 },
      requestPayload: { fail: 'as asked' },
      responseContext: { statusCode: 200, executedVersion: Version, functionError: 'Unhandled' },
      responsePayload: { errorType: 'ValueError', errorMessage: 'as asked' },
    });
    const attempts = plane.invocations.filter((invocation) => invocation.requestId === requestId);
    expect(attempts.map(({ attempt, outcome }) => [attempt, outcome])).toEqual([
      [1, 'error'],
      [2, 'error'],
    ]);
  });

  test('SNS gets the record as its message, without payloads when they are too large for it', async () => {
    await createFunction('to-topic');
    const queue = await createQueue('from-topic');
    await sns.send(new CreateTopicCommand({ Name: 'records' }));
    await sns.send(
      new SubscribeCommand({
        TopicArn: arn('sns', 'records'),
        Protocol: 'sqs',
        Endpoint: arn('sqs', 'from-topic'),
        Attributes: { RawMessageDelivery: 'true' },
      }),
    );
    await lambda.send(
      new PutFunctionEventInvokeConfigCommand({
        FunctionName: 'to-topic',
        MaximumRetryAttempts: 0,
        DestinationConfig: { OnFailure: { Destination: arn('sns', 'records') } },
      }),
    );
    const requestId = await invokeLater('to-topic', '{"fail":"once"}');
    const requestContext = { requestId, condition: 'RetriesExhausted', approximateInvokeCount: 1 };
    expect(JSON.parse((await receive(queue)).Body!)).toMatchObject({ requestContext, requestPayload: { fail: 'once' } });
    await invokeLater('to-topic', JSON.stringify({ fail: 'x'.repeat(SNS_MESSAGE_LIMIT) }));
    const record = JSON.parse((await receive(queue)).Body!) as object;
    expect(Object.keys(record)).toEqual(['version', 'timestamp', 'requestContext', 'responseContext']);
  });

  test('EventBridge gets the record as detail of an event of Lambda', async () => {
    const functionArn = await createFunction('to-bus');
    const queue = await createQueue('from-bus');
    await events.send(new CreateEventBusCommand({ Name: 'records' }));
    await events.send(new PutRuleCommand({ Name: 'all', EventBusName: 'records', EventPattern: '{"source":["lambda"]}' }));
    await events.send(new PutTargetsCommand({ Rule: 'all', EventBusName: 'records', Targets: [{ Id: '1', Arn: arn('sqs', 'from-bus') }] }));
    await lambda.send(
      new PutFunctionEventInvokeConfigCommand({
        FunctionName: 'to-bus',
        MaximumRetryAttempts: 0,
        DestinationConfig: { OnFailure: { Destination: arn('events', 'event-bus/records') } },
      }),
    );
    const requestId = await invokeLater('to-bus', '{"fail":"once"}');
    expect(JSON.parse((await receive(queue)).Body!)).toMatchObject({
      'source': 'lambda',
      'detail-type': 'Lambda Function Invocation Result - Failure',
      'resources': [arn('events', 'event-bus/records'), `${functionArn}:$LATEST`],
      'detail': { requestContext: { requestId } },
    });
  });

  test('that does not exist is reported', async () => {
    await createFunction('to-nowhere');
    await lambda.send(
      new PutFunctionEventInvokeConfigCommand({
        FunctionName: 'to-nowhere',
        DestinationConfig: { OnSuccess: { Destination: arn('sqs', 'no-such-queue') } },
      }),
    );
    await invokeLater('to-nowhere', '{}');
    while (!reports.some((line) => line.includes('no-such-queue'))) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });

  test('gets no payload of an invocation that never ran', async () => {
    await createFunction('reserved-none');
    const queue = await createQueue('never-ran');
    await lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: 'reserved-none', ReservedConcurrentExecutions: 0 }));
    await lambda.send(
      new PutFunctionEventInvokeConfigCommand({
        FunctionName: 'reserved-none',
        DestinationConfig: { OnFailure: { Destination: arn('sqs', 'never-ran') } },
      }),
    );
    await invokeLater('reserved-none', '{"a":1}');
    const record = JSON.parse((await receive(queue)).Body!) as object;
    expect(record).toMatchObject({ requestContext: { condition: 'ZeroReservedConcurrency', approximateInvokeCount: 0 }, requestPayload: { a: 1 } });
    expect(Object.keys(record)).toEqual(['version', 'timestamp', 'requestContext', 'requestPayload']);
  });
});

test('a dead letter is the event itself, with the attributes of AWS', async () => {
  await createQueue('dead');
  const queue = await createQueue('dead');
  await createFunction('dying', undefined, { DeadLetterConfig: { TargetArn: arn('sqs', 'dead') } });
  await lambda.send(new PutFunctionEventInvokeConfigCommand({ FunctionName: 'dying', MaximumRetryAttempts: 0 }));
  const payload = `{"fail": "${'long '.repeat(400)}"}`;
  const requestId = await invokeLater('dying', payload);
  const { Body, MessageAttributes } = await receive(queue);
  expect(Body).toBe(payload);
  expect(MessageAttributes).toMatchObject({
    RequestID: { DataType: 'String', StringValue: requestId },
    ErrorCode: { DataType: 'Number', StringValue: '200' },
    ErrorMessage: { DataType: 'String', StringValue: 'long '.repeat(400).slice(0, 1024) },
  });
});

describe('a loop of functions', () => {
  const CALLER = `
import boto3, json
def handler(event, context):
    hop = event["hop"] + 1
    answer = boto3.client("lambda").invoke(FunctionName=context.function_name, InvocationType=event["type"], Payload=json.dumps({**event, "hop": hop}))
    return json.loads(answer["Payload"].read() or b"null") or hop
`;

  test('of asynchronous calls is stopped, and the event goes to the destination of failures', async () => {
    await createFunction('spinning', { 'index.py': CALLER });
    const queue = await createQueue('stopped');
    await lambda.send(
      new PutFunctionEventInvokeConfigCommand({
        FunctionName: 'spinning',
        DestinationConfig: { OnFailure: { Destination: arn('sqs', 'stopped') } },
      }),
    );
    await invokeLater('spinning', '{"hop":0,"type":"Event"}');
    const record = JSON.parse((await receive(queue)).Body!) as object;
    expect(record).toMatchObject({
      requestContext: { condition: 'RecursiveInvocation', approximateInvokeCount: 0 },
      requestPayload: { hop: 16 },
      responseContext: { statusCode: 400, functionError: 'RecursiveInvocationException' },
    });
    expect(record).not.toHaveProperty('responsePayload');
    expect(plane.invocations.filter(({ functionName, outcome }) => functionName === 'spinning' && outcome === 'success')).toHaveLength(16);
  });
});

test('a function that is its own destination is stopped too', async () => {
  await createFunction('echoing');
  const queue = await createQueue('echo-stopped');
  await lambda.send(
    new PutFunctionEventInvokeConfigCommand({
      FunctionName: 'echoing',
      DestinationConfig: {
        OnSuccess: { Destination: arn('lambda', 'function:echoing') },
        OnFailure: { Destination: arn('sqs', 'echo-stopped') },
      },
    }),
  );
  await invokeLater('echoing', '{}');
  expect(JSON.parse((await receive(queue)).Body!)).toMatchObject({ requestContext: { condition: 'RecursiveInvocation' } });
  expect(plane.invocations.filter(({ functionName, outcome }) => functionName === 'echoing' && outcome === 'success')).toHaveLength(16);
});

test('function output reaches CloudWatch Logs', async () => {
  await createFunction('talking');
  await lambda.send(new InvokeCommand({ FunctionName: 'talking', Payload: Buffer.from('{"say":"good day"}') }));
  for (;;) {
    const { events: lines = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName: '/aws/lambda/talking' })).catch(() => ({ events: [] }));
    const text = lines.map(({ message }) => message).join('');
    if (text.includes('REPORT')) {
      expect(text).toMatch(/START RequestId: \S+ Version: \$LATEST\nsaw \{'say': 'good day'\}\nEND RequestId: \S+\nREPORT /);
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
});

test('requests that a function signs can be told from those of others', async () => {
  const { dummyCredentials } = await import('../../../local/data-plane/credentials');
  await createFunction('signing', {
    'index.py': 'import boto3\ndef handler(event, context): return boto3.client("sts").get_caller_identity()["Account"]\n',
  });
  const { Payload } = await lambda.send(new InvokeCommand({ FunctionName: 'signing' }));
  expect(Buffer.from(Payload!).toString()).toBe('"000000000000"');
  const key = dummyCredentials(arn('lambda', 'function:signing')).accessKeyId;
  const signed = () => controlPlane.requests.filter((request) => request.accessKeyId === key).map((request) => request.action);
  // Requests are listed a moment after their answers
  while (signed().length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect(signed()).toEqual(['sts:GetCallerIdentity']);
});
