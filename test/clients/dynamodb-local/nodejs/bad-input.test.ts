/** What goes wrong around the gate: nothing is acknowledged without being kept or run. */
import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';

import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';

import { OPERATOR_PARAMETER, type TestEnvironment } from '../../support/environment';
import type { ParameterStoreFault } from '../../support/parameter-store';
import type { Stage } from '../../support/stage';
import { MINUTES, openStage, readable } from './support';

const RAN = { ran: true };
const DEFERRED = { maintenanceWindow: { status: 'DEFERRED' } };
const code = { 'app.js': 'exports.handler = async () => ({ ran: true });' };

/** A wrapper of the function's own: starts a copy of the client in which something has changed. */
const MOVE_SEAM = `#!/bin/sh
mkdir /tmp/runtime
cp /var/runtime/index.mjs /var/runtime/rapid-client.node /tmp/runtime
cd /tmp/runtime
eval "$MOVE"
for argument do
  shift
  [ "$argument" = /var/runtime/index.mjs ] && argument=/tmp/runtime/index.mjs
  set -- "$@" "$argument"
done
cd /var/task
exec "$@"
`;

let stage: Stage;

beforeAll(async () => {
  stage = await openStage({ 'own/move-seam': MOVE_SEAM });
}, 5 * MINUTES);

afterAll(() => stage.close());
beforeEach(() => stage.reset());
afterEach(() => stage.closeEnvironments());

const start = (variables: Record<string, string> = {}, more = {}): Promise<TestEnvironment> =>
  stage.start({ runtime: 'nodejs24.x', client: '4.0.2', code, variables, ...more });

describe('a window that cannot be read', () => {
  const fault = (kind: ParameterStoreFault) => () => stage.parameters.fault(kind);
  const refusal = '{"__type":"AccessDeniedException","message":"no ssm:GetParameters"}';
  const CAUSES: [string, () => void, string][] = [
    ['a malformed value', () => stage.window('maintenance please'), "syntax): 'maintenance please'"],
    ['a deleted parameter', () => stage.parameters.delete(OPERATOR_PARAMETER), `parameter ${OPERATOR_PARAMETER} does not exist`],
    ['a refusal', fault({ status: 400, body: refusal }), 'AccessDeniedException: no ssm:GetParameters'],
    ['a hanging service', fault('hang'), 'ssm:GetParameters'],
    ['a dropped connection', fault('drop'), 'NetworkError'],
    ['an answer that is no JSON', fault({ status: 200, body: '<html>' }), '6 bytes that are no JSON object'],
    ['an empty answer', fault({ status: 200, body: '' }), '0 bytes that are no JSON object'],
  ];

  test.each(CAUSES)(
    '%s: onWindowUnknown decides, and the cause is logged once',
    async (_, cause, message) => {
      cause();
      const [run, defer, fail] = await Promise.all(['RUN', 'DEFER', 'FAIL'].map((onWindowUnknown) => start({ onWindowUnknown, cacheTtl: '30' })));
      expect(await run.reply({}, { requestId: 'r-1' })).toEqual(RAN);
      expect(await run.reply({}, { requestId: 'r-2' })).toEqual(RAN);
      expect(await defer.reply({}, { requestId: 'r-3' })).toMatchObject(DEFERRED);
      const failed = await fail.error({}, { requestId: 'r-4' });
      expect(failed.errorType).toBe('MaintenanceWindowUnknown');
      expect(failed.errorMessage).toContain(message);
      expect((await stage.rows()).map((row) => row.requestId.S)).toEqual(['r-3']);
      expect(run.output.match(/could not be read/g)).toHaveLength(1);
      expect(run.output).toContain(message);
    },
    MINUTES,
  );

  test(
    'the last known value counts while it cannot be read',
    async () => {
      stage.window('on');
      const environment = await start();
      expect(await environment.reply({})).toMatchObject(DEFERRED);
      stage.parameters.fault({ status: 500, body: '{}' });
      await stage.windowSeen('auto');
      expect(await environment.reply({})).toMatchObject(DEFERRED);
      expect(environment.output).toContain('"WindowStale":1');
    },
    MINUTES,
  );
});

