import { randomUUID } from 'node:crypto';
import * as http from 'node:http';

import { SYNCHRONOUS_PAYLOAD_LIMIT } from '../../../local/data-plane/limits';
import { RuntimeApi, type RuntimeInvocation } from '../../../local/data-plane/runtime-api';
import { type Call, call } from './http-client';

const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:f:live';

let api: RuntimeApi;
let base: string;

beforeEach(async () => {
  api = await RuntimeApi.listen();
  base = `http://${api.address}/2018-06-01/runtime`;
});

afterEach(() => api.close());

function invocation(more: Partial<RuntimeInvocation> = {}): RuntimeInvocation {
  return {
    requestId: randomUUID(),
    invocationId: randomUUID(),
    deadlineMs: 1_800_000_000_123,
    functionArn: ARN,
    traceId: 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0;Lineage=1:fe460cdd:0',
    payload: Buffer.from('{"n":1.0}'),
    ...more,
  };
}

const next = () => call(`${base}/invocation/next`);
const post = (path: string, more: Call = {}) => call(`${base}/${path}`, { method: 'POST', ...more });
const parse = (body: Buffer) => JSON.parse(body.toString()) as { errorType: string; errorMessage: string };

test('who listens hears of every request, with its headers, also of one that is refused', async () => {
  const heard: string[] = [];
  const heardApi = await RuntimeApi.listen(({ method, url, headers }) => heard.push(`${method} ${url} ${String(headers['x-own'])}`));
  try {
    heardApi.deliver(invocation());
    const headers = { 'x-own': '1' };
    await call(`http://${heardApi.address}/2018-06-01/runtime/invocation/next`, { headers });
    await call(`http://${heardApi.address}/nowhere`, { headers });
  } finally {
    await heardApi.close();
  }
  expect(heard).toEqual(['GET /2018-06-01/runtime/invocation/next 1', 'GET /nowhere 1']);
});

describe('next', () => {
  test('hands over the very bytes of the event, with the headers of AWS', async () => {
    const event = invocation({ payload: Buffer.from('{ "n" : 1.0,\n"u":"\\u00e9 é" }') });
    api.deliver(event);
    const { status, headers, body } = await next();
    expect(status).toBe(200);
    expect(body.equals(event.payload)).toBe(true);
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': event.requestId,
      'lambda-runtime-invocation-id': event.invocationId,
      'lambda-runtime-deadline-ms': '1800000000123',
      'lambda-runtime-invoked-function-arn': ARN,
      'lambda-runtime-trace-id': event.traceId,
    });
    expect(headers).not.toHaveProperty('lambda-runtime-client-context');
    expect(headers).not.toHaveProperty('lambda-runtime-cognito-identity');
    expect(headers).not.toHaveProperty('lambda-runtime-aws-tenant-id');
  });

  test('hands over client context, identity and tenant as they are, text outside Latin-1 as UTF-8', async () => {
    api.deliver(invocation({ clientContext: '{"custom":{"name":"Zoë €"}}', cognitoIdentity: '{"cognitoIdentityId":"x"}', tenantId: 'blue' }));
    const { headers } = await next();
    expect(Buffer.from(headers['lambda-runtime-client-context'] as string, 'latin1').toString('utf8')).toBe('{"custom":{"name":"Zoë €"}}');
    expect(headers['lambda-runtime-cognito-identity']).toBe('{"cognitoIdentityId":"x"}');
    expect(headers['lambda-runtime-aws-tenant-id']).toBe('blue');
  });

  test('waits for an invocation, and ends the init phase', async () => {
    const waiting = next();
    await api.initialised;
    const event = invocation();
    api.deliver(event);
    expect((await waiting).headers['lambda-runtime-aws-request-id']).toBe(event.requestId);
  });

  test('hands out the same invocation again while it runs', async () => {
    const event = invocation();
    api.deliver(event);
    await next();
    expect((await next()).headers['lambda-runtime-aws-request-id']).toBe(event.requestId);
  });

  test('takes one invocation at a time', async () => {
    const first = invocation();
    api.deliver(first);
    await next();
    expect(() => api.deliver(invocation())).toThrow(`still runs ${first.requestId}`);
  });
});

