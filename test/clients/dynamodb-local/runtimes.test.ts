/** The gate on every runtime that works here, each with the client that the local bed runs on it. */
import { ensureRuntimes, supportedRuntimes } from '../../../local/sandbox/runtimes';
import { DEFERRED, MINUTES, useStage } from '../support/gate';
import { code } from '../support/language';
import { LANGUAGES } from '../support/languages';
import type { Stage } from '../support/stage';

let stage: Stage;
let supported: string[];

beforeAll(async () => {
  await ensureRuntimes();
  supported = (await supportedRuntimes()).filter(({ missing }) => !missing).map(({ runtime }) => runtime);
}, 5 * MINUTES);

useStage((opened) => {
  stage = opened;
});

describe.each(LANGUAGES)('$name', (language) => {
  test(
    'an event is run, kept and replayed on each',
    async () => {
      const runtimes = supported.filter((runtime) => runtime.startsWith(language.name));
      expect(runtimes).not.toEqual([]);
      for (const runtime of runtimes) {
        stage.window('auto');
        const environment = await stage.start({ runtime, code: code(language, 'version') });
        expect(await environment.reply({ n: 1 })).toEqual({ event: { n: 1 }, runtime });
        await stage.windowSeen('on');
        expect(await environment.reply({ n: 2 }, { requestId: runtime })).toMatchObject(DEFERRED);
        await stage.windowSeen('auto');
        expect(await environment.reply(await stage.claim(runtime))).toMatchObject({ runtime });
      }
      expect((await stage.rows()).map((row) => row.state.S)).toEqual(runtimes.map(() => 'DONE'));
    },
    3 * MINUTES,
  );
});
