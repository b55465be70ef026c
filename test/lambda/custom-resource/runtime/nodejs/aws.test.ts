/** The real clients of the AWS SDK, against a loopback address. */
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { awsCalls } from '../../../../../lambda/custom-resource/runtime/nodejs/operation/aws';
import { STACK } from './requests';

let server: Server;
let received: { method?: string; url: string; headers: IncomingHttpHeaders; body: string }[];
let answers: { status: number; body?: string; headers?: Record<string, string> }[];

beforeEach(async () => {
  received = [];
  answers = [];
  server = createServer((incoming, outgoing) => {
    let body = '';
    incoming
      .setEncoding('utf8')
      .on('data', (chunk: string) => {
        body += chunk;
      })
      .on('end', () => {
        received.push({ method: incoming.method, url: incoming.url ?? '', headers: incoming.headers, body });
        const answer = answers.shift() ?? { status: 500 };
        outgoing.writeHead(answer.status, answer.headers).end(answer.body);
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  jest.replaceProperty(process, 'env', {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'example',
    AWS_LAMBDA_FUNCTION_NAME: 'restore',
    _X_AMZN_TRACE_ID: 'Root=1-5e1b4151-5ac6c58d40e8e8b4e1d5c5b0;Lineage=1:abcd:3',
  });
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const { signal } = new AbortController();

test('a hop is an asynchronous invocation of the qualified ARN, and stays in its chain of requests', async () => {
  answers = [{ status: 202 }];
  await awsCalls().invoke('arn:aws:lambda:eu-central-1:111122223333:function:restore:live', '{"a":"ü"}', signal);
  expect(received).toHaveLength(1);
  const [{ method, url, headers, body }] = received;
  expect([method, decodeURIComponent(url), body]).toEqual([
    'POST',
    '/2015-03-31/functions/arn:aws:lambda:eu-central-1:111122223333:function:restore:live/invocations',
    '{"a":"ü"}',
  ]);
  expect(headers['x-amz-invocation-type']).toBe('Event');
  // Without it Lambda's recursion guard would not see the loop
  expect(headers['x-amzn-trace-id']).toContain('Lineage=1:abcd:3');
});

test('a hop that fails is not repeated by the client', async () => {
  answers = [{ status: 503 }, { status: 202 }];
  await expect(awsCalls().invoke('restore', '{}', signal)).rejects.toThrow();
  expect(received).toHaveLength(1);
});

test('the stack is asked for by its id, once', async () => {
  const member =
    '<member><StackName>shop</StackName><CreationTime>2026-12-01T10:00:00Z</CreationTime><StackStatus>UPDATE_ROLLBACK_IN_PROGRESS</StackStatus>';
  const result = `<Stacks>${member}<StackStatusReason>cancelled</StackStatusReason></member></Stacks>`;
  answers = [
    {
      status: 200,
      headers: { 'content-type': 'text/xml' },
      body: `<DescribeStacksResponse><DescribeStacksResult>${result}</DescribeStacksResult></DescribeStacksResponse>`,
    },
    { status: 500 },
  ];
  const aws = awsCalls();
  expect(await aws.readStack(STACK, signal)).toEqual({ status: 'UPDATE_ROLLBACK_IN_PROGRESS', reason: 'cancelled' });
  expect(new URLSearchParams(received[0].body).get('StackName')).toBe(STACK);
  await expect(aws.readStack(STACK, signal)).rejects.toThrow();
  expect(received).toHaveLength(2);
});

test('a secret is read by stage or by version', async () => {
  const V1 = '11111111-1111-4111-8111-111111111111';
  const headers = { 'content-type': 'application/x-amz-json-1.1' };
  const body = JSON.stringify({ SecretString: 'value', VersionId: V1 });
  answers = [
    { status: 200, headers, body },
    { status: 200, headers, body },
  ];
  const aws = awsCalls();
  expect(await aws.readSecret({ secretId: 'Db', versionStage: 'AWSCURRENT' }, signal)).toEqual({ value: 'value', versionId: V1 });
  await aws.readSecret({ secretId: 'Db', versionId: V1 }, signal);
  expect(received.map((call) => JSON.parse(call.body) as object)).toEqual([
    { SecretId: 'Db', VersionStage: 'AWSCURRENT' },
    { SecretId: 'Db', VersionId: V1 },
  ]);
});

test('a call that is aborted ends', async () => {
  const over = new AbortController();
  over.abort();
  await expect(awsCalls().readStack(STACK, over.signal)).rejects.toThrow();
  expect(received).toEqual([]);
});
