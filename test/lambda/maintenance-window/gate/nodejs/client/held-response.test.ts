import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

import { holdResponse, type Settle } from '../../../../../../lambda/maintenance-window/gate/nodejs/client/held-response';
import { GateError } from '../../../../../../lambda/maintenance-window/gate/nodejs/quiet/errors';
import type { Step } from '../../../../../../lambda/maintenance-window/gate/nodejs/quiet/step';

const ERROR = { errorType: 'RangeError', errorMessage: 'böom' };
const PRELUDE = 'application/vnd.awslambda.http-integration-response';

/** What the Runtime API received, and when the outcome was written. */
let log: string[];
let server: http.Server;
let settled: Promise<unknown> | undefined;

beforeEach(async () => {
  log = [];
  settled = undefined;
  server = http.createServer((request, response) => {
    text(request).then(
      (body) => {
        const type = request.trailers['lambda-runtime-function-error-type'];
        log.push(`received ${request.headers['content-type']} ${body}${type === undefined ? '' : ` ${String(type)}`}`);
        response.writeHead(202).end('{}');
      },
      () => log.push('received a part'),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
});

const REPLY: Step = { do: 'reply', body: '{"answered":true}' };

/** Opens a response as the client does. */
function open(step: Step | Error = REPLY): { readonly request: http.ClientRequest; readonly failures: string[] } {
  const settle: Settle = (kind, body, answers) => {
    settled = (async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      log.push(`written ${kind} ${body}`);
      if (step instanceof Error) {
        throw step;
      }
      await answers(step);
    })();
    return settled;
  };
  const { port } = server.address() as AddressInfo;
  const headers = { 'Content-Type': 'text/plain', 'Trailer': ['Lambda-Runtime-Function-Error-Type', 'Lambda-Runtime-Function-Error-Body'] };
  const request = http.request({ host: '127.0.0.1', port, method: 'POST', path: '/', headers }, (response) => response.resume());
  const failures: string[] = [];
  request.on('error', (error) => {
    failures.push(error.message);
    request.destroy(error);
  });
  holdResponse(request, settle);
  return { request, failures };
}

/** As the client fails a stream. */
function fail(request: http.ClientRequest): void {
  const body = Buffer.from(JSON.stringify(ERROR)).toString('base64');
  request.addTrailers({ 'Lambda-Runtime-Function-Error-Type': ERROR.errorType, 'Lambda-Runtime-Function-Error-Body': body });
  request.end();
}

test('the end is sent when the outcome is written, with what was given to it', async () => {
  const { request } = open();
  request.write('{"a":');
  request.end(Buffer.from('1}'));
  await settled;
  expect(log).toEqual(['written result {"a":1}', 'received text/plain {"a":1}']);
});

test('a second end, a write after the end and a destroyed stream after it change nothing', async () => {
  const { request } = open();
  request.end('1');
  request.end('2');
  request.write('3');
  request.destroy();
  await settled;
  expect(log).toEqual(['written result 1', 'received text/plain 1']);
});

test('an error before the first byte is answered as any other', async () => {
  const { request } = open();
  fail(request);
  await settled;
  expect(log).toEqual([`written error ${JSON.stringify(ERROR)}`, 'received application/json {"answered":true}']);
});

test('an error after the first byte ends what was sent, and is no error to Lambda', async () => {
  const { request } = open();
  request.write('part');
  fail(request);
  await settled;
  expect(log).toEqual([`written error ${JSON.stringify(ERROR)}`, 'received text/plain part']);
});

test('an error that comes after the end is none', async () => {
  const { request } = open();
  request.end('1');
  fail(request);
  await settled;
  expect(log).toEqual(['written result 1', 'received text/plain 1']);
});

test('an outcome that could not be written is an error to Lambda', async () => {
  const { request } = open({ do: 'fail', error: new GateError('replayStoreFailed', 'no store') });
  request.end('1');
  await settled;
  expect(log).toEqual(['written result 1', 'received text/plain 1 ReplayStoreFailed']);
});

test.each([
  ['with an error', new TypeError('away'), { errorType: 'TypeError', errorMessage: 'away', trace: [] }],
  ['without one', undefined, { errorType: 'ResponseNotFinished', errorMessage: 'the response stream was destroyed before it had ended', trace: [] }],
])('a stream that is destroyed %s is a failure', async (_, reason, expected) => {
  const { request } = open();
  request.write('part');
  await new Promise((resolve) => setTimeout(resolve, 50)); // it has arrived
  request.destroy(reason);
  await settled;
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(log).toEqual([`written error ${JSON.stringify(expected)}`, 'received a part']);
});

test('a connection that breaks is a failure', async () => {
  const { request } = open();
  request.write('part');
  await new Promise((resolve) => setTimeout(resolve, 50));
  server.closeAllConnections();
  await new Promise((resolve) => request.once('error', resolve));
  await settled;
  expect(log).toContainEqual(expect.stringMatching(/^written error \{"errorType":"Error"/));
});

test('a defect of the gate destroys the stream: nobody waits for ever', async () => {
  const { request, failures } = open(new Error('defect'));
  request.end('1');
  await new Promise((resolve) => request.once('close', resolve));
  expect(failures).toEqual(['defect']);
});

test('what has an outcome already goes on as it would', async () => {
  const { request } = open();
  const { port } = server.address() as AddressInfo;
  request.end();
  await settled;
  log = [];
  const other = http.request({ host: '127.0.0.1', port, method: 'POST', path: '/' }, (response) => response.resume());
  holdResponse(other, () => undefined);
  other.end('1');
  await new Promise((resolve) => other.once('close', resolve));
  expect(log).toEqual(['received undefined 1']);
});

test('what an end cannot be given throws at once, as ever', async () => {
  const { request } = open();
  expect(() => request.end(1 as never)).toThrow('"chunk" argument');
  request.end();
  await settled;
});

describe('the result', () => {
  test.each([
    ['is what was streamed', 'text/plain', '{"batchItemFailures":[]}', '{"batchItemFailures":[]}'],
    ['of a response with metadata is those', PRELUDE, '{"statusCode":502}\0\0\0\0\0\0\0\0body', '{"statusCode":502}'],
    ['of a response with metadata that has no body is those', PRELUDE, '{"statusCode":204}', '{"statusCode":204}'],
    ['that no buffered response could be is none', 'text/plain', 'x'.repeat(6_291_557), 'null'],
    ['that one could just be is one', 'text/plain', '"' + 'x'.repeat(6_291_554) + '"', '"' + 'x'.repeat(6_291_554) + '"'],
  ])('%s', async (_, contentType, streamed, expected) => {
    const { request } = open();
    request.setHeader('content-type', contentType);
    request.write(streamed.slice(0, 5), 'utf8');
    request.end(streamed.slice(5));
    await settled;
    expect(log[0] === `written result ${expected}`).toBe(true);
  });

  test('is of the bytes at the time of the write, in their encoding', async () => {
    const { request } = open();
    const bytes = Buffer.from('[1]');
    request.write('IkE=', 'base64');
    request.write(bytes);
    bytes.fill(32);
    request.end();
    await settled;
    expect(log[0]).toBe('written result "A[1]');
  });
});
