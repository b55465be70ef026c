import { buildRecord, deadLetterAttributes } from '../../../local/data-plane/destination-record';
import type { EventOutcome } from '../../../local/data-plane/event-outcome';
import { DeclaredFunctions } from './functions';

const result = { contentType: 'application/json', executedVersion: '3', logTail: Buffer.alloc(0) };

async function outcome(more: Partial<EventOutcome>): Promise<EventOutcome> {
  const functions = new DeclaredFunctions();
  functions.declare('f', { qualifier: 'live', version: '3' });
  const configuration = await functions.configuration('f', 'live');
  return { requestId: 'r-1', configuration, payload: Buffer.from('{"a":1}'), traceId: '', condition: 'RetriesExhausted', invokeCount: 3, ...more };
}

test('payloads are embedded character for character', async () => {
  const payload = Buffer.from('{ "n":1.0, "n":1e400, "t":"\\u00e9é" }');
  const response = Buffer.from('[1.50,\n2]');
  const record = buildRecord(await outcome({ payload, status: 200, result: { ...result, payload: response }, condition: 'Success' }));
  expect(record).toContain(`"requestPayload":${payload.toString()},"responseContext"`);
  expect(record.endsWith(`"responsePayload":${response.toString()}}`)).toBe(true);
});

test('a failure names version, qualifier and error', async () => {
  const record = buildRecord(await outcome({ status: 200, result: { ...result, payload: Buffer.from('{"errorType":"E"}'), errorType: 'E' } }));
  expect(JSON.parse(record)).toMatchObject({
    requestContext: { functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:f:live', approximateInvokeCount: 3 },
    responseContext: { statusCode: 200, executedVersion: '3', functionError: 'Unhandled' },
    responsePayload: { errorType: 'E' },
  });
});

test('a response that is not JSON is left out and named, so the record stays JSON', async () => {
  const record = JSON.parse(
    buildRecord(await outcome({ status: 200, condition: 'Success', result: { ...result, payload: Buffer.from('<html>') } })),
  ) as object;
  expect(record).not.toHaveProperty('responsePayload');
  expect(record).toMatchObject({ deliveryError: { statusCode: 400, errorCode: 'InvalidRequestContentException' } });
});

test('an event that only met throttles has a status and no response', async () => {
  const record = JSON.parse(
    buildRecord(await outcome({ condition: 'EventAgeExceeded', invokeCount: 0, status: 429, error: 'Rate Exceeded.' })),
  ) as object;
  expect(record).toMatchObject({
    requestContext: { condition: 'EventAgeExceeded', approximateInvokeCount: 0 },
    responseContext: { statusCode: 429 },
  });
  expect(record).not.toHaveProperty('responsePayload');
});

test('payloads can be left out, for a message that is too small for them', async () => {
  const record = JSON.parse(
    buildRecord(await outcome({ status: 200, result: { ...result, payload: Buffer.from('1') } }), { payloads: false }),
  ) as object;
  expect(Object.keys(record)).toEqual(['version', 'timestamp', 'requestContext', 'responseContext']);
});

test.each<[string, Partial<EventOutcome>, string | undefined, string]>([
  ['of a function error', { status: 200, result: { ...result, payload: Buffer.from('{"errorMessage":"no"}'), errorType: 'E' } }, '200', 'no'],
  ['of an error without a message', { status: 200, result: { ...result, payload: Buffer.from('{}'), errorType: 'E' } }, '200', 'null'],
  ['of an error that is not JSON', { status: 200, result: { ...result, payload: Buffer.from('oops'), errorType: 'E' } }, '200', 'oops'],
  ['of a throttled event', { status: 429, error: 'Rate Exceeded.' }, '429', 'Rate Exceeded.'],
  [
    'of a reservation of zero',
    { condition: 'ZeroReservedConcurrency', status: undefined },
    undefined,
    'Function not invoked. Function is configured with zero reserved concurrent executions',
  ],
])('the attributes of a dead letter %s', async (_, more, code, message) => {
  const attributes = deadLetterAttributes(await outcome(more));
  expect(attributes.RequestID).toEqual({ DataType: 'String', StringValue: 'r-1' });
  expect(attributes.ErrorCode).toEqual(code === undefined ? undefined : { DataType: 'Number', StringValue: code });
  expect(attributes.ErrorMessage).toEqual({ DataType: 'String', StringValue: message });
});
