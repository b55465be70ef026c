/** Calls through a real proxy on loopback, to TLS that nobody could find without it. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

import { AwsClient } from '../../../../lambda/aws/nodejs/client';
import { certificateFor, LoopbackProxy, type ProxyFault, TlsFront } from '../../../loopback-proxy';
import { LoopbackService } from '../../maintenance-window/gate/nodejs/loopback-service';

const HOST = 'ssm.us-east-1.amazonaws.com';
const PLACE = `${HOST}:443`;
const SIGNED = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'AKIATEST', AWS_SECRET_ACCESS_KEY: 'secret' };
const BASIC = `Basic ${Buffer.from('user:se cret').toString('base64')}`;
const certificate = certificateFor(HOST);
const proxyCertificate = certificateFor();

const tls = process.getBuiltinModule('node:tls');
const { createSecureContext } = tls;

let service: LoopbackService;
let front: TlsFront;
let proxy: LoopbackProxy;
/** What the proxy takes for which host. */
let places: Record<string, number>;

/** As NODE_EXTRA_CA_CERTS does, which Node.js reads when it starts. */
const trust = (ca: string[] | undefined) => {
  tls.createSecureContext = (options) => createSecureContext({ ...options, ...(ca && { ca }) });
};

beforeEach(async () => {
  trust([certificate.cert, proxyCertificate.cert]);
  service = await LoopbackService.listen();
  front = await TlsFront.listen(certificate, Number(new URL(service.url).port));
  places = { [HOST]: front.port, 'plain.example': Number(new URL(service.url).port) };
  proxy = await LoopbackProxy.listen(places);
});
afterEach(async () => {
  tls.createSecureContext = createSecureContext;
  await Promise.all([proxy.close(), front.close(), service.close()]);
});

const at = (scheme = 'http', secret = '') => `${scheme}://${secret}127.0.0.1:${proxy.port}`;
const client = (environment: Record<string, string> = { HTTPS_PROXY: at() }) => new AwsClient({ ...SIGNED, ...environment });
/** Errors of Node.js itself are of another realm than a test's, and shown with their names. */
const failureOf = async (asked: Promise<unknown>) => {
  const error = (await asked.then(() => 'no error').catch((failure: unknown) => failure)) as Error;
  error.message = error.message.replace(': Error: ', ': ');
  return error;
};
const ask = (by: AwsClient, fresh = false, budget = 5000) => by.callOnce('ssm', 'GetParameters', { Names: ['a'] }, budget, fresh);

test('a call goes through a tunnel, encrypted and signed for the service itself', async () => {
  service.reply = () => ({ body: { found: true } });
  expect(await ask(client())).toEqual({ found: true });
  expect(proxy.asked).toEqual([{ method: 'CONNECT', target: PLACE, host: PLACE, authorization: undefined }]);
  expect(service.calls).toMatchObject([{ input: { Names: ['a'] }, headers: { host: HOST } }]);
  expect(service.calls[0].headers).not.toHaveProperty('proxy-authorization');
});

test('a tunnel is used again', async () => {
  const by = client();
  await ask(by);
  await ask(by);
  await ask(by);
  expect([proxy.asked.length, proxy.connections, front.connections]).toEqual([1, 1, 1]);
});

test('a fresh connection is not a kept tunnel', async () => {
  const by = client();
  await ask(by);
  await ask(by, true);
  expect([proxy.asked.length, front.connections]).toEqual([2, 2]);
});

test('the user name and password are for the proxy alone', async () => {
  await ask(client({ HTTPS_PROXY: at('http', 'user:se%20cret@') }));
  expect(proxy.asked).toMatchObject([{ authorization: BASIC }]);
  expect(JSON.stringify(service.calls)).not.toContain(BASIC);
});

test('a plain endpoint is asked for by its whole URL, over kept connections', async () => {
  const by = client({ AWS_ENDPOINT_URL: 'http://plain.example:8000', HTTP_PROXY: at('http', 'user:se%20cret@') });
  await ask(by);
  await ask(by);
  const asked = { method: 'POST', target: 'http://plain.example:8000/', host: 'plain.example:8000', authorization: BASIC };
  expect(proxy.asked).toEqual([asked, asked]);
  expect(proxy.connections).toBe(1);
  expect(service.calls).toMatchObject([{ headers: { host: 'plain.example:8000' } }, {}]);
});

