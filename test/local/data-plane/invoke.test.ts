import { ASYNCHRONOUS_PAYLOAD_LIMIT, RECURSION_LIMIT, SYNCHRONOUS_PAYLOAD_LIMIT } from '../../../local/data-plane/limits';
import { call } from './http-client';
import { TestPlane } from './plane';

jest.setTimeout(120_000);

let bed: TestPlane;

const PYTHON = {
  'index.py': `
import json, os, urllib.request
def handler(event, context):
    print("handling", context.aws_request_id)
    if isinstance(event, dict) and event.get("fail"):
        raise ValueError("as asked")
    if isinstance(event, dict) and event.get("held"):
        urllib.request.urlopen(os.environ["AWS_ENDPOINT_URL"] + "/held").read()
    if isinstance(event, dict) and event.get("size"):
        return "x" * event["size"]
    client = context.client_context
    return {"event": event, "arn": context.invoked_function_arn, "custom": client.custom if client else None}
`,
};

beforeAll(async () => {
  bed = await TestPlane.open();
  bed.functions.declare('echo', { files: PYTHON, memorySize: 512 });
  bed.functions.declare('echo', { files: PYTHON, memorySize: 512, qualifier: 'live', version: '7' });
  bed.functions.declare('raw', { runtime: 'nodejs20.x', memorySize: 512, files: { 'index.js': 'exports.handler = async (event) => event;' } });
  bed.functions.declare('narrow', { files: PYTHON, reservedConcurrency: 1 });
  bed.functions.declare('none', { files: PYTHON, reservedConcurrency: 0 });
});

afterAll(() => bed.close());

const error = (body: Buffer) => JSON.parse(body.toString()) as { message: string; Type: string; Reason?: string };
const runs = (functionName: string) =>
  bed.plane.invocations.filter((record) => record.functionName === functionName && record.start !== undefined).length;