test(
  'a table that is missing is an error to the source, never an acknowledgement',
  async () => {
    stage.window('on');
    const environment = await start({}, { table: 'no-such-table' });
    const failed = await environment.error({});
    expect(failed.errorType).toBe('EventNotStored');
    expect(failed.errorMessage).toContain('ResourceNotFoundException');
    expect(environment.output).toContain('"StoreFailed":1');
  },
  MINUTES,
);

test(
  'a store that cannot be reached is an error in time',
  async () => {
    stage.window('on');
    const environment = await start({}, { dynamoDb: 'http://127.0.0.1:9' });
    const failed = await environment.error({}, { timeout: 3000 });
    expect(failed.errorType).toBe('EventNotStored');
    expect(failed.errorMessage).toContain('NetworkError');
  },
  MINUTES,
);

test(
  'an event of 5 MB comes back byte for byte',
  async () => {
    const app = `exports.handler = async (event) => {
    if (require('crypto').createHash('sha256').update(event.noise).digest('hex') !== event.sha256) throw new Error('damaged');
  };`;
    const noise = randomBytes(3_750_000).toString('base64');
    const event = { noise, sha256: createHash('sha256').update(noise).digest('hex') };
    stage.window('on');
    const environment = await start({}, { code: { 'app.js': app } });
    expect(await environment.reply(event, { requestId: 'r-1' })).toMatchObject(DEFERRED);
    expect(Number((await stage.row('r-1'))!.chunks.N)).toBeGreaterThan(10);
    await stage.windowSeen('auto');
    expect(await environment.reply(await stage.claim('r-1'))).toEqual({ maintenanceReplay: { status: 'DONE', requestId: 'r-1' } });
    const row = await stage.row('r-1');
    expect([row!.state.S, row!.bpk.S, 'expiresAt' in row!]).toEqual(['DONE', 'cleanup#10', false]);
  },
  MINUTES,
);

test.each(['nodejs22.x', 'nodejs24.x'])(
  'a body that is not JSON ends on %s as without the gate, and is kept inside a window',
  async (runtime) => {
    const client = runtime === 'nodejs22.x' ? '3.3.0' : '4.0.2';
    const body = Buffer.from('{no json');
    const [gated, bare] = await Promise.all([start({}, { runtime, client }), start({}, { runtime, client, layer: undefined })]);
    expect(readable(await gated.invoke(body, { requestId: 'r-0' }))).toEqual(readable(await bare.invoke(body, { requestId: 'r-0' })));
    stage.window('on');
    const environment = await start({}, { runtime, client });
    expect(await environment.reply(body, { requestId: 'r-1' })).toMatchObject(DEFERRED);
    expect(Buffer.from((await stage.row('r-1'))!.body.B!).equals(body)).toBe(true);
  },
  MINUTES,
);

test(
  'a part of an event that was lost is a failed attempt, not a shorter event',
  async () => {
    stage.window('on');
    const environment = await start();
    await environment.reply({ noise: randomBytes(400_000).toString('base64') }, { requestId: 'r-1' });
    const { writeId } = (await stage.row('r-1'))!;
    await stage.database.send(new DeleteItemCommand({ TableName: stage.table, Key: { pk: { S: `fn#r-1#${writeId.S}#0` } } }));
    await stage.windowSeen('auto');
    expect(await environment.reply(await stage.claim('r-1'))).toMatchObject({ maintenanceReplay: { status: 'FAILED' } });
    expect((await stage.row('r-1'))!.outcome.M!.errorType.S).toBe('BodyDamaged');
  },
  MINUTES,
);

test.each([
  ['forged', { $maintenanceReplay: { requestId: 'r-1', token: 'forged' } }],
  ['of a part', { $maintenanceReplay: { requestId: 'r-1#w#0', token: 'x' } }],
  ['of another function', { $maintenanceReplay: { requestId: '../other#r', token: '' } }],
  ['longer than any key', { $maintenanceReplay: { requestId: 'r'.repeat(3000), token: '' } }],
])(
  'a pointer that is %s runs nothing and is no error',
  async (_, pointer) => {
    stage.window('on');
    const environment = await start();
    await environment.reply({}, { requestId: 'r-1' });
    await stage.claim('r-1', 'right');
    const before = await stage.rows();
    await stage.windowSeen('auto');
    expect(await environment.reply(pointer)).toMatchObject({ maintenanceReplay: { status: 'REFUSED' } });
    expect(await stage.rows()).toEqual(before);
  },
  MINUTES,
);

