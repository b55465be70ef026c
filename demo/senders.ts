import { createHash } from 'node:crypto';

import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { KinesisClient, PutRecordCommand } from '@aws-sdk/client-kinesis';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DeleteObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';

import type { Bed } from '../local/bed';
import { type FunctionName, FUNCTIONS, type Lane, type SentEvent, type Source } from './lanes';

type Receipt = Pick<SentEvent, 'digest' | 'refused'>;
type Outputs = Readonly<Record<string, string>>;

/** Causes events at their sources, as producers would: the function is called by its triggers, by Invoke only for API requests and where there is no other source. */
export class Senders {
  private readonly s3: S3Client;
  private readonly sqs: SQSClient;
  private readonly kinesis: KinesisClient;
  private readonly sns: SNSClient;
  private readonly eventBridge: EventBridgeClient;
  private readonly lambda: LambdaClient;

  constructor(
    bed: Bed,
    private readonly outputs: Outputs,
  ) {
    this.s3 = new S3Client({ ...bed.clientConfig, forcePathStyle: true });
    this.sqs = new SQSClient(bed.clientConfig);
    this.kinesis = new KinesisClient(bed.clientConfig);
    this.sns = new SNSClient(bed.clientConfig);
    this.eventBridge = new EventBridgeClient(bed.clientConfig);
    this.lambda = new LambdaClient(bed.clientConfig);
  }

  async send(lane: Lane, id: string): Promise<SentEvent> {
    const receipt = await this.bySource[lane.source](lane.fn, id, payloadOf(id));
    return { id, lane, sentAt: Date.now(), ...receipt };
  }

  /** Removes what was put into the buckets, for CloudFormation deletes empty ones only. */
  async emptyBuckets(): Promise<void> {
    for (const fn of FUNCTIONS) {
      const bucket = this.output(fn, 'Bucket');
      for (;;) {
        const page = await this.s3.send(new ListObjectsV2Command({ Bucket: bucket }));
        for (const object of page.Contents ?? []) {
          await this.s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: object.Key }));
        }
        if (!page.IsTruncated) {
          break;
        }
      }
    }
  }

  private readonly bySource: Record<Source, (fn: FunctionName, id: string, payload: string) => Promise<Receipt>> = {
    s3: async (fn, id, payload) => {
      const { ETag } = await this.s3.send(new PutObjectCommand({ Bucket: this.output(fn, 'Bucket'), Key: id, Body: payload }));
      return { digest: ETag!.replaceAll('"', ''), refused: false };
    },
    sqs: async (fn, _id, payload) => {
      await this.sqs.send(new SendMessageCommand({ QueueUrl: this.output(fn, 'Queue'), MessageBody: payload }));
      return { digest: sha256(payload), refused: false };
    },
    kinesis: async (fn, _id, payload) => {
      await this.kinesis.send(new PutRecordCommand({ StreamName: this.output(fn, 'Stream'), PartitionKey: fn, Data: Buffer.from(payload) }));
      return { digest: sha256(payload), refused: false };
    },
    sns: async (fn, _id, payload) => {
      await this.sns.send(new PublishCommand({ TopicArn: this.output(fn, 'Topic'), Message: payload }));
      return { digest: sha256(payload), refused: false };
    },
    eventbridge: async (fn, id, payload) => {
      const entry = { Source: this.output(fn, 'EventSource'), DetailType: 'Order placed', Detail: JSON.stringify({ id, text: payload }) };
      const { FailedEntryCount } = await this.eventBridge.send(new PutEventsCommand({ Entries: [entry] }));
      if (FailedEntryCount) {
        throw new Error(`PutEvents refused event ${id}`);
      }
      return { digest: sha256(payload), refused: false };
    },
    direct: async (fn, id, payload) => {
      const event = JSON.stringify({ id, text: payload });
      await this.lambda.send(new InvokeCommand({ FunctionName: this.output(fn, 'Function'), InvocationType: 'Event', Payload: event }));
      return { digest: sha256(payload), refused: false };
    },
    api: async (fn, _id, payload) => {
      const response = await this.lambda.send(
        new InvokeCommand({
          FunctionName: this.output(fn, 'Function'),
          Payload: Buffer.from(JSON.stringify(apiRequest(payload))),
        }),
      );
      const answer = JSON.parse(Buffer.from(response.Payload!).toString()) as { readonly statusCode: number };
      if (response.FunctionError || ![200, 503].includes(answer.statusCode)) {
        throw new Error(`API request was answered ${JSON.stringify(answer)}`);
      }
      return { digest: sha256(payload), refused: answer.statusCode === 503 };
    },
  };

  private output(fn: FunctionName, name: string): string {
    const value = this.outputs[fn + name];
    if (!value) {
      throw new Error(`the stack has no output ${fn}${name}`);
    }
    return value;
  }
}

/** What JSON parsers like to change: big integers, trailing zeros, text beyond ASCII. It travels as text and its digest must not change. */
function payloadOf(id: string): string {
  return `{"id":"${id}","amount":1.10,"serial":12345678901234567890,"note":"Zwölf Äpfel – 十二個のリンゴ 🍏"}`;
}

/** An event of an API Gateway HTTP API, payload format 2.0. */
function apiRequest(body: string): object {
  return {
    version: '2.0',
    routeKey: 'POST /orders',
    rawPath: '/orders',
    rawQueryString: '',
    headers: { 'content-type': 'application/json' },
    requestContext: {
      http: { method: 'POST', path: '/orders', protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'demo' },
      stage: '$default',
      time: '10/Jan/2027:02:00:00 +0000',
    },
    body,
    isBase64Encoded: false,
  };
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
