import { successVectors } from '../../../../../../lambda/contract/maintenance-window/replay.json';
import { limits } from '../../../../../../lambda/contract/maintenance-window/store.json';
import { sourceNamed } from '../../../../../../lambda/maintenance-window/gate/nodejs/held/sources';
import { clipped, outcomeOfError, outcomeOfResult, withOnly } from '../../../../../../lambda/maintenance-window/gate/nodejs/replay/outcome';

interface Vector {
  readonly source: string;
  readonly ids?: readonly (string | null)[];
  readonly result: string;
  readonly outcome: string;
  readonly only?: readonly string[];
}

test.each((successVectors as readonly Vector[]).map((vector) => [`${vector.source} ${vector.result}`, vector] as const))('%s', (_, vector) => {
  const event = { Records: (vector.ids ?? []).map((id) => ({ messageId: id, kinesis: { sequenceNumber: id }, dynamodb: { SequenceNumber: id } })) };
  const outcome = outcomeOfResult(sourceNamed(vector.source), event, vector.result);
  expect(outcome.status).toBe(vector.outcome);
  if (vector.only) {
    expect(outcome).toMatchObject({ only: vector.only });
  }
});

test.each([
  [0, 'PARTIAL'],
  [1, 'FAILED'],
])('as many failed items as a row can name, and %d more: %s', (more, status) => {
  const ids = [
    ...Array.from({ length: limits.onlyBytes.value / 100 }, (_, number) => String(number).padStart(96, '0')),
    ...Array<string>(more).fill('x'),
  ];
  const event = { Records: ids.map((messageId) => ({ messageId })) };
  const result = JSON.stringify({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) });
  expect(outcomeOfResult(sourceNamed('sqs'), event, result).status).toBe(status);
});

test('more failed items than a row can name run again as a whole', () => {
  const ids = Array.from({ length: 10_000 }, (_, number) => `${number}-${'i'.repeat(36)}`);
  const event = { Records: ids.map((messageId) => ({ messageId })) };
  const result = JSON.stringify({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) });
  expect(outcomeOfResult(sourceNamed('sqs'), event, result)).toMatchObject({
    status: 'FAILED',
    errorMessage: expect.stringContaining('10000 items') as string,
  });
});

test.each([
  ['{"errorType":"TypeError","errorMessage":"m","trace":[]}', 'TypeError', 'm'],
  ['{}', 'Unknown', ''],
  ['no json', 'Unknown', ''],
])('an error that is posted as %s', (error, errorType, errorMessage) => {
  expect(outcomeOfError(error)).toEqual({ status: 'FAILED', errorType, errorMessage });
});

test("a pipe's batch is the event itself: what failed and everything after it runs again, by message id or event id", () => {
  const pipe = sourceNamed('pipe');
  const messages = ['a', 'b', 'c'].map((messageId) => ({ messageId, eventSource: 'aws:sqs' }));
  const records = ['1', '2'].map((eventID) => ({ eventID, eventSource: 'aws:kinesis' }));
  const failed = (itemIdentifier: string) => JSON.stringify({ batchItemFailures: [{ itemIdentifier }] });
  expect(outcomeOfResult(pipe, messages, failed('b'))).toMatchObject({ status: 'PARTIAL', only: ['b', 'c'] });
  expect(outcomeOfResult(pipe, records, failed('2'))).toMatchObject({ status: 'PARTIAL', only: ['2'] });
  expect(outcomeOfResult(pipe, records, failed('b')).status).toBe('FAILED');
  expect(outcomeOfResult(pipe, records, '{"batchItemFailures":[]}').status).toBe('DONE');
  expect(JSON.parse(withOnly(pipe, JSON.stringify(messages), ['b', 'c'])!)).toEqual(messages.slice(1));
  expect(withOnly(pipe, '{"Records":[]}', ['b'])).toBeUndefined();
});

test('a batch keeps the items that are still to run, in order', () => {
  const event = JSON.stringify({ Records: [{ kinesis: { sequenceNumber: '1' } }, { kinesis: { sequenceNumber: '2' } }, null], other: 1 });
  expect(JSON.parse(withOnly(sourceNamed('kinesis'), event, ['2'])!)).toEqual({ Records: [{ kinesis: { sequenceNumber: '2' } }], other: 1 });
  expect(withOnly(sourceNamed('sqs'), '{"Records":{}}', ['1'])).toBeUndefined();
  expect(withOnly(sourceNamed('s3'), event, ['1'])).toBeUndefined();
});

test('a message is cut at whole characters', () => {
  const most = limits.errorMessageCharacters.value;
  expect([...clipped('🛠'.repeat(most + 1))]).toHaveLength(most);
});
