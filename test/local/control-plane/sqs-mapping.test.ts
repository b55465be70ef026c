/** What becomes of messages when their function fails, in whole or in part. */
import { CreateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { CreateQueueCommand, GetQueueAttributesCommand, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';

import { eventually, type Handed, Harness, type Reply } from './harness';

/** A batch comes back after this; short for the tests' sake, and longer than an answer takes on a busy machine, which a batch must not overtake. */
const VISIBILITY_SECONDS = '5';

let bed: Harness;
let sqs: SQSClient;

beforeAll(async () => {
  bed = await Harness.open();
  sqs = new SQSClient(bed.clientConfig);
}, 300_000);
afterAll(() => bed?.close());

interface Mapped {
  readonly url: string;
  readonly name: string;
}

async function mapped(name: string, options: { reports?: boolean; attributes?: Record<string, string> } = {}): Promise<Mapped> {
  await bed.createFunction(name);
  const fifo = options.attributes?.FifoQueue === 'true';
  const { QueueUrl } = await sqs.send(
    new CreateQueueCommand({ QueueName: fifo ? `${name}.fifo` : name, Attributes: { VisibilityTimeout: VISIBILITY_SECONDS, ...options.attributes } }),
  );
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
  await bed.lambda.send(
    new CreateEventSourceMappingCommand({
      FunctionName: name,
      EventSourceArn: Attributes!.QueueArn,
      FunctionResponseTypes: options.reports ? ['ReportBatchItemFailures'] : undefined,
    }),
  );
  return { url: QueueUrl!, name };
}

async function send({ url }: Mapped, bodies: string[], groups?: string[]): Promise<void> {
  await sqs.send(
    new SendMessageBatchCommand({
      QueueUrl: url,
      Entries: bodies.map((MessageBody, i) => ({
        Id: `${i}`,
        MessageBody,
        ...(groups && { MessageGroupId: groups[i], MessageDeduplicationId: `${MessageBody}` }),
      })),
    }),
  );
}

async function left({ url }: Mapped): Promise<number> {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] }),
  );
  return Number(Attributes!.ApproximateNumberOfMessages) + Number(Attributes!.ApproximateNumberOfMessagesNotVisible);
}

/** Bodies of each batch the function got. */
const batches = ({ name }: Mapped): string[][] =>
  bed.recorder.handed.filter((handed) => handed.function === name).map(({ event }) => event.Records.map((record: any) => record.body));

/** Answers each batch with a message that is there for the first time with `first`, and every other one with success. */
function answering({ name }: Mapped, first: (handed: Handed) => Reply): void {
  bed.recorder.answer = (handed) => {
    const fresh = handed.function === name && handed.event.Records.some((record: any) => record.attributes.ApproximateReceiveCount === '1');
    return fresh ? first(handed) : undefined;
  };
}

const emptied = (queue: Mapped) => eventually(async () => ((await left(queue)) === 0 ? true : undefined));

describe('a mapping that reports batch item failures', () => {
  it('brings back the failed message alone', async () => {
    const queue = await mapped('partial', { reports: true });
    answering(queue, ({ event }) => ({
      body: JSON.stringify({
        batchItemFailures: event.Records.filter((r: any) => r.body === 'bad').map((r: any) => ({ itemIdentifier: r.messageId })),
      }),
    }));
    await send(queue, ['good', 'bad', 'fine']);
    await emptied(queue);
    expect(
      batches(queue)
        .flat()
        .filter((body) => body === 'bad'),
    ).toHaveLength(2);
    expect(
      batches(queue)
        .flat()
        .filter((body) => body !== 'bad')
        .sort(),
    ).toEqual(['fine', 'good']);
  });

  it.each([
    ['an identifier that was not sent', '{"batchItemFailures":[{"itemIdentifier":"stranger"}]}'],
    ['an empty identifier', '{"batchItemFailures":[{"itemIdentifier":""}]}'],
    ['a null identifier', '{"batchItemFailures":[{"itemIdentifier":null}]}'],
    ['another key', '{"batchItemFailures":[{"id":"x"}]}'],
    ['no list', '{"batchItemFailures":"all"}'],
    ['text', '"all failed"'],
  ])('brings back the whole batch for %s', async (name, body) => {
    const queue = await mapped(`bad-answer-${name.replaceAll(' ', '-')}`, { reports: true });
    answering(queue, () => ({ body }));
    await send(queue, ['a', 'b']);
    await emptied(queue);
    expect(batches(queue).flat().sort()).toEqual(['a', 'a', 'b', 'b']);
  });

  it.each([
    ['null', 'null'],
    ['an empty object', '{}'],
    ['an empty list', '{"batchItemFailures":[]}'],
    ['no list at all', '{"batchItemFailures":null}'],
  ])('takes %s for success', async (name, body) => {
    const queue = await mapped(`good-answer-${name.replaceAll(' ', '-')}`, { reports: true });
    bed.recorder.answer = () => ({ body });
    await send(queue, ['a', 'b']);
    await emptied(queue);
    expect(batches(queue).flat().sort()).toEqual(['a', 'b']);
  });
});

describe('a mapping that does not', () => {
  it('drops the batch for an answer that names failures', async () => {
    const queue = await mapped('deaf');
    answering(queue, ({ event }) => ({
      body: JSON.stringify({ batchItemFailures: event.Records.map((r: any) => ({ itemIdentifier: r.messageId })) }),
    }));
    await send(queue, ['a']);
    await emptied(queue);
    expect(batches(queue)).toEqual([['a']]);
  });

  it.each([
    ['a function error', { status: 200, headers: { 'x-amz-function-error': 'Unhandled' }, body: '{"errorType":"E"}' }],
    [
      'a throttle',
      { status: 429, headers: { 'x-amzn-errortype': 'TooManyRequestsException' }, body: '{"Reason":"ConcurrentInvocationLimitExceeded"}' },
    ],
  ])('brings the batch back after %s', async (name, reply) => {
    const queue = await mapped(`fails-by-${name.replaceAll(' ', '-')}`);
    answering(queue, () => reply);
    await send(queue, ['a']);
    await emptied(queue);
    expect(batches(queue).flat()).toEqual(['a', 'a']);
  });
});

describe('a FIFO queue', () => {
  it('keeps a group behind its failed message, in order, and lets other groups go on', async () => {
    const queue = await mapped('ordered', { reports: true, attributes: { FifoQueue: 'true' } });
    let failed = false;
    bed.recorder.answer = ({ event }) => {
      const first = event.Records.findIndex((r: any) => r.body === 'a1');
      if (failed || first < 0) {
        return undefined;
      }
      failed = true;
      const rest = event.Records.slice(first).filter((r: any) => r.attributes.MessageGroupId === 'a');
      return { body: JSON.stringify({ batchItemFailures: rest.map((r: any) => ({ itemIdentifier: r.messageId })) }) };
    };
    await send(queue, ['a1', 'a2', 'b1'], ['a', 'a', 'b']);
    await emptied(queue);
    const seen = batches(queue).flat();
    expect(seen.filter((body) => body === 'b1')).toHaveLength(1);
    expect(seen.lastIndexOf('a2')).toBeGreaterThan(seen.lastIndexOf('a1'));
    expect(seen.filter((body) => body === 'a1')).toHaveLength(2);
  });
});