test(
  'a pointer that meets a window gives its claim back, the attempt not counted',
  async () => {
    stage.window('on');
    const environment = await start();
    await environment.reply({}, { requestId: 'r-1' });
    expect(await environment.reply(await stage.claim('r-1'))).toEqual({ maintenanceReplay: { status: 'RETURNED', requestId: 'r-1' } });
    const row = await stage.row('r-1');
    expect([row!.state.S, row!.attempt.N, row!.dispatches.N, 'token' in row!]).toEqual(['PENDING', '0', '0', false]);
  },
  MINUTES,
);

test(
  'items of a batch that failed run again, and they alone',
  async () => {
    const app = `exports.handler = async ({ Records }, { clientContext }) => {
    console.log('ITEMS ' + Records.map((item) => item.messageId) + ' ' + clientContext.custom.maintenanceReplay.attempt);
    return { batchItemFailures: Records.length > 1 ? [{ itemIdentifier: 'b' }] : [] };
  };`;
    const item = (messageId: string) => ({ messageId, eventSource: 'aws:sqs', eventSourceARN: 'arn:aws:sqs:us-east-1:0:q', body: '1' });
    stage.window('on');
    const environment = await start({}, { code: { 'app.js': app } });
    expect(await environment.reply({ Records: [item('a'), item('b')] }, { requestId: 'r-1' })).toMatchObject({ batchItemFailures: [], ...DEFERRED });
    await stage.windowSeen('auto');
    expect(await environment.reply(await stage.claim('r-1'))).toMatchObject({ maintenanceReplay: { status: 'PARTIAL' } });
    expect((await stage.row('r-1'))!.only.L).toEqual([{ S: 'b' }]);
    expect(await environment.reply(await stage.claim('r-1'))).toMatchObject({ maintenanceReplay: { status: 'DONE' } });
    expect(environment.output.match(/ITEMS .*/g)).toEqual(['ITEMS a,b 1', 'ITEMS b 2']);
  },
  MINUTES,
);

test(
  'a mark that a caller forges is taken away, and nothing else',
  async () => {
    const app = 'exports.handler = async (event, { clientContext }) => clientContext;';
    const environment = await start({}, { code: { 'app.js': app } });
    const clientContext = JSON.stringify({ client: { id: 'c' }, custom: { own: 1, maintenanceReplay: { attempt: 9 } } });
    expect(await environment.reply({}, { clientContext })).toEqual({ client: { id: 'c' }, custom: { own: 1 } });
  },
  MINUTES,
);

test(
  "Lambda's retry of a kept event does not run it as well, also after the window",
  async () => {
    stage.window('on');
    const environment = await start();
    const event = { Records: [{ eventSource: 'aws:s3', s3: { object: { sequencer: '1' } } }] };
    await environment.reply(event, { requestId: 'r-1' });
    await environment.reply(event, { requestId: 'r-1' });
    await stage.windowSeen('auto', Date.now());
    expect(await environment.reply(event, { requestId: 'r-1' })).toMatchObject(DEFERRED);
    expect(await environment.reply(event, { requestId: 'r-2' })).toEqual(RAN);
    expect(await stage.rows()).toHaveLength(1);
  },
  MINUTES,
);

