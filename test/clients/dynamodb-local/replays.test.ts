/** Replays: of the pointer that is right, once, and of all of the event; what fails is an attempt, never an error to Lambda. */
import { DEFERRED, MINUTES, RAN, useStage } from '../support/gate';
import { code, type Handlers } from '../support/language';
import { LANGUAGES, RELEASES } from '../support/languages';
import type { Stage } from '../support/stage';

let stage: Stage;
useStage((opened) => {
  stage = opened;
});

describe.each(RELEASES)('$name', ({ language, release }) => {
  test.each(language.failures)(
    'a replay that ends with %s is an attempt that failed, and no error to Lambda',
    async (event, errorType) => {
      stage.window('on');
      const environment = await stage.start({ ...release, code: code(language, 'tells') });
      await environment.reply(event, { requestId: 'r-1' });
      await stage.windowSeen('auto');
      expect(await environment.reply(await stage.claim('r-1'))).toEqual({ maintenanceReplay: { status: 'FAILED', requestId: 'r-1' } });
      const row = await stage.row('r-1');
      expect([row!.state.S, row!.attempt.N, row!.outcome.M!.errorType.S, row!.outcome.M!.logStream.S]).toEqual(['PENDING', '1', errorType, 'stream']);
    },
    MINUTES,
  );
});

describe.each(LANGUAGES)('$name', (language) => {
  const start = (handler: keyof Handlers = 'runs') => stage.start({ ...language.newest, code: code(language, handler) });

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
      const item = (messageId: string) => ({ messageId, eventSource: 'aws:sqs', eventSourceARN: 'arn:aws:sqs:us-east-1:0:q', body: '1' });
      stage.window('on');
      const environment = await start('fails');
      expect(await environment.reply({ Records: [item('a'), item('b')] }, { requestId: 'r-1' })).toMatchObject({
        batchItemFailures: [],
        ...DEFERRED,
      });
      await stage.windowSeen('auto');
      expect(await environment.reply(await stage.claim('r-1'))).toMatchObject({ maintenanceReplay: { status: 'PARTIAL' } });
      expect((await stage.row('r-1'))!.only.L).toEqual([{ S: 'b' }]);
      expect(await environment.reply(await stage.claim('r-1'))).toEqual({ batchItemFailures: [] });
      expect(environment.output.match(/ITEMS .*/g)).toEqual(['ITEMS a,b 1', 'ITEMS b 2']);
    },
    MINUTES,
  );

  test.each([
    ['kinesis', 'aws:kinesis', (id: string) => ({ kinesis: { sequenceNumber: id } })],
    ['dynamodb-stream', 'aws:dynamodb', (id: string) => ({ dynamodb: { SequenceNumber: id } })],
  ])(
    'the first item of a deferred %s batch that failed is a checkpoint: it and all after it run again, none is lost',
    async (source, eventSource, item) => {
      stage.window('on');
      const variables = { deferral: JSON.stringify({ [source]: 'DEFER' }) };
      const environment = await stage.start({ ...language.newest, code: code(language, 'fails'), variables });
      const event = { Records: ['a', 'b', 'c', 'd'].map((id) => ({ eventSource, ...item(id) })) };
      expect(await environment.reply(event, { requestId: 'r-1' })).toMatchObject({ batchItemFailures: [], ...DEFERRED });
      await stage.windowSeen('auto');
      expect(await environment.reply(await stage.claim('r-1'))).toMatchObject({ maintenanceReplay: { status: 'PARTIAL' } });
      expect((await stage.row('r-1'))!.only.L).toEqual([{ S: 'b' }, { S: 'c' }, { S: 'd' }]);
      expect(await environment.reply(await stage.claim('r-1'))).toEqual({ batchItemFailures: [] });
      expect(environment.output.match(/ITEMS .*/g)).toEqual(['ITEMS a,b,c,d 1', 'ITEMS b,c,d 2']);
    },
    MINUTES,
  );

  test(
    'a result that is larger than Lambda takes ran all the same',
    async () => {
      stage.window('on');
      const environment = await start('grows');
      await environment.reply({ bytes: 6_291_556 }, { requestId: 'r-1' });
      await environment.reply({ bytes: 6_291_557 }, { requestId: 'r-2' });
      await stage.windowSeen('auto');
      expect(await environment.reply(await stage.claim('r-1'))).toHaveLength(6_291_554);
      expect(await environment.reply(await stage.claim('r-2'))).toEqual({ maintenanceReplay: { status: 'DONE', requestId: 'r-2' } });
      expect((await stage.rows()).map((row) => row.state.S)).toEqual(['DONE', 'DONE']);
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
});