test('NO_PROXY takes the way without', async () => {
  await ask(client({ AWS_ENDPOINT_URL: service.url, HTTP_PROXY: at(), NO_PROXY: '127.0.0.1' }));
  expect([proxy.asked.length, service.calls.length]).toEqual([0, 1]);
});

test("the container's credentials are never asked for through a proxy", async () => {
  service.reply = () => ({ body: { AccessKeyId: 'ASIA', SecretAccessKey: 's' } });
  const environment = { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${service.url}/keys`, HTTPS_PROXY: at(), HTTP_PROXY: at() };
  await ask(new AwsClient(environment));
  expect(proxy.asked).toMatchObject([{ target: PLACE }]);
  expect(service.calls.map(({ operation }) => operation)).toEqual(['/keys', 'GetParameters']);
});

describe('a proxy that is asked by TLS', () => {
  let secure: LoopbackProxy;
  beforeEach(async () => {
    secure = await LoopbackProxy.listen(places, proxyCertificate);
  });
  afterEach(() => secure.close());

  test('has tunnels, which are used again', async () => {
    const by = client({ HTTPS_PROXY: `https://user:se%20cret@localhost:${secure.port}` });
    await ask(by);
    await ask(by);
    expect(secure.asked).toEqual([{ method: 'CONNECT', target: PLACE, host: PLACE, authorization: BASIC }]);
    expect(service.calls).toHaveLength(2);
  });

  test('takes whole URLs', async () => {
    await ask(client({ AWS_ENDPOINT_URL: 'http://plain.example:8000', HTTP_PROXY: `https://localhost:${secure.port}` }));
    expect(secure.asked).toMatchObject([{ target: 'http://plain.example:8000/' }]);
  });

  test('is verified', async () => {
    trust(undefined);
    const asked = ask(client({ HTTPS_PROXY: `https://user:secret@localhost:${secure.port}` }));
    const { message } = await failureOf(asked);
    expect(message).toContain(`${HOST} through the proxy localhost:${secure.port} of HTTPS_PROXY: self-signed certificate`);
    expect(secure.asked).toEqual([]);
  });
});

test.each<[string, ProxyFault, string]>([
  ['refuses', 403, `the proxy answered 403 to CONNECT ${PLACE}: allow it there, or name the host in NO_PROXY`],
  ['does not reach the service', 502, `the proxy answered 502 to CONNECT ${PLACE}`],
  ['asks who it is', 407, 'the proxy answered 407: it does not take the user name and password in HTTPS_PROXY'],
  ['is silent', 'hang', 'no answer in time'],
  ['closes the connection', 'drop', 'socket hang up'],
  ['closes it within its answer', 'half', 'socket hang up'],
  ['closes the tunnel', 'cut', 'Client network socket disconnected before secure TLS connection was established'],
  ['sends a body of its own', 'early', `the proxy sent a body of its own after CONNECT ${PLACE}`],
])('a proxy that %s is named, without its password', async (_, fault, message) => {
  proxy.fault = fault;
  const asked = ask(client({ HTTPS_PROXY: at('http', 'user:se%20cret@') }), false, fault === 'hang' ? 200 : 5000);
  const error = await failureOf(asked);
  expect(error.message).toContain(`NetworkError: ${HOST} through the proxy 127.0.0.1:${proxy.port} of HTTPS_PROXY: ${message}`);
  const shown = process.getBuiltinModule('node:util').inspect(error, { depth: 9 });
  expect(shown).not.toMatch(/se%20cret|se cret/);
  expect(shown).not.toContain(BASIC);
});

test.each<[string, ProxyFault, string]>([
  ['asks who it is', 407, 'NetworkError: plain.example through the proxy HERE of HTTP_PROXY: the proxy answered 407: it asks for a user name'],
  ['refuses', 403, 'HTTP 403: through the proxy HERE of HTTP_PROXY'],
  ['does not reach the service', 502, 'HTTP 502: through the proxy HERE of HTTP_PROXY'],
  ['closes the connection', 'drop', 'NetworkError: plain.example through the proxy HERE of HTTP_PROXY: socket hang up'],
  ['is silent', 'hang', 'NetworkError: plain.example through the proxy HERE of HTTP_PROXY: no answer in time'],
])('on the way to a plain endpoint a proxy that %s is named', async (_, fault, message) => {
  proxy.fault = fault;
  const asked = ask(client({ AWS_ENDPOINT_URL: 'http://plain.example:8000', HTTP_PROXY: at() }), false, fault === 'hang' ? 200 : 5000);
  expect((await failureOf(asked)).message).toContain(message.replace('HERE', `127.0.0.1:${proxy.port}`));
});

