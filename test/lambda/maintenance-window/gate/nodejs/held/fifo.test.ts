import { AwsClient } from '../../../../../../lambda/aws/nodejs/client';
import { extendVisibility } from '../../../../../../lambda/maintenance-window/gate/nodejs/held/fifo';
import { LoopbackService, type Reply } from '../loopback-service';

const ARN = 'arn:aws:sqs:us-east-1:111122223333:q.fifo';
const THROTTLE: Reply = { status: 400, body: { __type: 'com.amazon#ThrottlingException', message: 'slow down' } };

let sqs: LoopbackService;
let now: number;

beforeEach(async () => {
  sqs = await LoopbackService.listen();
  now = 1_800_000_000_000;
});
afterEach(() => sqs.close());

const eventOf = (messages: number) => ({
  Records: Array.from({ length: messages }, (_, number) => ({ messageId: `m${number}`, receiptHandle: `h${number}`, eventSourceARN: ARN })),
});
const extend = (event: unknown, hidden = 90_500, remaining = 10_000) =>
  extendVisibility(new AwsClient(sqs.environment, () => now), event, hidden, remaining);
const entries = () => sqs.calls.map(({ input }) => input.Entries as Record<string, unknown>[]);

test('messages of a FIFO queue stay out of sight, by their receipt handles', async () => {
  expect(await extend(eventOf(2))).toBeUndefined();
  expect(sqs.calls.map(({ operation, input }) => [operation, input])).toEqual([
    [
      'ChangeMessageVisibilityBatch',
      {
        QueueUrl: `${sqs.url}/111122223333/q.fifo`,
        Entries: [
          { Id: '0', ReceiptHandle: 'h0', VisibilityTimeout: 91 },
          { Id: '1', ReceiptHandle: 'h1', VisibilityTimeout: 91 },
        ],
      },
    ],
  ]);
});

test.each([
  [1, 1],
  [1000, 1],
  [1001, 2],
  [43_200_000, 43_200],
  [0, 0],
  [-1500, 0],
])('%d ms are %d whole seconds', async (hidden, seconds) => {
  await extend(eventOf(1), hidden);
  expect(entries()).toMatchObject([[{ VisibilityTimeout: seconds }]]);
});

test('a call takes ten messages at most', async () => {
  expect(await extend(eventOf(12))).toBeUndefined();
  expect(entries().map((batch) => batch.map(({ Id, ReceiptHandle }) => [Id, ReceiptHandle]))).toEqual([
    Array.from({ length: 10 }, (_, number) => [String(number), `h${number}`]),
    [
      ['0', 'h10'],
      ['1', 'h11'],
    ],
  ]);
});

test.each<[string, Reply]>([
  ['throttle', THROTTLE],
  ['failure of the service', { status: 503, body: '' }],
  ['dropped connection', 'drop'],
])('after a %s the call is repeated', async (_, fault) => {
  sqs.reply = () => (sqs.calls.length === 1 ? fault : { body: {} });
  expect(await extend(eventOf(1))).toBeUndefined();
  expect(entries()).toEqual([[{ Id: '0', ReceiptHandle: 'h0', VisibilityTimeout: 91 }], [{ Id: '0', ReceiptHandle: 'h0', VisibilityTimeout: 91 }]]);
});

test.each([
  ['five seconds', 60_000, 5],
  ['half of what is left of the invocation', 4000, 2],
])('a queue that throttles for ever is given up after %s', async (_, remaining, calls) => {
  sqs.reply = () => {
    now += 1000;
    return THROTTLE;
  };
  expect(await extend(eventOf(1), 90_500, remaining)).toBe('ThrottlingException: slow down');
  expect(sqs.calls).toHaveLength(calls);
});

test.each<[string, Reply, string]>([
  ['a refusal', { status: 400, body: { __type: 'com.amazonaws.sqs#AccessDenied', message: 'no' } }, 'AccessDenied: no'],
  [
    'a message that is gone',
    { body: { Failed: [{ Id: '0', Code: 'ReceiptHandleIsInvalid' }] } },
    '1 of 2 messages of q.fifo: ReceiptHandleIsInvalid',
  ],
])('what goes wrong is told, and not tried again: %s', async (_, reply, message) => {
  sqs.reply = () => reply;
  expect(await extend(eventOf(2))).toBe(message);
  expect(sqs.calls).toHaveLength(1);
});

test('a list of failed messages that is empty is a success', async () => {
  sqs.reply = () => ({ body: { Successful: [], Failed: [] } });
  expect(await extend(eventOf(1))).toBeUndefined();
});

test.each<[string, unknown]>([
  ['a message without its handle', { Records: [{ eventSourceARN: ARN, receiptHandle: 'h' }, { eventSourceARN: ARN }] }],
  ['a handle that is not text', { Records: [{ eventSourceARN: ARN, receiptHandle: 1 }] }],
  ['no queue', { Records: [{ receiptHandle: 'h', eventSourceARN: 'x.fifo' }] }],
  ['no messages', { Records: [] }],
  ['records that are not a list', { Records: {} }],
  ['an event that is not an object', 'text'],
])('an event with %s does no harm', async (_, event) => {
  expect(await extend(event)).toBe('the event names no queue, or a message without its receipt handle');
  expect(sqs.calls).toEqual([]);
});
