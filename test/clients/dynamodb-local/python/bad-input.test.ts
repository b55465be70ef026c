/** What goes wrong around the gate: nothing is acknowledged without being kept or run. */
import { randomBytes } from 'node:crypto';

import { OPERATOR_PARAMETER, type TestEnvironment } from '../../support/environment';
import type { ParameterStoreFault } from '../../support/parameter-store';
import { Stage } from '../../support/stage';
import { ensureClients, NEWEST, RUNTIME } from './support';

const MINUTES = 60_000;
const APP = 'def handler(event, context):\n    return {"ran": True}\n';
const RAN = { ran: true };
const DEFERRED = { maintenanceWindow: { status: 'DEFERRED' } };

/** A wrapper of the function's own: starts a copy of the client in which a name has changed. */
const MOVE_SEAM = `#!/bin/sh
client=$("$1" -c 'import os, sys; sys.path.insert(0, "/var/runtime"); import awslambdaric; print(os.path.dirname(awslambdaric.__file__))')
mkdir /tmp/runtime
cp -r /var/runtime/bootstrap.py "$client" /tmp/runtime
sed -i "$RENAME" /tmp/runtime/awslambdaric/*.py
interpreter=$1 boot=$2
shift 3
exec "$interpreter" "$boot" /tmp/runtime/bootstrap.py "$@"
`;

let stage: Stage;

beforeAll(async () => {
  [stage] = await Promise.all([Stage.open(undefined, { 'own/move-seam': MOVE_SEAM }), ensureClients([NEWEST])]);
}, 5 * MINUTES);

afterAll(() => stage.close());
beforeEach(() => stage.reset());
afterEach(() => stage.closeEnvironments());

const start = (variables: Record<string, string> = {}, more = {}): Promise<TestEnvironment> =>
  stage.start({ runtime: RUNTIME, client: NEWEST, code: { 'app.py': APP }, variables, ...more });

describe('a window that cannot be read', () => {
  const CAUSES: [string, () => void, string][] = [
    ['a malformed value', () => stage.window('maintenance please'), "does not match the grammar (syntax): 'maintenance please'"],
    ['a deleted parameter', () => stage.parameters.delete(OPERATOR_PARAMETER), `parameter ${OPERATOR_PARAMETER} does not exist`],
    [
      'a refusal',
      fault({ status: 400, body: '{"__type":"AccessDeniedException","message":"no ssm:GetParameters"}' }),
      'AccessDeniedException: no ssm:GetParameters',
    ],
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
      expect(await fail.error({}, { requestId: 'r-4' })).toMatchObject({
        errorType: 'MaintenanceWindowUnknown',
        errorMessage: expect.stringContaining(message) as string,
      });
      expect((await stage.rows()).map((row) => row.requestId.S)).toEqual(['r-3']);
      expect(run.output.match(/could not be read/g)).toHaveLength(1);
      expect(run.output).toContain(message);
    },
    MINUTES,
  );

  test(
    'the last known value counts while it can not be read',
    async () => {
      stage.window('on');
      const environment = await start();
      expect(await environment.reply({})).toMatchObject(DEFERRED);
      stage.parameters.fault({ status: 500, body: '{}' });
      await stage.windowSeen('auto');
      expect(await environment.reply({})).toMatchObject(DEFERRED);
      expect(environment.output).toContain('"WindowStale": 1');
    },
    MINUTES,
  );

  function fault(kind: ParameterStoreFault): () => void {
    return () => stage.parameters.fault(kind);
  }
});

test(
  'a table that is missing is an error to the source, never an acknowledgement',
  async () => {
    stage.window('on');
    const environment = await start({}, { table: 'no-such-table' });
    expect(await environment.error({})).toMatchObject({
      errorType: 'EventNotStored',
      errorMessage: expect.stringContaining('ResourceNotFoundException') as string,
    });
    expect(environment.output).toContain('"StoreFailed": 1');
  },
  MINUTES,
);

