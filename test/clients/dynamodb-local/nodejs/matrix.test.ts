/** The gate in front of AWS's Node.js clients, each on the runtimes that have it. */
import { createHash } from 'node:crypto';

import type { Stage } from '../../support/stage';
import { MINUTES, openStage, readable, RUNTIMES } from './support';

const APP = `
console.log('LOADED');
exports.handler = async (event, context) => {
  if (event === 'throw') throw new TypeError('böom');
  if (event === 'reject') return Promise.reject('text');
  return { event, id: context.awsRequestId, custom: context.clientContext?.custom, identity: context.identity, arn: context.invokedFunctionArn };
};
`;
const CALLBACK = `
exports.handler = (event, context, callback) => {
  if (event === 'throw') return callback(new RangeError('böom'));
  setTimeout(() => callback(null, { event }), 5);
};
`;
const STREAM = `
exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  stream.write(JSON.stringify(event));
  stream.end();
});
`;
const S3 = Buffer.from('{"Records":[{"eventSource":"aws:s3","n":1.10,"n":12345678901234567890,"t":"ä\\ud800","s3":{"object":{"sequencer":"0A"}}}]}');

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
}, 5 * MINUTES);

afterAll(() => stage.close());
beforeEach(() => stage.reset());
afterEach(() => stage.closeEnvironments());

describe.each(RUNTIMES)('$runtime with client $client', ({ runtime, client }) => {
  const start = (code: Record<string, string>, variables = {}, more = {}) => stage.start({ runtime, client, code, variables, ...more });

  const same = async (code: Record<string, string>, events: [unknown, object][]) => {
    const [gated, bare] = await Promise.all([start(code), start(code, {}, { layer: undefined })]);
    for (const [event, options] of events) {
      expect(readable(await gated.invoke(event, options))).toEqual(readable(await bare.invoke(event, options)));
    }
    expect(await stage.rows()).toEqual([]);
    await stage.closeEnvironments(); // all that they wrote has been read then
    return [gated.output, bare.output].map((output) => output.replace(/\d{4}-\d\d-\d\dT\S+Z/g, 'TIME'));
  };

  test(
    'outside a window an asynchronous handler is as without the gate',
    async () => {
      const [gated, bare] = await same({ 'app.js': APP }, [
        [
          { n: 1.1, text: 'ä' },
          { requestId: 'r-1', clientContext: '{"custom":{"own":1}}', cognitoIdentity: '{"cognitoIdentityId":"i"}' },
        ],
        ['throw', { requestId: 'r-2' }],
        ['reject', { requestId: 'r-3' }],
      ]);
      expect(gated).toBe(bare);
    },
    MINUTES,
  );

  test(
    'outside a window a streaming handler is as without the gate',
    async () => {
      await same({ 'app.js': STREAM }, [
        [{ n: 1 }, { requestId: 'r-1' }],
        [{ n: 2 }, { requestId: 'r-2' }],
      ]);
    },
    MINUTES,
  );

  test(
    'inside a window events are kept, and replayed byte for byte afterwards',
    async () => {
      stage.window('on # database upgrade');
      const environment = await start({ 'app.js': APP });
      expect(await environment.reply(S3, { requestId: 'r-1' })).toEqual({ maintenanceWindow: { status: 'DEFERRED', requestId: 'r-1', until: null } });
      const kept = await stage.row('r-1');
      expect([Buffer.from(kept!.body.B!).equals(S3), kept!.bodySha256.S, kept!.state.S, kept!.source.S]).toEqual([
        true,
        createHash('sha256').update(S3).digest('hex'),
        'PENDING',
        's3',
      ]);
      await stage.windowSeen('auto');
      const pointer = await stage.claim('r-1');
      expect(await environment.reply(pointer)).toEqual({ maintenanceReplay: { status: 'DONE', requestId: 'r-1' } });
      const row = await stage.row('r-1');
      expect([row!.state.S, row!.attempt.N, 'bpk' in row!, 'expiresAt' in row!]).toEqual(['DONE', '1', false, true]);
      expect(await environment.reply(pointer)).toEqual({ maintenanceReplay: { status: 'REFUSED', requestId: 'r-1' } });
    },
    MINUTES,
  );

  test.each([
    ['throw', 'TypeError'],
    ['reject', 'string'],
  ])(
    'a replay that ends with %s is an attempt that failed, and no error to Lambda',
    async (event, errorType) => {
      stage.window('on');
      const environment = await start({ 'app.js': APP });
      await environment.reply(event, { requestId: 'r-1' });
      await stage.windowSeen('auto');
      expect(await environment.reply(await stage.claim('r-1'))).toEqual({ maintenanceReplay: { status: 'FAILED', requestId: 'r-1' } });
      const row = await stage.row('r-1');
      expect([row!.state.S, row!.attempt.N, row!.outcome.M!.errorType.S, row!.outcome.M!.logStream.S]).toEqual(['PENDING', '1', errorType, 'stream']);
    },
    MINUTES,
  );

  test.each([
    ['CommonJS', { 'app.js': APP }],
    ['an ES module', { 'app.mjs': APP.replace('exports.handler =', 'export const handler =') }],
  ])(
    'user code in %s is not loaded while a window is on at boot, and runs the first event that may run',
    async (_, code: Record<string, string>) => {
      stage.window('on');
      const environment = await start(code);
      expect(await environment.initialised()).toBeUndefined();
      for (const requestId of ['r-1', 'r-2']) {
        expect(await environment.reply({}, { requestId })).toMatchObject({ maintenanceWindow: { status: 'DEFERRED' } });
      }
      expect(environment.output).not.toContain('LOADED');
      await stage.windowSeen('auto');
      const third = await environment.reply({ n: 3 }, { requestId: 'r-3', clientContext: '{"custom":{"own":1}}' });
      expect(third).toMatchObject({ event: { n: 3 }, id: 'r-3', custom: { own: 1 } });
      expect(await environment.reply({ n: 4 }, { requestId: 'r-4' })).toMatchObject({ event: { n: 4 }, id: 'r-4' });
      expect(environment.output.match(/LOADED/g)).toHaveLength(1);
    },
    MINUTES,
  );

  test(
    "a handler that cannot be loaded after the hold fails the event that waited, with the init error's type",
    async () => {
      stage.window('on');
      const environment = await start({ 'app.js': 'require("nowhere");' });
      await environment.reply({}, { requestId: 'r-1' });
      await stage.windowSeen('auto');
      expect(await environment.error({}, { requestId: 'r-2' })).toMatchObject({ errorType: 'Runtime.ImportModuleError' });
      expect(await environment.ended()).toMatchObject({ reason: 'exit' });
    },
    MINUTES,
  );

  test(
    'a handler that cannot be loaded for a replay is an attempt that failed',
    async () => {
      stage.window('on');
      const environment = await start({ 'app.js': 'this is no JavaScript' });
      await environment.reply({}, { requestId: 'r-1' });
      await stage.windowSeen('auto');
      expect(await environment.error(await stage.claim('r-1'))).toMatchObject({ errorType: 'Runtime.UserCodeSyntaxError' });
      const row = await stage.row('r-1');
      expect([row!.state.S, row!.attempt.N, row!.outcome.M!.errorType.S]).toEqual(['PENDING', '1', 'Runtime.UserCodeSyntaxError']);
      expect(await environment.ended()).toMatchObject({ reason: 'exit' });
    },
    MINUTES,
  );

  test(
    'a streamed response of a replay counts as done',
    async () => {
      stage.window('on');
      const environment = await start({ 'app.js': STREAM });
      await environment.reply({ n: 1 }, { requestId: 'r-1' });
      await stage.windowSeen('auto');
      expect(await environment.reply(await stage.claim('r-1'))).toEqual({ n: 1 });
      expect(await environment.reply({ n: 2 })).toEqual({ n: 2 }); // after it the client asked for more
      expect((await stage.row('r-1'))!.state.S).toBe('DONE');
    },
    MINUTES,
  );
});

