/** Answers over real connections, by the real `fetch`. */
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { systemClock } from '../../../lambda/clock';
import type { Answer } from '../../../lambda/cloudformation/answer';
import { deliver, type Delivery } from '../../../lambda/cloudformation/delivery';

const ANSWER: Answer = { status: 'SUCCESS', physicalResourceId: 'own-1', data: { Password: 'secret-data' } };
const BODY = Buffer.from('{"Reason":"Größe ✗ 😀"}');

let server: Server;
let origin: string;
let statuses: (number | 'reset' | 'hang')[];
let received: { method?: string; url?: string; headers: IncomingHttpHeaders; body: Buffer }[];

beforeEach(async () => {
  statuses = [];
  received = [];
  server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      received.push({ method: incoming.method, url: incoming.url, headers: incoming.headers, body: Buffer.concat(chunks) });
      const status = statuses.shift() ?? 200;
      if (status === 'reset') {
        incoming.socket.destroy();
      } else if (status !== 'hang') {
        outgoing.writeHead(status, status === 307 ? { location: `${origin}/elsewhere` } : {}).end('<Error/>');
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** Sleeping takes no time but counts; attempts take real time. */
function clock() {
  let slept = 0;
  return {
    now: () => Date.now() + slept,
    sleep: async (milliseconds: number) => {
      slept += milliseconds;
    },
    alarm: (milliseconds: number, signal?: AbortSignal) => systemClock.alarm(milliseconds, signal),
  };
}

function send(change: Partial<Delivery> = {}): Promise<void> {
  const time = clock();
  return deliver({
    url: `${origin}/answer?X-Amz-Signature=5e17ed`,
    answer: ANSWER,
    body: BODY,
    until: time.now() + 60_000,
    clock: time,
    fetch,
    environment: { AWS_ENDPOINT_URL: origin },
    mask: (text) => text,
    ...change,
  });
}

async function failure(change: Partial<Delivery> = {}): Promise<Record<string, unknown>> {
  const error = await send(change).then(
    () => undefined,
    (reason: Error) => reason,
  );
  expect(error?.name).toBe('AnswerNotDelivered');
  return JSON.parse(error!.message) as Record<string, unknown>;
}

test('is a PUT to the whole URL with the length in bytes and an empty content type, which the signature covers (aws-cdk: nodejs-entrypoint, UTF-8)', async () => {
  await send();
  const [{ method, url, headers, body }] = received;
  expect([method, url, headers['content-type'], headers['content-length'], body]).toEqual([
    'PUT',
    '/answer?X-Amz-Signature=5e17ed',
    '',
    String(BODY.length),
    BODY,
  ]);
  expect(headers['transfer-encoding']).toBeUndefined();
});

test('is repeated after server errors, throttling and broken connections', async () => {
  statuses = [503, 429, 'reset', 500, 200];
  await send();
  expect(received).toHaveLength(5);
});

test.each([403, 400, 404])('is not repeated after %d', async (status) => {
  statuses = [status];
  expect(await failure()).toEqual({ status: 'SUCCESS', physicalResourceId: 'own-1', hadData: true, cause: `the ResponseURL answered ${status}` });
  expect(received).toHaveLength(1);
});

test('follows no redirect', async () => {
  statuses = [307];
  expect((await failure()).cause).toBe('the ResponseURL answered 307');
  expect(received).toHaveLength(1);
});

test('gives up when the time is over, with the last error and without the data', async () => {
  statuses = Array<number>(100).fill(503);
  const left = await failure();
  expect(left.cause).toBe('the ResponseURL answered 503');
  expect(JSON.stringify(left)).not.toContain('secret-data');
  expect(received.length).toBeGreaterThan(10);
});

test('is tried once even when the time is over', async () => {
  await send({ until: 0 });
  expect(received).toHaveLength(1);
});

test('an attempt without an answer ends, and is repeated', async () => {
  statuses = ['hang', 200];
  const time = clock();
  let attempts = 0;
  // The first attempt's alarm rings at once, as if ten seconds had passed
  const alarm = (milliseconds: number, signal?: AbortSignal) => {
    attempts += 1;
    return attempts === 1 ? arrived(1) : systemClock.alarm(milliseconds, signal);
  };
  await send({ clock: { ...time, alarm }, until: Date.now() + 60_000 });
  expect(received).toHaveLength(2);
});

async function arrived(count: number): Promise<void> {
  while (received.length < count) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('a server that is not there is a network error', async () => {
  const gone = createServer();
  await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(gone.address() as AddressInfo).port}/x`;
  await new Promise((resolve) => gone.close(resolve));
  expect((await failure({ url, environment: { AWS_ENDPOINT_URL: url } })).cause).toContain('ECONNREFUSED');
});

describe('plain http', () => {
  test.each([
    ['no endpoint is set', {}],
    ['the endpoint has another port', { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' }],
    ['the endpoint is none', { AWS_ENDPOINT_URL: 'none' }],
    ['the endpoint of another service is set', { AWS_ENDPOINT_URL_SSM: 'HERE' }],
  ])('is refused while %s, and the error keeps the signature to itself', async (_, environment) => {
    const left = await failure({
      environment: Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, value === 'HERE' ? origin : value])),
    });
    expect(left.cause).toContain('is not an https URL');
    expect(JSON.stringify(left)).not.toContain('5e17ed');
    expect(received).toEqual([]);
  });

  test.each(['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_S3'])('goes to the loopback host and port that %s names', async (name) => {
    await send({ environment: { [name]: `${origin}/` } });
    expect(received).toHaveLength(1);
  });

  test("goes there whichever the endpoint's own scheme", async () => {
    await send({ environment: { AWS_ENDPOINT_URL: origin.replace('http:', 'https:') } });
    expect(received).toHaveLength(1);
  });

  test.each(['http://example.com/x', 'ftp://127.0.0.1/x', 'nonsense', ''])('or anything else is not sent to %p', async (url) => {
    expect((await failure({ url, environment: { AWS_ENDPOINT_URL: 'http://example.com' } })).cause).toContain('is not an https URL');
  });
});
