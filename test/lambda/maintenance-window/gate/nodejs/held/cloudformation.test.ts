import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import {
  heldVectors,
  printableVectors,
  reasonVectors,
  responseBytes,
  urlVectors,
} from '../../../../../../lambda/contract/cloudformation/answer.json';
import { deliver, heldResponse, responseUrl } from '../../../../../../lambda/maintenance-window/gate/nodejs/held/cloudformation';
import { LoopbackProxy } from '../../../../../loopback-proxy';
import { ON, told, World } from '../world';

const REQUEST = { StackId: 's', RequestId: 'r', LogicalResourceId: 'l' };

test.each(heldVectors)('$request', ({ request, answer }) => {
  expect(heldResponse({ ...REQUEST, ...request }, 'why')).toMatchObject({ ...REQUEST, ...answer });
});

test.each(reasonVectors)('a reason that is too long is cut so that the response fits: $name', ({ unit, count }) => {
  const response = heldResponse({ ...REQUEST, RequestType: 'Create' }, `begin ${unit.repeat(count)} end`);
  const bytes = Buffer.byteLength(JSON.stringify(response));
  expect(bytes).toBeLessThanOrEqual(responseBytes.most);
  expect(bytes).toBeGreaterThan(responseBytes.most - 10);
  expect(response.Reason).toMatch(/^begin .* \.\.\. .* end$/u);
});

test.each(printableVectors)('a reason holds what CloudFormation can show: $text', ({ text, shown }) => {
  expect(heldResponse({ ...REQUEST, RequestType: 'Create' }, text).Reason).toBe(shown);
});

test.each(urlVectors)('$url with $environment', ({ url, environment, allowed }) => {
  expect(responseUrl(url, environment as Record<string, string>)?.href).toBe(allowed ? url : undefined);
});

describe('delivery', () => {
  let server: Server;
  let statuses: number[];
  let received: { request: IncomingMessage; body: string }[];

  beforeEach(async () => {
    received = [];
    server = createServer((request: IncomingMessage, response: ServerResponse) => {
      let body = '';
      request.on('data', (piece: Buffer) => {
        body += piece.toString();
      });
      request.on('end', () => {
        received.push({ request, body });
        response.writeHead(statuses.shift() ?? 200, { location: '/elsewhere' }).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const send = () =>
    deliver(
      new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/a?b=%2F`),
      heldResponse({ ...REQUEST, RequestType: 'Create' }, 'ä'),
      Date.now() + 5000,
    );

  test('sends the byte length, an empty content type, and repeats 5xx and 429', async () => {
    statuses = [500, 429, 200];
    await send();
    expect(received).toHaveLength(3);
    const { request, body } = received[2];
    expect([request.method, request.url, request.headers['content-type'], Number(request.headers['content-length'])]).toEqual([
      'PUT',
      '/a?b=%2F',
      '',
      Buffer.byteLength(body),
    ]);
    expect(JSON.parse(body)).toMatchObject({ Reason: 'ä' });
  });

  test.each([403, 307])('gives up after %d', async (status) => {
    statuses = [status];
    await expect(send()).rejects.toThrow(`answered ${status}`);
    expect(received).toHaveLength(1);
  });
});

test("an invocation is answered through the environment's proxy", async () => {
  const places: Record<string, number> = {};
  const proxy = await LoopbackProxy.listen(places);
  const world = await World.open(ON, { HTTP_PROXY: `127.0.0.1:${proxy.port}` });
  const { service } = world.events;
  try {
    places['127.0.0.1'] = Number(new URL(service.url).port);
    service.reply = () => ({ body: '' });
    const step = await world.plan(JSON.stringify({ ...REQUEST, RequestType: 'Create', ResponseURL: `${service.url}/answer` }));
    expect(told(step)).toEqual({});
    expect(proxy.asked).toMatchObject([{ method: 'PUT', target: `${service.url}/answer` }]);
  } finally {
    await Promise.all([world.close(), proxy.close()]);
  }
});