describe.each(RUNTIMES.filter(({ client }) => client === '3.3.0'))('$runtime with client $client', ({ runtime, client }) => {
  test(
    'a callback handler, whose answer waits for an empty event loop, is as without the gate',
    async () => {
      const code = { 'app.js': CALLBACK };
      const [gated, bare] = await Promise.all([stage.start({ runtime, client, code }), stage.start({ runtime, client, code, layer: undefined })]);
      for (const [event, requestId] of [
        [{ n: 1 }, 'r-1'],
        ['throw', 'r-2'],
        [{ n: 3 }, 'r-3'],
      ] as const) {
        const options = { requestId, timeout: 5000 };
        expect(readable(await gated.invoke(event, options))).toEqual(readable(await bare.invoke(event, options)));
      }
    },
    MINUTES,
  );

  test(
    'a callback handler replays',
    async () => {
      stage.window('on');
      const environment = await stage.start({ runtime, client, code: { 'app.js': CALLBACK } });
      await environment.reply({ n: 1 }, { requestId: 'r-1' });
      await stage.windowSeen('auto');
      expect(await environment.reply(await stage.claim('r-1'))).toEqual({ maintenanceReplay: { status: 'DONE', requestId: 'r-1' } });
    },
    MINUTES,
  );

  test(
    'an error that nobody catches is written as the outcome before the client ends the process',
    async () => {
      stage.window('on');
      const code = { 'app.js': 'exports.handler = () => { setTimeout(() => { throw new RangeError("late"); }, 5); };' };
      const environment = await stage.start({ runtime, client, code });
      await environment.reply({ n: 1 }, { requestId: 'r-1' });
      await stage.windowSeen('auto');
      expect(await environment.reply(await stage.claim('r-1'))).toEqual({ maintenanceReplay: { status: 'FAILED', requestId: 'r-1' } });
      expect((await stage.row('r-1'))!.outcome.M!.errorType.S).toBe('RangeError');
      expect(await environment.ended()).toMatchObject({ code: 129 });
    },
    MINUTES,
  );
});