describe('response', () => {
  test('is taken byte for byte; the environment is ready only when the next invocation is asked for', async () => {
    const event = invocation();
    const { outcome, ready } = api.deliver(event);
    await next();
    const body = Buffer.from([0x22, 0xff, 0x00, 0x22]);
    const answer = await post(`invocation/${event.requestId}/response`, { body, headers: { 'content-type': 'application/octet-stream' } });
    expect(answer.status).toBe(202);
    expect(answer.body.toString()).toBe('{"status":"OK"}\n');
    expect(await outcome).toEqual({ payload: body, contentType: 'application/octet-stream' });
    let isReady = false;
    void ready.then(() => (isReady = true));
    await call(`http://${api.address}/2018-06-01/ping`);
    expect(isReady).toBe(false);
    const asking = next();
    await ready;
    const second = invocation();
    api.deliver(second);
    expect((await asking).headers['lambda-runtime-aws-request-id']).toBe(second.requestId);
  });

  test('may be streamed in chunks', async () => {
    const event = invocation();
    const { outcome } = api.deliver(event);
    await next();
    const answer = await post(`invocation/${event.requestId}/response`, {
      body: 'part',
      trailers: {},
      headers: { 'lambda-runtime-function-response-mode': 'streaming', 'content-type': 'text/plain' },
    });
    expect(answer.status).toBe(202);
    expect(await outcome).toEqual({ payload: Buffer.from('part'), contentType: 'text/plain', streamed: true });
  });

  test('whose trailers report an error is an error', async () => {
    const event = invocation();
    const { outcome } = api.deliver(event);
    await next();
    const error = '{"errorType":"Boom","errorMessage":"in the middle"}';
    await post(`invocation/${event.requestId}/response`, {
      body: 'part',
      headers: { 'lambda-runtime-function-response-mode': 'streaming' },
      trailers: {
        'Lambda-Runtime-Function-Error-Type': 'Function.Boom',
        'Lambda-Runtime-Function-Error-Body': Buffer.from(error).toString('base64'),
      },
    });
    expect(await outcome).toEqual({ payload: Buffer.from(error), contentType: 'application/json', errorType: 'Function.Boom' });
  });

  test('in an unknown mode is refused and fails the invocation', async () => {
    const event = invocation();
    const { outcome } = api.deliver(event);
    await next();
    const answer = await post(`invocation/${event.requestId}/response`, { body: '1', headers: { 'lambda-runtime-function-response-mode': 'fast' } });
    expect([answer.status, parse(answer.body).errorType]).toEqual([400, 'InvalidFunctionResponseMode']);
    expect((await outcome).errorType).toBe('Runtime.InvalidResponseModeHeader');
  });

  test('for another request id is refused, and the invocation goes on', async () => {
    const event = invocation();
    const { outcome } = api.deliver(event);
    await next();
    const answer = await post(`invocation/${randomUUID()}/response`, { body: '"wrong"' });
    expect([answer.status, parse(answer.body)]).toEqual([400, { errorMessage: 'Invalid request ID', errorType: 'InvalidRequestID' }]);
    await post(`invocation/${event.requestId}/response`, { body: '"right"' });
    expect((await outcome).payload.toString()).toBe('"right"');
  });

  test('that echoes another invocation id is gone; the right one and none are taken', async () => {
    const event = invocation();
    const { outcome, ready } = api.deliver(event);
    await next();
    const answer = await post(`invocation/${event.requestId}/response`, { body: '"old"', headers: { 'lambda-runtime-invocation-id': randomUUID() } });
    expect(answer.status).toBe(410);
    expect(
      (await post(`invocation/${event.requestId}/error`, { body: '{}', headers: { 'lambda-runtime-invocation-id': randomUUID() } })).status,
    ).toBe(410);
    expect(
      (await post(`invocation/${event.requestId}/response`, { body: '"new"', headers: { 'lambda-runtime-invocation-id': event.invocationId } }))
        .status,
    ).toBe(202);
    expect((await outcome).payload.toString()).toBe('"new"');
    const asking = next();
    await ready;
    const second = invocation();
    api.deliver(second);
    await asking;
    expect((await post(`invocation/${second.requestId}/response`, { body: '2' })).status).toBe(202);
  });

  test('a second one is refused', async () => {
    const event = invocation();
    api.deliver(event);
    await next();
    await post(`invocation/${event.requestId}/response`, { body: '1' });
    const answer = await post(`invocation/${event.requestId}/response`, { body: '2' });
    expect([answer.status, parse(answer.body).errorType]).toEqual([403, 'InvalidStateTransition']);
  });

  test('of exactly the limit passes, one byte more is refused and fails the invocation', async () => {
    const event = invocation();
    const { outcome, ready } = api.deliver(event);
    await next();
    const body = Buffer.alloc(SYNCHRONOUS_PAYLOAD_LIMIT, 0x31);
    expect((await post(`invocation/${event.requestId}/response`, { body })).status).toBe(202);
    expect((await outcome).payload).toHaveLength(SYNCHRONOUS_PAYLOAD_LIMIT);
    const asking = next();
    await ready;
    const second = invocation();
    const large = api.deliver(second);
    await asking;
    const answer = await post(`invocation/${second.requestId}/response`, { body: Buffer.alloc(SYNCHRONOUS_PAYLOAD_LIMIT + 1, 0x31) });
    expect([answer.status, parse(answer.body).errorType]).toEqual([413, 'RequestEntityTooLarge']);
    const failure = await large.outcome;
    expect(failure.errorType).toBe('Function.ResponseSizeTooLarge');
    expect(parse(failure.payload).errorMessage).toBe('Response payload size exceeded maximum allowed payload size (6291556 bytes).');
  });

  test('that breaks off fails the invocation', async () => {
    const event = invocation();
    const { outcome } = api.deliver(event);
    await next();
    const request = http.request(`${base}/invocation/${event.requestId}/response`, {
      method: 'POST',
      headers: { 'content-length': 100, 'expect': '100-continue' },
    });
    request.on('error', () => undefined);
    request.flushHeaders();
    await new Promise<void>((resolve) => request.once('continue', resolve));
    request.write('half');
    request.destroy();
    expect((await outcome).errorType).toBe('Runtime.TruncatedResponse');
  });
});

