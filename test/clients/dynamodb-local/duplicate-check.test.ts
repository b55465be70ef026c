/** Shortly after a window may have ended, what may be kept already is looked up; where no window can have been, nothing depends on the table. */
import { MINUTES, RAN, useStage } from '../support/gate';
import { code } from '../support/language';
import { LANGUAGES } from '../support/languages';
import type { Stage } from '../support/stage';
import { OPERATOR_PARAMETER } from '../support/test-environment';

const S3 = { Records: [{ eventSource: 'aws:s3', s3: { object: { sequencer: '1' } } }] };
const PLANNED_PARAMETER = '/cdk-patient-lambda/windows/test/planned';
/** Nothing listens there. */
const NO_TABLE = 'http://127.0.0.1:9';

let stage: Stage;
useStage((opened) => {
  stage = opened;
});

describe.each(LANGUAGES)('$name', (language) => {
  const start = (variables: Record<string, string> = {}) =>
    stage.start({ ...language.newest, code: code(language, 'runs'), variables, dynamoDb: NO_TABLE });

  test(
    'after a first deployment an event of S3 runs although the table cannot be reached',
    async () => {
      stage.parameters.delete(OPERATOR_PARAMETER); // so that what is written next has version 1
      stage.window('auto', Date.now());
      expect(await (await start()).reply(S3)).toEqual(RAN);
    },
    MINUTES,
  );

  test(
    'after an operator wrote the parameter it is an error to S3, which tries again',
    async () => {
      stage.window('auto', Date.now());
      expect(await (await start()).error(S3)).toMatchObject({ errorType: 'DuplicateCheckFailed' });
    },
    MINUTES,
  );

  test(
    'after an operator wrote the parameter it runs where the function lets S3 run in windows too',
    async () => {
      stage.window('auto', Date.now());
      expect(await (await start({ deferral: '{"s3":"RUN"}' })).reply(S3)).toEqual(RAN);
    },
    MINUTES,
  );

  test(
    'after a planned interval it is an error to S3, a parameter that nobody has written since notwithstanding',
    async () => {
      stage.parameters.delete(OPERATOR_PARAMETER);
      stage.window('auto', 0);
      const minute = (ago: number) => `${new Date(Date.now() - ago * 60_000).toISOString().slice(0, 16)}Z`;
      stage.parameters.set(PLANNED_PARAMETER, `until 2099-01-01T00:00Z; ${minute(63)}/PT1H`);
      expect(await (await start({ plannedParameter: PLANNED_PARAMETER })).error(S3)).toMatchObject({ errorType: 'DuplicateCheckFailed' });
    },
    MINUTES,
  );
});
