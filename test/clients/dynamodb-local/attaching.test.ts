/** The gate attaches to the client or nothing runs. */
import { DEFERRED, MINUTES, RAN, useStage } from '../support/gate';
import { code } from '../support/language';
import { LANGUAGES } from '../support/languages';
import type { Stage } from '../support/stage';

let stage: Stage;
useStage((opened) => {
  stage = opened;
});

describe.each(LANGUAGES)('$name', (language) => {
  const start = (variables: Record<string, string>) => stage.start({ ...language.newest, code: code(language, 'runs'), variables });
  const startChanged = (change: string, variables?: Record<string, string>) =>
    start({ nextWrapper: `/opt/own/${language.name}`, CHANGE: change, ...variables });

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

    test.each(language.unattached.filter(({ runs }) => runs))(
      'a client $what, onUnknownClient RUN: the handler runs as without the gate, which is counted once and names the client',
      async ({ change, message }) => {
        stage.window('on');
        const environment = await startChanged(change, { onUnknownClient: 'RUN' });
        expect(await environment.reply({})).toEqual(RAN);
        expect(await environment.reply({})).toEqual(RAN);
        expect(environment.output.match(/"GateMissing": ?1/g)).toHaveLength(1);
        expect(environment.output).toContain(message);
        expect(environment.output).toMatch(language.clientNamed);
      },
      MINUTES,
    );

    test(
      'a variable that is missing is named, whatever onUnknownClient says',
      async () => {
        const environment = await start({ table: '', onUnknownClient: 'RUN' });
        expect(await environment.initialised()).toMatchObject({ errorType: 'GateNotAttached' });
        expect(environment.output).toContain('PATIENT_LAMBDA_TABLE is missing');
      },
      MINUTES,
    );
  });

  test.each([
    ['the function', {}],
    ['a wrapper that the function had before', { nextWrapper: `/opt/own/${language.name}`, CHANGE: language.unchanged }],
  ])(
    'a gate that is switched off by hand: %s starts as without it, and says so',
    async (_, variables) => {
      stage.window('on');
      const environment = await start({ ...variables, disabled: 'true' });
      expect(await environment.reply({})).toEqual(RAN);
      expect(environment.output).toContain("PATIENT_LAMBDA_DISABLED is 'true'");
      expect(environment.output.match(/"GateMissing":1/g)).toHaveLength(1);
    },
    MINUTES,
  );
});