describe('a gate that cannot be attached', () => {
  const USE_OTHER = 'sed -i "s#rapid-client.node#moved-client.node#" index.mjs';
  const MOVES: [string, string, string][] = [
    ['without its native part', `mv rapid-client.node moved-client.node && ${USE_OTHER}`, 'has no rapid-client.node beside it'],
    ['whose native part has no next', 'sed -i "s#\\x00next\\x00#\\x00nexu\\x00#" rapid-client.node', 'has a native part without next'],
  ];

  test.each(MOVES)(
    'a client %s: init error that names the client, nothing runs',
    async (_, move, message) => {
      const environment = await start({ nextWrapper: '/opt/own/move-seam', MOVE: move });
      expect(await environment.initialised()).toMatchObject({ errorType: 'GateNotAttached' });
      expect(environment.output).toContain(message);
      expect(environment.output).toMatch(/\/tmp\/runtime\/index\.mjs sha256 [0-9a-f]{12}, AWS_Lambda_nodejs24\.x, Node\.js v24/);
      expect(await environment.ended()).toMatchObject({ code: 1 });
    },
    MINUTES,
  );

  const PASSES: [string, string, string][] = [
    ['another native part', `cp rapid-client.node moved-client.node && ${USE_OTHER}`, 'opens moved-client.node where rapid-client.node was expected'],
    ['no native part', 'sed -i "s#if (this.useAlternativeClient)#if (true)#" index.mjs', 'asks for invocations past its native part'],
  ];

  test.each(PASSES)(
    'a client that uses %s ends before it gets an invocation',
    async (_, move, message) => {
      const environment = await start({ nextWrapper: '/opt/own/move-seam', MOVE: move });
      expect(await environment.initialised()).toMatchObject({ reason: 'exit', code: 1 });
      expect(environment.output).toContain(message);
    },
    MINUTES,
  );

  test(
    'a chained wrapper that changes nothing gets a function that is guarded',
    async () => {
      stage.window('on');
      const environment = await start({ nextWrapper: '/opt/own/move-seam', MOVE: ':' });
      expect(await environment.reply({})).toMatchObject(DEFERRED);
    },
    MINUTES,
  );

  test(
    'a variable that asks for the client without native part is taken away',
    async () => {
      stage.window('on');
      const environment = await start({ AWS_LAMBDA_NODEJS_USE_ALTERNATIVE_CLIENT_1: 'true' });
      expect(await environment.reply({})).toMatchObject(DEFERRED);
    },
    MINUTES,
  );

  test(
    'a variable that is missing is named',
    async () => {
      const environment = await start({ table: '' });
      expect(await environment.initialised()).toMatchObject({ errorType: 'GateNotAttached' });
      expect(environment.output).toContain('PATIENT_LAMBDA_TABLE is missing');
    },
    MINUTES,
  );
});

test(
  'neither a worker nor a forked process of the handler is gated',
  async () => {
    const app = `const { isMainThread, parentPort, Worker } = require('worker_threads');
  if (process.send) process.send('fork');
  else if (!isMainThread) parentPort.postMessage('worker');
  else exports.handler = async () => {
    const worker = await new Promise((done, failed) => new Worker(__filename).once('message', done).once('error', failed));
    const fork = await new Promise((done) => require('child_process').fork(__filename).once('message', done));
    return { worker, fork };
  };`;
    const environment = await start({}, { code: { 'app.js': app } });
    expect(await environment.reply({})).toEqual({ worker: 'worker', fork: 'fork' });
  },
  MINUTES,
);

test(
  'a custom resource is answered while its handler is held',
  async () => {
    const received: { body: string; contentType?: string }[] = [];
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => {
        body += chunk.toString();
      });
      request.on('end', () => {
        received.push({ body, contentType: request.headers['content-type'] });
        response.end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const endpoint = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
      stage.window('on');
      const environment = await start({ AWS_ENDPOINT_URL_S3: endpoint });
      const request = {
        RequestType: 'Create',
        ResponseURL: `${endpoint}/answer?signature=a%2Fb`,
        StackId: 's',
        RequestId: 'r',
        LogicalResourceId: 'l',
      };
      expect(await environment.reply(request)).toEqual({});
      expect(received.map(({ contentType }) => contentType)).toEqual(['']);
      expect(JSON.parse(received[0].body)).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'CdkPatientLambda::CreateFailed', StackId: 's' });
      expect(await environment.error({ ...request, ResponseURL: 'http://10.0.0.1/x' })).toMatchObject({ errorType: 'MaintenanceWindowActive' });
      expect(await stage.rows()).toEqual([]);
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  },
  MINUTES,
);
