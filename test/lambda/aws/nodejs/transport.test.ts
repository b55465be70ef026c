import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Worker } from 'node:worker_threads';

import { type HttpRequest, send, TransportError } from '../../../../lambda/aws/nodejs/transport';

let server: Server;
let connections: Socket[];
let answer: RequestListener;

beforeEach(async () => {
  connections = [];
  answer = (_, response) => response.end('{"a": 1}');
  server = createServer((request, response) => {
    request.resume().on('end', () => answer(request, response));
  });
  server.on('connection', (socket: Socket) => connections.push(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/a?b=c`;
const ask = ({ url = new URL(address()), ...more }: Partial<HttpRequest> = {}) =>
  send({ method: 'POST', url, headers: { x: 'y' }, body: 'bödy', budget: 5000, ...more });

test('a connection is used again', async () => {
  for (let number = 0; number < 3; number++) {
    expect((await ask()).body.toString()).toBe('{"a": 1}');
  }
  expect(connections).toHaveLength(1);
});

test('a fresh connection is not a kept one', async () => {
  await ask();
  await ask({ fresh: true });
  expect(connections).toHaveLength(2);
});

test('a request has its path, its headers and the length of its body in bytes', async () => {
  answer = ({ url, method, headers }, response) => response.writeHead(202).end(JSON.stringify({ url, method, headers }));
  const { status, body } = await ask();
  expect(status).toBe(202);
  expect(JSON.parse(body.toString())).toMatchObject({ url: '/a?b=c', method: 'POST', headers: { 'x': 'y', 'content-length': '5' } });
});

test.each(['node:http', 'node:https'])('a tool that has replaced request of %s before the gate started sees none of its calls', async (name) => {
  const module = process.getBuiltinModule(name) as { request: unknown };
  const { request } = module;
  const seen = jest.fn();
  module.request = seen;
  try {
    await jest.isolateModulesAsync(async () => {
      const { send: sendBehind } = await import('../../../../lambda/aws/nodejs/transport');
      const url = new URL(name === 'node:https' ? address().replace('http', 'https') : address());
      const sent = sendBehind({ method: 'POST', url, headers: {}, body: '', budget: 5000 });
      await (name === 'node:https' ? expect(sent).rejects.toThrow(/SSL|EPROTO/) : expect(sent).resolves.toMatchObject({ status: 200 }));
    });
  } finally {
    module.request = request;
  }
  expect(seen).not.toHaveBeenCalled();
});

test('a redirect is an answer like any other', async () => {
  answer = (_, response) => response.writeHead(307, { location: '/elsewhere' }).end();
  expect(await ask()).toMatchObject({ status: 307, headers: { location: '/elsewhere' } });
});

test.each<[string, string, RequestListener]>([
  ['dropped', 'socket hang up', (_, response) => response.destroy()],
  ['hanging', 'no answer in time', () => undefined],
  ['truncated', 'aborted', (_, response) => response.writeHead(200, { 'content-length': 100 }).write('{', () => response.destroy())],
  ['without an end', 'no answer in time', (_, response) => response.writeHead(200, { 'content-length': 100 }).write('{')],
])('an incomplete response is an error: %s', async (_, message, listener) => {
  answer = listener;
  const asked = ask({ budget: message.includes('no answer') ? 200 : 5000 });
  await expect(asked).rejects.toThrow(TransportError);
  await expect(asked).rejects.toThrow('127.0.0.1: ');
  await expect(asked).rejects.toThrow(message);
});

test('a response that trickles does not outlast the deadline', async () => {
  let trickle: NodeJS.Timeout | undefined;
  answer = (_, response) => {
    response.writeHead(200, { 'content-length': 1000 });
    trickle = setInterval(() => response.write('x'), 10);
  };
  try {
    await expect(ask({ budget: 100 })).rejects.toThrow('no answer in time');
  } finally {
    clearInterval(trickle);
  }
});

test('a request that is given up is broken off', async () => {
  answer = () => undefined;
  await expect(ask({ budget: 50 })).rejects.toThrow('no answer in time');
  await new Promise((resolve) => (connections[0].destroyed ? resolve(undefined) : connections[0].once('close', resolve)));
});

test('a closed port is an error', async () => {
  const url = new URL(address());
  server.close();
  await expect(ask({ url, fresh: true })).rejects.toThrow('ECONNREFUSED');
});

test('other schemes are refused', async () => {
  await expect(ask({ url: new URL('ftp://127.0.0.1/x') })).rejects.toThrow("'ftp:' is neither http: nor https:");
});

/** Answers in another thread, as services do while this one is busy. */
const ELSEWHERE = `
const { parentPort } = require('node:worker_threads');
const server = require('node:http').createServer((request, response) => request.resume().on('end', () => response.end('{"a": 1}')));
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

test('an answer that came in time is taken, although the process was busy until after the deadline', async () => {
  const worker = new Worker(ELSEWHERE, { eval: true });
  try {
    const port = await new Promise<number>((resolve, reject) => worker.once('message', resolve).once('error', reject));
    const asked = ask({
      url: new URL(`http://127.0.0.1:${port}`),
      budget: 500,
      onSent: () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000),
    });
    expect((await asked).body.toString()).toBe('{"a": 1}');
  } finally {
    await worker.terminate();
  }
});