test(
  'a store that cannot be reached is an error in time',
  async () => {
    stage.window('on');
    const environment = await start({}, { dynamoDb: 'http://127.0.0.1:9' });
    expect(await environment.error({}, { timeout: 3_000 })).toMatchObject({
      errorType: 'EventNotStored',
      errorMessage: expect.stringContaining('NetworkError') as string,
    });
  },
  MINUTES,
);

test(
  'an event of 5 MB comes back byte for byte',
  async () => {
    const digest =
      'import hashlib\ndef handler(event, context):\n    assert hashlib.sha256(event["noise"].encode()).hexdigest() == event["sha256"]\n';
    const noise = randomBytes(3_750_000).toString('base64');
    const { createHash } = await import('node:crypto');
    const event = { noise, sha256: createHash('sha256').update(noise).digest('hex') };
    stage.window('on');
    const environment = await start({}, { code: { 'app.py': digest } });
    expect(await environment.reply(event, { requestId: 'r-1' })).toMatchObject(DEFERRED);
    const chunks = Number((await stage.row('r-1'))!.chunks.N);
    expect(chunks).toBeGreaterThan(10);
    await stage.windowSeen('auto');
    expect(await environment.reply(await stage.claim('r-1'))).toEqual({ maintenanceReplay: { status: 'DONE', requestId: 'r-1' } });
    const row = await stage.row('r-1');
    expect([row!.state.S, row!.bpk.S, 'expiresAt' in row!]).toEqual(['DONE', 'cleanup#10', false]);
  },
  MINUTES,
);

test(
  'a body that is not JSON is kept, and fails in its replay as it would have failed',
  async () => {
    stage.window('on');
    const environment = await start();
    expect(await environment.reply(Buffer.from('{no json'), { requestId: 'r-1' })).toMatchObject(DEFERRED);
    await stage.windowSeen('auto');
    expect(await environment.reply(await stage.claim('r-1'))).toMatchObject({ maintenanceReplay: { status: 'FAILED' } });
    expect((await stage.row('r-1'))!.outcome.M!.errorType.S).toBe('Runtime.UnmarshalError');
  },
  MINUTES,
);

test(
  'a part of an event that was lost is a failed attempt, not a shorter event',
  async () => {
    stage.window('on');
    const environment = await start();
    await environment.reply({ noise: randomBytes(400_000).toString('base64') }, { requestId: 'r-1' });
    const { DeleteItemCommand } = await import('@aws-sdk/client-dynamodb');
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
  test.each([
    [
      'a client whose seam has another name',
      { RENAME: 's/handle_event_request/handle_request/g' },
      `awslambdaric ${NEWEST} has a seam of unknown shape`,
    ],
    [
      'a client whose seam has another order',
      { RENAME: '/^def handle_event_request/,/^)/ s/invoke_id/invocation/' },
      `awslambdaric ${NEWEST} has a seam of unknown shape`,
    ],
    ['a client that posts otherwise', { RENAME: 's/def post_invocation_error(/def post_failure(/' }, 'LambdaRuntimeClient.post_invocation_error'],
  ])(
    '%s: init error, nothing runs',
    async (_, variables, message) => {
      const environment = await start({ nextWrapper: '/opt/own/move-seam', ...variables });
      const failed = await environment.initialised();
      expect(failed).toMatchObject({ errorType: 'GateNotAttached' });
      expect(environment.output).toContain(message);
      expect(await environment.ended()).toMatchObject({ code: 1 });
    },
    MINUTES,
  );

  test(
    'a chained wrapper that changes nothing gets a function that is guarded',
    async () => {
      stage.window('on');
      const environment = await start({ nextWrapper: '/opt/own/move-seam', RENAME: '' });
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
  'a custom resource is answered while its handler is held',
  async () => {
    const { createServer } = await import('node:http');
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
        ResourceProperties: {},
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
