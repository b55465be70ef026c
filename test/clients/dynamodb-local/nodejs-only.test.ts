/** What Node.js alone has: streamed responses, callbacks, errors that nobody catches after a handler's return, and a native part of the client. */
import { DEFERRED, MINUTES, RAN, readable, useStage } from '../support/gate';
import { code } from '../support/language';
import { RELEASES } from '../support/languages';
import { NODEJS, USE_OTHER } from '../support/nodejs';
import type { Stage } from '../support/stage';

const STREAM = {
  'app.js': `
exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  stream.write(JSON.stringify(event));
  stream.end();
});
`,
};
/** Streams, and fails in its stream as `kind` says. */
const STREAMS = {
  'app.js': `
const { Readable } = require('stream');
const { pipeline } = require('stream/promises');
const pause = () => new Promise((resolve) => setTimeout(resolve, 50));
async function run({ kind }, stream) {
  if (kind === 'early') throw new RangeError('böom');
  if (kind === 'status') stream = awslambda.HttpResponseStream.from(stream, { statusCode: 502 });
  if (kind === 'well') return void stream.end('{"ran":true}');
  stream.write('part');
  await pause();
  if (kind === 'late') throw new RangeError('böom');
  if (kind === 'pipeline') await pipeline(Readable.from((function* () { yield 'more'; throw new TypeError('source'); })()), stream);
  if (kind === 'destroy') return void stream.destroy(new TypeError('away'));
  if (kind === 'silence') return void stream.destroy();
  if (kind === 'hang') await new Promise((resolve) => setTimeout(resolve, 3_600_000));
  if (kind === 'exit') process.exit(3);
  stream.end();
}
exports.handler = awslambda.streamifyResponse((event, stream) => event.kind === 'sync' ? undefined : run(event, stream));
`,
};
const FUNCTION_URL = { version: '2.0', requestContext: { http: { method: 'GET' }, domainName: 'id.lambda-url.us-east-1.on.aws' } };
const TRUNCATED = { outcome: { errorType: 'Runtime.TruncatedResponse' } };
const ANSWERED = JSON.stringify({ maintenanceReplay: { status: 'FAILED', requestId: 'r-1' } });
const CALLBACK = {
  'app.js': `
exports.handler = (event, context, callback) => {
  if (event === 'throw') return callback(new RangeError('böom'));
  setTimeout(() => callback(null, { event }), 5);
};
`,
};
const LATE = { 'app.js': 'exports.handler = () => { setTimeout(() => { throw new RangeError("late"); }, 5); };' };

/** Clients whose native part is where it was, and that get their invocations elsewhere. */
const MOVED = [
  ['another native part', `cp rapid-client.node moved-client.node && ${USE_OTHER}`, 'opens moved-client.node where rapid-client.node was expected'],
  ['no native part', 'sed -i "s#if (this.useAlternativeClient)#if (true)#" index.mjs', 'asks for invocations past its native part'],
] as const;

const RELEASES_OF_NODEJS = RELEASES.filter(({ language }) => language === NODEJS);

let stage: Stage;
useStage((opened) => {
  stage = opened;
});

/** Invokes with the gate and without, and expects the same. */
async function same(release: object, files: Record<string, string>, events: [event: unknown, requestId: string][]): Promise<void> {
  const spec = { ...NODEJS.newest, ...release, code: files };
  const [gated, bare] = await Promise.all([stage.start(spec), stage.start({ ...spec, layer: undefined })]);
  for (const [event, requestId] of events) {
    const options = { requestId, timeout: 5000 };
    expect(readable(await gated.invoke(event, options))).toEqual(readable(await bare.invoke(event, options)));
  }
  expect(await stage.rows()).toEqual([]);
}

