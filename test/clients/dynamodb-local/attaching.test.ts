/** The gate attaches to the client or nothing runs. */
import { DEFERRED, MINUTES, useStage } from '../support/gate';
import { code } from '../support/language';
import { LANGUAGES } from '../support/languages';
import type { Stage } from '../support/stage';

let stage: Stage;
useStage((opened) => {
  stage = opened;
});

describe.each(LANGUAGES)('$name', (language) => {
  const start = (variables: Record<string, string>) => stage.start({ ...language.newest, code: code(language, 'runs'), variables });
  const startChanged = (change: string) => start({ nextWrapper: `/opt/own/${language.name}`, CHANGE: change });

  describe('a gate that cannot be attached', () => {
    test.each(language.unattached)(
      'a client $what: init error that names the client, nothing runs',
      async ({ change, message }) => {
        const environment = await startChanged(change);
        expect(await environment.initialised()).toMatchObject({ errorType: 'GateNotAttached' });
        expect(environment.output).toContain(message);
        expect(environment.output).toMatch(language.clientNamed);
        expect(await environment.ended()).toMatchObject({ code: 1 });
      },
      MINUTES,
    );

    test(
      'a chained wrapper that changes nothing gets a function that is guarded',
      async () => {
        stage.window('on');
        const environment = await startChanged(language.unchanged);
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
});
