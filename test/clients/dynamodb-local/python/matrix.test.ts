/** The gate in front of each line of AWS's Python client. */
import { createHash } from 'node:crypto';

import { Stage } from '../../support/stage';
import { ensureClients, RUNTIME, VERSIONS } from './support';

const MINUTES = 60_000;

const APP = `
import json, os, sys
print("LOADED", os.environ["_HANDLER"])

def handler(event, context):
    if event == "raise":
        raise ValueError("böom")
    if event == "nested":
        return inner()
    if event == "unserialisable":
        return {1, 2}
    if event == "bytes":
        return b"bytes"
    custom = getattr(context.client_context, "custom", None)
    main = sys.modules["__main__"]
    return {
        "event": event, "request": context.aws_request_id, "arn": context.invoked_function_arn, "custom": custom, "identity": context.identity.cognito_identity_id,
        "client": hasattr(main, "awslambdaricmain") and main.awslambdaricmain.bootstrap.__name__, "argv": sys.argv, "path": sys.path[:3],
        "modules": sorted(name for name in sys.modules if name in ("window", "store", "bootstrap", "contract")),
        "trace": os.environ.get("_X_AMZN_TRACE_ID"), "pythonpath": os.environ.get("PYTHONPATH"), "handler": os.environ["_HANDLER"],
    }

def inner():
    raise KeyError("deep")
`;

let stage: Stage;

beforeAll(async () => {
  [stage] = await Promise.all([Stage.open(), ensureClients(VERSIONS)]);
}, 5 * MINUTES);

afterAll(() => stage.close());
beforeEach(() => stage.reset());
afterEach(() => stage.closeEnvironments());