describe.each(RELEASES_OF_NODEJS)('$name', ({ release }) => {
  test(
    'outside a window a streaming handler is as without the gate',
    () =>
      same(release, STREAM, [
        [{ n: 1 }, 'r-1'],
        [{ n: 2 }, 'r-2'],
      ]),
    MINUTES,
  );

  test(
    'a streamed response of a replay is done when it has ended, and is what Lambda gets',
    async () => {
      stage.window('on');
      const environment = await stage.start({ ...release, code: STREAM });
      await environment.reply({ n: 1 }, { requestId: 'r-1' });
      await stage.windowSeen('auto');
      expect(await environment.reply(await stage.claim('r-1'))).toEqual({ n: 1 });
      expect((await stage.row('r-1'))!.state.S).toBe('DONE'); // before Lambda saw the end
      expect(await environment.reply({ n: 2 })).toEqual({ n: 2 });
    },
    MINUTES,
  );

  test.each([
    ['throws before its first byte', 'early', { errorType: 'RangeError', errorMessage: 'böom' }, ANSWERED],
    ['throws after its first byte', 'late', { errorType: 'RangeError', errorMessage: 'böom' }, 'part'],
    ['is not asynchronous', 'sync', { errorMessage: 'Streaming does not support non-async handlers.' }, ANSWERED],
    ['fails in a pipeline', 'pipeline', { errorType: 'TypeError', errorMessage: 'source' }, undefined],
    ['destroys its stream with an error', 'destroy', { errorType: 'TypeError', errorMessage: 'away' }, undefined],
    ['destroys its stream', 'silence', { errorType: 'ResponseNotFinished' }, undefined],
    ['tells of a server error in its metadata', 'status', { errorType: 'HttpServerError' }, '{"statusCode":502}'],
  ])(
    'a streaming handler that %s in a replay has failed',
    async (_, kind, outcome, received) => {
      stage.window('on');
      const environment = await stage.start({ ...release, code: STREAMS, variables: { deferral: '{"function-url":"DEFER"}' } });
      await environment.reply({ ...FUNCTION_URL, kind }, { requestId: 'r-1' });
      await stage.windowSeen('auto');
      const answer = await environment.invoke(await stage.claim('r-1'));
      const row = await stage.row('r-1'); // before the client goes on
      expect([row!.state.S, row!.attempt.N]).toEqual(['PENDING', '1']);
      expect(row!.outcome.M).toMatchObject(Object.fromEntries(Object.entries(outcome).map(([name, text]) => [name, { S: text }])));
      if (received === undefined) {
        expect(answer).toMatchObject(TRUNCATED);
        await environment.ended(); // as without the gate
      } else {
        expect('outcome' in answer && [answer.outcome.errorType, answer.outcome.payload.toString().split('\0')[0]]).toEqual([undefined, received]);
        expect(await environment.reply({ kind: 'well' })).toEqual({ ran: true });
      }
      expect(environment.output).not.toContain('"Replayed"');
    },
    MINUTES,
  );

  test(
    'a streaming handler that never ends is a run that was lost, as any other',
    async () => {
      stage.window('on');
      const environment = await stage.start({ ...release, code: STREAMS });
      await environment.reply({ kind: 'hang' }, { requestId: 'r-1' });
      await environment.reply({ kind: 'exit' }, { requestId: 'r-2' });
      await stage.windowSeen('auto');
      expect(await environment.invoke(await stage.claim('r-2'))).toMatchObject(TRUNCATED);
      const other = await stage.start({ ...release, code: STREAMS });
      await other.initialised(); // which takes a busy machine its time
      expect(await other.invoke(await stage.claim('r-1'), { timeout: 5000 })).toMatchObject({ late: true });
      expect((await stage.rows()).map((row) => row.state.S)).toEqual(['RUNNING', 'RUNNING']);
    },
    MINUTES,
  );
});

/** Handlers that can't be loaded, with the error's type. */
const UNLOADABLE = [
  ['imports a module that is missing', { 'app.js': 'require("nowhere");' }, 'Runtime.ImportModuleError'],
  ['is no function', { 'app.js': 'exports.handler = 1;' }, 'Runtime.HandlerNotFound'],
  [
    'awaits what is rejected, at its top level',
    { 'app.mjs': 'await Promise.reject(new RangeError("deep")); export const handler = 1;' },
    'RangeError',
  ],
] as const;