describe('a synchronous invocation', () => {
  test('answers with the result, the executed version and a request id', async () => {
    const { status, headers, body } = await bed.invoke('echo', '{"n":1}', { 'x-bed-qualifier': 'live' });
    expect(status).toBe(200);
    expect(JSON.parse(body.toString())).toEqual({ event: { n: 1 }, arn: 'arn:aws:lambda:us-east-1:000000000000:function:echo:live', custom: null });
    expect(headers).toMatchObject({ 'x-amz-executed-version': '7', 'x-amzn-requestid': expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(headers).not.toHaveProperty('x-amz-function-error');
    expect(headers).not.toHaveProperty('x-amz-log-result');
  });

  test('without a payload gets an empty object', async () => {
    expect((await bed.result<{ event: unknown }>('echo', {})).event).toEqual({});
    expect(JSON.parse((await bed.invoke('echo', '')).body.toString()).event).toEqual({});
  });

  test('of a function that throws is an answer with 200, the error and FunctionError Unhandled', async () => {
    const { status, headers, body } = await bed.invoke('echo', '{"fail":true}');
    expect([status, headers['x-amz-function-error']]).toEqual([200, 'Unhandled']);
    expect(JSON.parse(body.toString())).toMatchObject({ errorType: 'ValueError', errorMessage: 'as asked' });
    expect(bed.plane.invocations.at(-1)).toMatchObject({ outcome: 'error', errorType: 'ValueError' });
  });

  test('with LogType Tail gets the end of the log', async () => {
    const { headers } = await bed.invoke('echo', '{}', { 'x-amz-log-type': 'Tail' });
    const id = headers['x-amzn-requestid'] as string;
    const log = Buffer.from(headers['x-amz-log-result'] as string, 'base64').toString();
    const lines = log.split('\n');
    expect(lines[0]).toBe(`START RequestId: ${id} Version: $LATEST`);
    expect(lines[1]).toBe(`handling ${id}`);
    expect(lines[2]).toBe(`END RequestId: ${id}`);
    expect(lines[3]).toMatch(new RegExp(`^REPORT RequestId: ${id}\\tDuration: [\\d.]+ ms\\tBilled Duration: \\d+ ms\\tMemory Size: 512 MB\\t`));
  });

  test('passes the client context on, decoded', async () => {
    const context = Buffer.from('{"custom":{"tenant":"blue"}}').toString('base64');
    const { body } = await bed.invoke('echo', '{}', { 'x-amz-client-context': context });
    expect(JSON.parse(body.toString()).custom).toEqual({ tenant: 'blue' });
  });

  test('takes 6 MB and a little, both ways', async () => {
    const text = `"${'x'.repeat(SYNCHRONOUS_PAYLOAD_LIMIT - 2)}"`;
    const { status, body } = await bed.invoke('raw', text);
    expect(status).toBe(200);
    expect(body.equals(Buffer.from(text))).toBe(true);
  });

  test('whose result is too large fails by name, and the next one is run', async () => {
    await bed.result('echo');
    const { headers, body } = await bed.invoke('echo', JSON.stringify({ size: SYNCHRONOUS_PAYLOAD_LIMIT }));
    expect(headers['x-amz-function-error']).toBe('Unhandled');
    expect(JSON.parse(body.toString()).errorType).toBe('Function.ResponseSizeTooLarge');
    expect(await bed.result('echo', { next: true })).toMatchObject({ event: { next: true } });
  });
});

describe('refused before anything runs', () => {
  const CONTENT = 'InvalidRequestContentException';
  const NOT_JSON = 'Could not parse request body into json: ';
  const TOO_LARGE = 'RequestTooLargeException';
  const LATER = { 'x-bed-mode': 'Event' };
  const cases: [string, Parameters<TestPlane['invoke']>, number, string, string][] = [
    ['a body that is not JSON', ['echo', 'not json'], 400, CONTENT, NOT_JSON],
    ['the same, asynchronously', ['echo', 'not json', LATER], 400, CONTENT, NOT_JSON],
    ['bytes that are not UTF-8', ['echo', Buffer.from([0x22, 0xff, 0x22])], 400, CONTENT, NOT_JSON],
    [
      'a body over 6 MB',
      ['echo', Buffer.alloc(SYNCHRONOUS_PAYLOAD_LIMIT + 1, 0x31)],
      413,
      TOO_LARGE,
      'Request must be smaller than 6291556 bytes for the InvokeFunction operation',
    ],
    [
      'an asynchronous body over 1 MB',
      ['echo', Buffer.alloc(ASYNCHRONOUS_PAYLOAD_LIMIT + 1, 0x31), LATER],
      413,
      TOO_LARGE,
      'Request must be smaller than 1048576 bytes for the InvokeFunction operation',
    ],
    ['a function that does not exist', ['nobody'], 404, 'ResourceNotFoundException', 'Function not found: nobody'],
    ['a client context that is not base64', ['echo', '{}', { 'x-amz-client-context': '{"a":1}' }], 400, CONTENT, 'Client context must be'],
    ['a client context that is not JSON', ['echo', '{}', { 'x-amz-client-context': 'YWJj' }], 400, CONTENT, 'Client context must be'],
    [
      'an unknown invocation type',
      ['echo', '{}', { 'x-bed-mode': 'Later' }],
      400,
      'InvalidParameterValueException',
      'Invocation type Later is none of',
    ],
    ['reserved concurrency zero', ['none'], 429, 'TooManyRequestsException', 'Rate Exceeded.'],
  ];

  test.each(cases)('%s', async (_, request, status, code, message) => {
    const before = runs(request[0]);
    const answer = await bed.invoke(...request);
    expect([answer.status, answer.headers['x-amzn-errortype']]).toEqual([status, code]);
    expect(error(answer.body).message).toContain(message);
    expect(runs(request[0])).toBe(before);
    expect(bed.plane.queuedEvents).toBe(0);
  });

  test('a dry run', async () => {
    const before = runs('echo');
    const { status, body } = await bed.invoke('echo', '{}', { 'x-bed-mode': 'DryRun' });
    expect([status, body.length]).toEqual([204, 0]);
    expect(runs('echo')).toBe(before);
  });

  test('a second concurrent execution where one is reserved, with the reason', async () => {
    const first = bed.invoke('narrow', '{"held":true}');
    await bed.seen((event) => event.type === 'invocation-started' && event.invocation.functionName === 'narrow');
    const { status, body } = await bed.invoke('narrow');
    expect(status).toBe(429);
    expect(error(body)).toEqual({ Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded', Type: 'User', message: 'Rate Exceeded.' });
    bed.letGo();
    expect((await first).status).toBe(200);
    // Right after an answer the next one is taken, by the same environment.
    expect((await bed.invoke('narrow')).status).toBe(200);
    expect(bed.plane.invocations.at(-1)!.cold).toBe(false);
  });

  test('the invocation after sixteen in one chain', async () => {
    let traceId = '';
    for (let i = 0; i < RECURSION_LIMIT; i++) {
      const { status, headers } = await bed.invoke('echo', '{}', { 'x-amzn-trace-id': traceId });
      expect(status).toBe(200);
      traceId = headers['x-amzn-trace-id'] as string;
    }
    const { status, headers } = await bed.invoke('echo', '{}', { 'x-amzn-trace-id': traceId });
    expect([status, headers['x-amzn-errortype']]).toEqual([400, 'RecursiveInvocationException']);
    expect((await bed.invoke('raw', '{}', { 'x-amzn-trace-id': traceId })).status).toBe(200);
  });
});

test('an asynchronous invocation is answered when it is queued, and runs', async () => {
  const { status, headers, body } = await bed.invoke('echo', '{"later":true}', { 'x-bed-mode': 'Event', 'x-bed-door': 'sns' });
  expect([status, body.length]).toEqual([202, 0]);
  const requestId = headers['x-amzn-requestid'];
  await bed.seen((event) => event.type === 'event-finished' && event.requestId === requestId && event.condition === 'Success');
  const records = bed.plane.invocations.filter((record) => record.requestId === requestId);
  expect(records).toMatchObject([{ door: 'sns', mode: 'Event', attempt: 1, outcome: 'success' }]);
});

test('the record of invocations and the stream of events are served', async () => {
  const list = JSON.parse((await call(`${bed.plane.url}/invocations`)).body.toString()) as unknown[];
  expect(list).toHaveLength(bed.plane.invocations.length);
  const response = await fetch(`${bed.plane.url}/events`);
  const reader = response.body!.getReader();
  await bed.invoke('echo');
  const line = new TextDecoder().decode((await reader.read()).value).split('\n')[0];
  expect(JSON.parse(line)).toMatchObject({ type: expect.any(String), at: expect.any(Number) });
  await reader.cancel();
});

test('an unknown path is named', async () => {
  const { status, body } = await call(`${bed.plane.url}/nothing`);
  expect([status, error(body).message]).toEqual([404, 'GET /nothing is none of POST /invoke, GET /invocations, GET /events.']);
});