describe.each(VERSIONS)('awslambdaric %s', (client) => {
  const start = (code = APP, variables = {}) => stage.start({ runtime: RUNTIME, client, code: { 'app.py': code }, variables });

  test(
    'outside a window everything is as without the gate',
    async () => {
      const [gated, bare] = await Promise.all([start(), stage.start({ runtime: RUNTIME, client, code: { 'app.py': APP }, layer: undefined })]);
      const events: [unknown, object][] = [
        [
          { n: 1.1, text: 'ä' },
          { requestId: 'r-1', clientContext: '{"custom":{"own":1},"client":{"app_title":"t"}}', cognitoIdentity: '{"cognitoIdentityId":"i"}' },
        ],
        ['raise', { requestId: 'r-2' }],
        ['nested', { requestId: 'r-3' }],
        ['unserialisable', { requestId: 'r-4' }],
        ['bytes', { requestId: 'r-5' }],
        [Buffer.from('{no json'), { requestId: 'r-6' }],
        [{}, { requestId: 'r-7', clientContext: '{no json' }],
      ];
      for (const [event, options] of events) {
        const [withGate, without] = [await gated.invoke(event, options), await bare.invoke(event, options)];
        expect(readable(withGate)).toEqual(readable(without));
      }
      await stage.closeEnvironments(); // all that they wrote has been read then
      expect(timeless(gated.output)).toBe(timeless(bare.output));
      expect(await stage.rows()).toEqual([]);
    },
    MINUTES,
  );

  test(
    'inside a window events are kept, and replayed byte for byte afterwards',
    async () => {
      const echo =
        'import hashlib, json\ndef handler(event, context):\n    return {"event": json.dumps(event), "mark": context.client_context.custom["maintenanceReplay"]}\n';
      stage.window('on # database upgrade');
      const body = Buffer.from('{"Records":[{"eventSource":"aws:s3","n":1.10,"n":12345678901234567890,"s3":{"object":{"sequencer":"0A"}}}]}');
      const environment = await start(echo);
      expect(await environment.reply(body, { requestId: 'r-1' })).toEqual({
        maintenanceWindow: { status: 'DEFERRED', requestId: 'r-1', until: null },
      });
      const kept = await stage.row('r-1');
      expect([Buffer.from(kept!.body.B!).equals(body), kept!.bodySha256.S, kept!.state.S, kept!.source.S]).toEqual([
        true,
        createHash('sha256').update(body).digest('hex'),
        'PENDING',
        's3',
      ]);
      await stage.windowSeen('auto');
      const pointer = await stage.claim('r-1');
      expect(await environment.reply(Buffer.from(JSON.stringify(pointer)))).toEqual({ maintenanceReplay: { status: 'DONE', requestId: 'r-1' } });
      const row = await stage.row('r-1');
      expect([row!.state.S, row!.attempt.N, 'bpk' in row!, 'expiresAt' in row!]).toEqual(['DONE', '1', false, true]);
      expect(await environment.reply(Buffer.from(JSON.stringify(pointer)))).toEqual({ maintenanceReplay: { status: 'REFUSED', requestId: 'r-1' } });
    },
    MINUTES,
  );

  test.each([
    ['raise', 'ValueError'],
    ['unserialisable', 'Runtime.MarshalError'],
  ])(
    'a replay that ends with %s is an attempt that failed, and no error to Lambda',
    async (event, errorType) => {
      stage.window('on');
      const environment = await start();
      await environment.reply(event, { requestId: 'r-1' });
      await stage.windowSeen('auto');
      expect(await environment.reply(await stage.claim('r-1'))).toEqual({ maintenanceReplay: { status: 'FAILED', requestId: 'r-1' } });
      const row = await stage.row('r-1');
      expect([row!.state.S, row!.attempt.N, row!.outcome.M!.errorType.S, row!.outcome.M!.logStream.S]).toEqual(['PENDING', '1', errorType, 'stream']);
    },
    MINUTES,
  );

  test(
    'sources are answered in their own shape',
    async () => {
      stage.window('on-until 2099-01-01T00:00Z # db');
      const environment = await start();
      const cognito = Buffer.from('{"triggerSource":"PostConfirmation_ConfirmSignUp",\t"userPoolId":"p", "n":1.10, "n":2}');
      const answer = await environment.invoke(cognito);
      expect('outcome' in answer && answer.outcome.payload.equals(cognito)).toBe(true);
      expect(await environment.reply({ version: '2.0', requestContext: { http: { method: 'GET' } } })).toMatchObject({
        statusCode: 503,
        headers: { 'Retry-After': '3600' },
      });
      expect(await environment.error({ Records: [{ eventSource: 'aws:kinesis', kinesis: { sequenceNumber: '1' } }] })).toMatchObject({
        errorType: 'MaintenanceWindowActive',
        errorMessage:
          'A maintenance window is on until 2099-01-01T00:00:00.000Z (db): the handler was not called and the event was left at its source.',
      });
      expect((await stage.rows()).map((row) => row.source.S)).toEqual(['cognito-post-confirmation']);
    },
    MINUTES,
  );

  test(
    'user code is not loaded while a window is on at boot, and runs the first event that may run',
    async () => {
      stage.window('on');
      const environment = await start();
      expect(await environment.initialised()).toBeUndefined();
      for (const requestId of ['r-1', 'r-2']) {
        expect(await environment.reply({}, { requestId })).toMatchObject({ maintenanceWindow: { status: 'DEFERRED' } });
      }
      expect(environment.output).not.toContain('LOADED');
      await stage.windowSeen('auto');
      const context = { requestId: 'r-3', clientContext: '{"custom":{"own":1}}' };
      expect(await environment.reply({ n: 3 }, context)).toMatchObject({
        event: { n: 3 },
        request: 'r-3',
        custom: { own: 1 },
        handler: 'app.handler',
      });
      const trace = (await environment.error('nested')).stackTrace!;
      expect(trace.map((line) => /File "([^"]+)"/.exec(line)?.[1])).toEqual(['/var/task/app.py', '/var/task/app.py']);
      expect(environment.output.match(/LOADED app\.handler/g)).toHaveLength(1);
    },
    MINUTES,
  );

  test(
    "a late import that fails is that invocation's error with the type of the init error",
    async () => {
      stage.window('on');
      const environment = await start('raise ImportError("the database is away")\n');
      await environment.reply({}, { requestId: 'r-1' });
      await stage.windowSeen('auto');
      expect(await environment.error({})).toMatchObject({
        errorType: 'Runtime.ImportModuleError',
        errorMessage: expect.stringContaining('the database is away') as string,
      });
      if (!client.startsWith('2.0.')) {
        // those keep an environment whose handler could not be imported
        expect(await environment.ended()).toMatchObject({ code: 1 });
      }
    },
    MINUTES,
  );

  test(
    "an import that fails with the window off is the client's own init error",
    async () => {
      const [gated, bare] = await Promise.all([
        start('import nowhere\n'),
        stage.start({ runtime: RUNTIME, client, code: { 'app.py': 'import nowhere\n' }, layer: undefined }),
      ]);
      expect(readable(await gated.initialised())).toEqual(readable(await bare.initialised()));
      await stage.closeEnvironments();
      expect(timeless(gated.output)).toBe(timeless(bare.output));
    },
    MINUTES,
  );
});

function timeless(output: string): string {
  return output.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'T');
}

function readable(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, member: unknown) => {
      const buffer = member as { type?: string; data?: number[] } | null;
      return buffer?.type === 'Buffer' ? Buffer.from(buffer.data!).toString() : member;
    }) ?? 'null',
  );
}