describe.each(RELEASES_OF_NODEJS)('$name', ({ release }) => {
  test.each(UNLOADABLE)(
    'a handler that %s is a failed attempt of the replay that waited for it, and no error to Lambda, which would try again by itself',
    async (_, files, errorType) => {
      stage.window('on');
      const environment = await stage.start({ ...release, code: files });
      await environment.reply({}, { requestId: 'r-1' });
      await stage.windowSeen('auto');
      expect(await environment.reply(await stage.claim('r-1'))).toEqual({ maintenanceReplay: { status: 'FAILED', requestId: 'r-1' } });
      const row = await stage.row('r-1');
      expect([row!.state.S, row!.attempt.N, row!.outcome.M!.errorType.S]).toEqual(['PENDING', '1', errorType]);
      expect(await environment.ended()).toMatchObject({ reason: 'exit' });
    },
    MINUTES,
  );
});

/** Later clients know no callbacks. */
describe.each(RELEASES_OF_NODEJS.filter(({ release }) => release.client.startsWith('3.')))('$name', ({ release }) => {
  test(
    'a callback handler, whose answer waits for an empty event loop, is as without the gate',
    () =>
      same(release, CALLBACK, [
        [{ n: 1 }, 'r-1'],
        ['throw', 'r-2'],
        [{ n: 3 }, 'r-3'],
      ]),
    MINUTES,
  );

  test(
    'a callback handler replays',
    async () => {
      stage.window('on');
      const environment = await stage.start({ ...release, code: CALLBACK });
      await environment.reply({ n: 1 }, { requestId: 'r-1' });
      await stage.windowSeen('auto');
      expect(await environment.reply(await stage.claim('r-1'))).toEqual({ event: { n: 1 } });
    },
    MINUTES,
  );

  test(
    'an error that nobody catches is written as the outcome before the client ends the process',
    async () => {
      stage.window('on');
      const environment = await stage.start({ ...release, code: LATE });
      await environment.reply({ n: 1 }, { requestId: 'r-1' });
      await stage.windowSeen('auto');
      expect(await environment.reply(await stage.claim('r-1'))).toEqual({ maintenanceReplay: { status: 'FAILED', requestId: 'r-1' } });
      expect((await stage.row('r-1'))!.outcome.M!.errorType.S).toBe('RangeError');
      expect(await environment.ended()).toMatchObject({ code: 129 });
    },
    MINUTES,
  );
});

describe('nodejs', () => {
  const start = (variables: Record<string, string>) => stage.start({ ...NODEJS.newest, code: code(NODEJS, 'runs'), variables });

  describe('a gate that cannot be attached', () => {
    test.each(MOVED)(
      'a client that uses %s ends before it gets an invocation',
      async (_, change, message) => {
        const environment = await start({ nextWrapper: '/opt/own/nodejs', CHANGE: change });
        expect(await environment.initialised()).toMatchObject({ reason: 'exit', code: 1 });
        expect(environment.output).toContain(message);
      },
      MINUTES,
    );

    test.each(MOVED)(
      'a client that uses %s, onUnknownClient RUN: the handler runs as without the gate, which is counted once',
      async (_, change, message) => {
        const environment = await start({ nextWrapper: '/opt/own/nodejs', CHANGE: change, onUnknownClient: 'RUN' });
        expect(await environment.reply({})).toEqual(RAN);
        expect(await environment.reply({})).toEqual(RAN);
        expect(environment.output.match(/"GateMissing":1/g)).toHaveLength(1);
        expect(environment.output).toContain(message);
      },
      MINUTES,
    );

    test.each(MOVED)(
      'a client that uses %s, onUnknownClient RUN: a window that is on at boot holds until it is off, then the process begins anew',
      async (_, change, message) => {
        stage.window('on');
        const environment = await start({ nextWrapper: '/opt/own/nodejs', CHANGE: change, onUnknownClient: 'RUN' });
        expect(await environment.reply({})).toMatchObject(DEFERRED);
        await stage.windowSeen('auto');
        expect(await environment.exit({})).toMatchObject({ code: 1 });
        expect(environment.output).toContain(message);
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
  });
});