describe('error', () => {
  test('is taken as the runtime posted it', async () => {
    const event = invocation();
    const { outcome } = api.deliver(event);
    await next();
    const body = '{"errorMessage":"no","errorType":"ValueError","stackTrace":["a"]}';
    const answer = await post(`invocation/${event.requestId}/error`, { body, headers: { 'lambda-runtime-function-error-type': 'Unhandled' } });
    expect(answer.status).toBe(202);
    expect(await outcome).toEqual({ payload: Buffer.from(body), contentType: 'application/json', errorType: 'ValueError' });
  });

  test('without a type in its body has the type of the header, or is unknown', async () => {
    const event = invocation();
    const { outcome } = api.deliver(event);
    await next();
    await post(`invocation/${event.requestId}/error`, { body: 'not json', headers: { 'lambda-runtime-function-error-type': 'Function.Odd' } });
    expect((await outcome).errorType).toBe('Function.Odd');
  });
});

describe('init error', () => {
  test('is taken before the first next, and next is refused after it', async () => {
    const body = '{"errorMessage":"no module","errorType":"Runtime.ImportModuleError"}';
    expect((await post('init/error', { body })).status).toBe(202);
    expect(await api.initFailed).toMatchObject({ errorType: 'Runtime.ImportModuleError', payload: Buffer.from(body) });
    const answer = await next();
    expect([answer.status, parse(answer.body).errorMessage]).toEqual([
      403,
      'State transition from InitError to Ready failed for runtime. Error: State transition is not allowed',
    ]);
  });

  test('is refused after the first next', async () => {
    const waiting = next();
    await api.initialised;
    const answer = await post('init/error', { body: '{}' });
    expect([answer.status, parse(answer.body).errorType]).toEqual([403, 'InvalidStateTransition']);
    api.deliver(invocation());
    expect((await waiting).status).toBe(200);
  });
});

test.each(['/2018-06-01/runtime/restore/next', '/2018-06-01/runtime/nothing', '/2015-01-01/runtime/invocation/next'])(
  '%s is not found',
  async (path) => {
    expect((await call(`http://${api.address}${path}`)).status).toBe(404);
  },
);

test('a runtime that went away while it waited is not handed the invocation', async () => {
  const abandoned = http.get(`${base}/invocation/next`);
  abandoned.on('error', () => undefined);
  await api.initialised;
  abandoned.destroy();
  while (api.isWaiting) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  const event = invocation();
  api.deliver(event);
  expect((await next()).headers['lambda-runtime-aws-request-id']).toBe(event.requestId);
});

test('close ends a request that waits and frees the port', async () => {
  const waiting = next();
  await api.initialised;
  await api.close();
  await expect(waiting).rejects.toThrow();
  await expect(next()).rejects.toThrow('ECONNREFUSED');
});
