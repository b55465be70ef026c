/** Halves of surrogate pairs, which JSON can name and UTF-8 can't hold: wherever an event or a caller may put one. */
import { MINUTES, RAN, useStage } from '../support/gate';
import { code } from '../support/language';
import { LANGUAGES } from '../support/languages';
import type { Stage } from '../support/stage';

/** As it comes: escaped, in ASCII. */
const HALF = '\\ud800';

let stage: Stage;
useStage((opened) => {
  stage = opened;
});

describe.each(LANGUAGES)('$name', (language) => {
  test.each([
    ['its id', `{"requestId":"r-${HALF}","token":"t"}`, 'r-\ud800'],
    ['its token', `{"requestId":"r-1","token":"${HALF}"}`, 'r-1'],
    ['both', `{"requestId":"${HALF}","token":"${HALF}"}`, '\ud800'],
  ])(
    'a pointer with one in %s is refused, in a window too',
    async (_, pointer, requestId) => {
      const environment = await stage.start({ ...language.newest, code: code(language, 'runs') });
      const body = Buffer.from(`{"$maintenanceReplay":${pointer}}`);
      const refused = { maintenanceReplay: { status: 'REFUSED', requestId } };
      expect(await environment.reply(body)).toEqual(refused);
      await stage.windowSeen('on');
      expect(await environment.reply(body)).toEqual(refused);
      expect(environment.output).toMatch(/"ReplayRefused": ?1/);
      expect(await stage.rows()).toEqual([]);
    },
    MINUTES,
  );

  test.each([
    ['a key', `{"Records":[{"eventSource":"aws:s3","${HALF}":1,"s3":{"object":{"sequencer":"0A"}}}]}`],
    ["the source's id", `{"Records":[{"eventSource":"aws:s3","s3":{"object":{"sequencer":"${HALF}"}}}]}`],
    ['the rule of a tick', `{"source":"aws.events","detail-type":"Scheduled Event","resources":["${HALF}"],"detail":{}}`],
    ['its text', `"${HALF}"`],
  ])(
    'an event with one in %s is kept and replayed',
    async (_, event) => {
      const environment = await stage.start({ ...language.newest, code: code(language, 'runs') });
      expect(await environment.reply({})).toEqual(RAN);
      await stage.windowSeen('on');
      expect(await environment.reply(Buffer.from(event), { requestId: 'r-1' })).toMatchObject({ maintenanceWindow: { status: 'DEFERRED' } });
      expect(Buffer.from((await stage.row('r-1'))!.body.B!).toString()).toBe(event);
      await stage.windowSeen('auto');
      await environment.reply(await stage.claim('r-1'));
      expect((await stage.row('r-1'))!.state.S).toBe('DONE');
    },
    MINUTES,
  );

  test(
    'a client context with one is kept, and is there in the replay, without a forged mark',
    async () => {
      stage.window('on');
      const environment = await stage.start({ ...language.newest, code: code(language, 'runs') });
      const clientContext = `{"custom":{"maintenanceReplay":1,"own":"${HALF}"}}`;
      await environment.reply({}, { requestId: 'r-1', clientContext });
      expect((await stage.row('r-1'))!.envelope.M!.clientContext.S).toBe(`{"custom":{"own":"${HALF}"}}`);
      await stage.windowSeen('auto');
      await environment.reply(await stage.claim('r-1'));
      expect((await stage.row('r-1'))!.state.S).toBe('DONE');
    },
    MINUTES,
  );
});
