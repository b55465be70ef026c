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
    'a streamed response of a replay counts as done',
    async () => {
      stage.window('on');
      const environment = await stage.start({ ...release, code: STREAM });
      await environment.reply({ n: 1 }, { requestId: 'r-1' });
      await stage.windowSeen('auto');
      expect(await environment.reply(await stage.claim('r-1'))).toEqual({ n: 1 });
      expect(await environment.reply({ n: 2 })).toEqual({ n: 2 }); // after it the client asked for more
      expect((await stage.row('r-1'))!.state.S).toBe('DONE');
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
      expect(await environment.reply(await stage.claim('r-1'))).toEqual({ maintenanceReplay: { status: 'DONE', requestId: 'r-1' } });
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
