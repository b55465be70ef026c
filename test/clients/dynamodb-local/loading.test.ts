/** A window that is on at boot: user code is loaded by the first event that may run. */
import { DEFERRED, MINUTES, readable, useStage } from '../support/gate';
import { code } from '../support/language';
import { RELEASES } from '../support/languages';
import type { Stage } from '../support/stage';

let stage: Stage;
useStage((opened) => {
  stage = opened;
});

describe.each(RELEASES)('$name', ({ language, release }) => {
  test.each(language.modules)(
    'user code in %s is not loaded while a window is on at boot, and runs the first event that may run',
    async (_, files) => {
      stage.window('on');
      const [environment, bare] = await Promise.all([
        stage.start({ ...release, code: files }),
        stage.start({ ...release, code: files, layer: undefined }),
      ]);
      expect(await environment.initialised()).toBeUndefined();
      for (const requestId of ['r-1', 'r-2']) {
        expect(await environment.reply({}, { requestId })).toMatchObject(DEFERRED);
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
      expect(await environment.reply({ n: 4 }, { requestId: 'r-4' })).toMatchObject({ event: { n: 4 }, request: 'r-4' });
      const failed = { requestId: 'r-5' };
      expect(readable(await environment.invoke('nested', failed))).toEqual(readable(await bare.invoke('nested', failed)));
      expect(environment.output.match(/LOADED/g)).toHaveLength(1);
    },
    MINUTES,
  );

  test(
    "a handler that cannot be loaded after the hold fails the event that waited, with the init error's type",
    async () => {
      stage.window('on');
      const environment = await stage.start({ ...release, code: code(language, 'missing') });
      await environment.reply({}, { requestId: 'r-1' });
      await stage.windowSeen('auto');
      expect(await environment.error({}, { requestId: 'r-2' })).toMatchObject({
        errorType: 'Runtime.ImportModuleError',
        errorMessage: expect.stringContaining(language.missingSays) as string,
      });
      if (language.endsUnloaded(release.client)) {
        expect(await environment.ended()).toMatchObject({ reason: 'exit' });
      }
    },
    MINUTES,
  );

  test(
    'a handler that cannot be loaded for a replay is an attempt that failed',
    async () => {
      stage.window('on');
      const environment = await stage.start({ ...release, code: code(language, 'garbled') });
      await environment.reply({}, { requestId: 'r-1' });
      await stage.windowSeen('auto');
      expect(await environment.reply(await stage.claim('r-1'))).toEqual({ maintenanceReplay: { status: 'FAILED', requestId: 'r-1' } });
      const row = await stage.row('r-1');
      expect([row!.state.S, row!.attempt.N, row!.outcome.M!.errorType.S]).toEqual(['PENDING', '1', 'Runtime.UserCodeSyntaxError']);
      if (language.endsUnloaded(release.client)) {
        expect(await environment.ended()).toMatchObject({ reason: 'exit' });
      }
    },
    MINUTES,
  );
});
