import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetQueueUrlCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';

import { buildRecord, deadLetterAttributes, recordedFunctionArn } from './destination-record';
import type { EventOutcome } from './event-outcome';
import { SNS_MESSAGE_LIMIT } from './limits';
import type { Records } from './records';
import { clientConfiguration, inChain } from './sdk-clients';

export interface DestinationsOptions {
  readonly endpoint: () => string;
  readonly region: string;
  readonly records: Records;
  /** Takes a line for people. */
  readonly report: (problem: string) => void;
}

/** Sends the records of finished asynchronous events to destinations, and failed events to dead-letter targets. */
export class Destinations {
  constructor(private readonly options: DestinationsOptions) {}

  /** Delivers what the configuration asks for. Never rejects: a delivery that fails is reported, as on AWS by a metric alone. */
  async deliver(outcome: EventOutcome): Promise<void> {
    const { eventInvokeConfig, deadLetterTargetArn } = outcome.configuration;
    const failed = outcome.condition !== 'Success';
    const destination = failed ? eventInvokeConfig?.onFailure : eventInvokeConfig?.onSuccess;
    await Promise.all([
      destination ? this.attempt(outcome, destination, () => this.sendRecord(outcome, destination)) : undefined,
      failed && deadLetterTargetArn ? this.attempt(outcome, deadLetterTargetArn, () => this.sendDeadLetter(outcome, deadLetterTargetArn)) : undefined,
    ]);
  }

  private async attempt({ requestId, configuration }: EventOutcome, destination: string, send: () => Promise<void>): Promise<void> {
    const functionArn = configuration.invokedArn;
    try {
      await send();
      this.options.records.emit({ type: 'destination-delivered', requestId, functionArn, destination });
    } catch (error) {
      this.options.records.emit({ type: 'destination-failed', requestId, functionArn, destination, error: String(error) });
      this.options.report(`The record of ${requestId} did not reach ${destination}: ${String(error)}`);
    }
  }

  private async sendRecord(outcome: EventOutcome, arn: string): Promise<void> {
    const record = buildRecord(outcome);
    switch (serviceOf(arn)) {
      case 'lambda':
        return this.invoke(outcome, arn, record);
      case 'sqs':
        return this.sendMessage(outcome, arn, { MessageBody: record });
      case 'sns':
        return this.publish(outcome, arn, { Message: fitsSns(record) ? record : buildRecord(outcome, { payloads: false }) });
      case 'events':
        return this.putEvent(outcome, arn, record);
      default:
        throw new Error(`Destination ${arn} is none of Lambda, SQS, SNS and EventBridge; the bed delivers to no other.`);
    }
  }

  private async sendDeadLetter(outcome: EventOutcome, arn: string): Promise<void> {
    const body = outcome.payload.toString('utf8');
    const MessageAttributes = deadLetterAttributes(outcome);
    switch (serviceOf(arn)) {
      case 'sqs':
        return this.sendMessage(outcome, arn, { MessageBody: body, MessageAttributes });
      case 'sns':
        return this.publish(outcome, arn, { Message: body, MessageAttributes });
      default:
        throw new Error(`Dead-letter target ${arn} is neither an SQS queue nor an SNS topic.`);
    }
  }

  private async invoke(outcome: EventOutcome, arn: string, record: string): Promise<void> {
    const command = new InvokeCommand({ FunctionName: arn, InvocationType: 'Event', Payload: Buffer.from(record) });
    await this.using(new LambdaClient(this.client(outcome)), (client) => client.send(inChain(command, outcome.traceId)));
  }

  private async sendMessage(outcome: EventOutcome, arn: string, message: Omit<SendMessageCommand['input'], 'QueueUrl'>): Promise<void> {
    const [, , , , account, name] = arn.split(':');
    await this.using(new SQSClient(this.client(outcome)), async (client) => {
      const { QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName: name, QueueOwnerAWSAccountId: account }));
      await client.send(inChain(new SendMessageCommand({ QueueUrl: QueueUrl!, ...message }), outcome.traceId));
    });
  }

  private async publish(outcome: EventOutcome, arn: string, message: PublishCommand['input']): Promise<void> {
    const command = new PublishCommand({ TopicArn: arn, ...message });
    await this.using(new SNSClient(this.client(outcome)), (client) => client.send(inChain(command, outcome.traceId)));
  }

  private async putEvent(outcome: EventOutcome, arn: string, record: string): Promise<void> {
    const result = outcome.condition === 'Success' ? 'Success' : 'Failure';
    const entry = {
      Source: 'lambda',
      DetailType: `Lambda Function Invocation Result - ${result}`,
      Detail: record,
      Resources: [arn, recordedFunctionArn(outcome.configuration)],
      EventBusName: arn,
    };
    const command = new PutEventsCommand({ Entries: [entry] });
    const { Entries } = await this.using(new EventBridgeClient(this.client(outcome)), (client) => client.send(command));
    const refused = Entries?.find(({ ErrorCode }) => ErrorCode !== undefined);
    if (refused) {
      throw new Error(`${refused.ErrorCode}: ${refused.ErrorMessage}`);
    }
  }

  private client({ configuration }: EventOutcome) {
    return clientConfiguration(this.options.endpoint(), this.options.region, configuration.functionArn);
  }

  private async using<C extends { destroy(): void }, R>(client: C, work: (client: C) => Promise<R>): Promise<R> {
    try {
      return await work(client);
    } finally {
      client.destroy();
    }
  }
}

function fitsSns(record: string): boolean {
  return Buffer.byteLength(record) <= SNS_MESSAGE_LIMIT;
}

function serviceOf(arn: string): string | undefined {
  return arn.split(':')[2];
}