test('a proxy that is not there is named', async () => {
  const closed = at();
  await proxy.close();
  const { message } = await failureOf(ask(client({ HTTPS_PROXY: closed })));
  expect(message).toContain(`through the proxy ${closed.slice(7)} of HTTPS_PROXY: connect ECONNREFUSED`);
  proxy = await LoopbackProxy.listen({});
});

test('a proxy that drips does not outlast the deadline', async () => {
  const dripping = createServer((socket: Socket) => {
    socket.write('HTTP/1.1 200 OK\r\n');
    const drip = setInterval(() => socket.write('x: y\r\n'), 10);
    socket.on('error', () => undefined).on('close', () => clearInterval(drip));
  });
  await new Promise<void>((resolve) => dripping.listen(0, '127.0.0.1', resolve));
  const place = `127.0.0.1:${(dripping.address() as AddressInfo).port}`;
  await expect(ask(client({ HTTPS_PROXY: place }), false, 100)).rejects.toThrow(`through the proxy ${place} of HTTPS_PROXY: no answer in time`);
  await new Promise((resolve) => dripping.close(resolve)); // which it does once nobody is connected: the CONNECT was broken off
});

test('a service behind the tunnel is verified', async () => {
  trust(undefined);
  expect((await failureOf(ask(client()))).message).toContain(`through the proxy 127.0.0.1:${proxy.port} of HTTPS_PROXY: self-signed certificate`);
  expect(service.calls).toEqual([]);
});

test('a service behind the tunnel is who its name says', async () => {
  places['sqs.us-east-1.amazonaws.com'] = front.port;
  const asked = client().callOnce('sqs', 'SendMessage', {}, 5000);
  await expect(asked).rejects.toThrow("Hostname/IP does not match certificate's altnames: Host: sqs.us-east-1.amazonaws.com");
});

test('a variable that names no proxy is an error that is not tried again', async () => {
  const failed = client({ HTTPS_PROXY: 'socks5://user:secret@proxy.example:1080' }).call('ssm', 'GetParameters', {}, Date.now() + 5000);
  await expect(failed).rejects.toMatchObject({
    message: "ProxyError: HTTPS_PROXY names a proxy of the scheme 'socks5', where http and https are known",
    retryable: false,
  });
});

test('a tunnel that was closed is not used again', async () => {
  const by = client();
  await ask(by);
  await front.close();
  front = await TlsFront.listen(certificate, Number(new URL(service.url).port));
  places[HOST] = front.port;
  await by.call('ssm', 'GetParameters', {}, Date.now() + 5000);
  expect([proxy.asked.length, front.connections]).toEqual([2, 1]);
});

const CHILD = `
const { AwsClient } = require(${JSON.stringify(resolve(__dirname, '../../../../lambda/aws/nodejs/client.ts'))});
new AwsClient(process.env).callOnce('ssm', 'GetParameters', {}, 10_000).then(() => console.log('answered'));
`;

test.each(['http', 'https'])(
  'a kept tunnel keeps no process alive: %s',
  async (scheme) => {
    const folder = await mkdtemp(join(tmpdir(), 'tunnel-'));
    const other = await LoopbackProxy.listen(places, scheme === 'https' ? proxyCertificate : undefined);
    try {
      const ca = join(folder, 'ca.pem');
      await writeFile(ca, certificate.cert + proxyCertificate.cert);
      const env = { PATH: process.env.PATH, NODE_EXTRA_CA_CERTS: ca, HTTPS_PROXY: `${scheme}://localhost:${other.port}`, ...SIGNED };
      // Killed before a kept connection ends by itself
      const ended = promisify(execFile)(process.execPath, ['--require', 'tsx/cjs', '-e', CHILD], { env, timeout: 15_000 });
      expect(await ended).toMatchObject({ stdout: 'answered\n' });
    } finally {
      await Promise.all([other.close(), rm(folder, { recursive: true })]);
    }
  },
  30_000,
);
