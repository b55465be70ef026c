import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

import { RuntimeApi } from '../../../../../../lambda/maintenance-window/gate/nodejs/client/runtime-api';
import type { Invocation } from '../../../../../../lambda/maintenance-window/gate/nodejs/quiet/invocation';

const BODY = '{"statusCode":503}\0\0\0\0\0\0\0\0ä';

let server: http.Server;
let api: RuntimeApi;
let status: number;
let received: readonly [path: string | undefined, headers: http.IncomingHttpHeaders, body: string];

beforeEach(async () => {
  status = 202;
  server = http.createServer((request, response) => {
    void text(request).then((body) => {
      received = [request.url, request.headers, body];
      response.writeHead(status).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  api = new RuntimeApi(`127.0.0.1:${(server.address() as AddressInfo).port}`);
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

const invocation = (more: Partial<Invocation> = {}) => ({ requestId: 'r/1', ...more }) as Invocation;

test('a stream is posted whole, with the invocation id of clients that have one', async () => {
  await api.stream(invocation({ invocationId: 'i-1' }), BODY);
  const [path, headers, body] = received;
  expect([path, body]).toEqual(['/2018-06-01/runtime/invocation/r%2F1/response', BODY]);
  expect(headers).toMatchObject({
    'content-type': 'application/vnd.awslambda.http-integration-response',
    'lambda-runtime-function-response-mode': 'streaming',
    'transfer-encoding': 'chunked',
    'lambda-runtime-invocation-id': 'i-1',
  });
  await api.stream(invocation(), BODY);
  expect(received[1]).not.toHaveProperty('lambda-runtime-invocation-id');
});

test('a stream that nobody waits for any more is no error, one that is not taken is', async () => {
  status = 410;
  await api.stream(invocation(), BODY);
  status = 403;
  await expect(api.stream(invocation(), BODY)).rejects.toThrow('the Runtime API answered 403 to the response of r/1');
});

test('a stream that meets nobody is an error', async () => {
  await expect(new RuntimeApi('127.0.0.1:9').stream(invocation(), BODY)).rejects.toThrow('ECONNREFUSED');
});

test('a stream is posted by the request that the process had at its start', async () => {
  const taken = process.getBuiltinModule('node:http');
  const { request } = taken;
  taken.request = () => {
    throw new Error('taken by user code');
  };
  try {
    await api.stream(invocation(), BODY);
  } finally {
    taken.request = request;
  }
  expect(received[2]).toBe(BODY);
});
