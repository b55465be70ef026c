/** A window that cannot be read: the function's setting decides, and never in silence. */
import { DEFERRED, MINUTES, RAN, useStage } from '../support/gate';
import { code } from '../support/language';
import { LANGUAGES } from '../support/languages';
import type { ParameterStoreFault } from '../support/parameter-store';
import type { Stage } from '../support/stage';
import { OPERATOR_PARAMETER } from '../support/test-environment';

let stage: Stage;
useStage((opened) => {
  stage = opened;
});

const fault = (kind: ParameterStoreFault) => () => stage.parameters.fault(kind);
const refusal = '{"__type":"AccessDeniedException","message":"no ssm:GetParameters"}';

const CAUSES: [string, () => void, string][] = [
  ['a malformed value', () => stage.window('maintenance please'), "syntax): 'maintenance please'"],
  ['a deleted parameter', () => stage.parameters.delete(OPERATOR_PARAMETER), `parameter ${OPERATOR_PARAMETER} does not exist`],
  ['a refusal', fault({ status: 400, body: refusal }), 'AccessDeniedException: no ssm:GetParameters'],
  ['a hanging service', fault('hang'), 'ssm:GetParameters'],
  ['a dropped connection', fault('drop'), 'NetworkError'],
  ['an answer that is no JSON', fault({ status: 200, body: '<html>' }), '6 bytes that are not a JSON object'],
  ['an empty answer', fault({ status: 200, body: '' }), '0 bytes that are not a JSON object'],
];

describe.each(LANGUAGES)('$name', (language) => {
  const start = (variables: Record<string, string> = {}) => stage.start({ ...language.newest, code: code(language, 'runs'), variables });

  describe('a window that cannot be read', () => {
    test.each(CAUSES)(
      '%s: onWindowUnknown decides, and the cause is logged once',
      async (_, cause, message) => {
        cause();
        const [run, defer, fail] = await Promise.all(['RUN', 'DEFER', 'FAIL'].map((onWindowUnknown) => start({ onWindowUnknown, cacheTtl: '30' })));
        expect(await run.reply({}, { requestId: 'r-1' })).toEqual(RAN);
        expect(await run.reply({}, { requestId: 'r-2' })).toEqual(RAN);
        expect(await defer.reply({}, { requestId: 'r-3' })).toMatchObject(DEFERRED);
        const failed = await fail.error({}, { requestId: 'r-4' });
        expect(failed.errorType).toBe('MaintenanceWindowUnknown');
        expect(failed.errorMessage).toContain(message);
        expect((await stage.rows()).map((row) => row.requestId.S)).toEqual(['r-3']);
        expect(run.output.match(/could not be read/g)).toHaveLength(1);
        expect(run.output).toContain(message);
      },
      MINUTES,
    );

    test(
      'the last known value counts while it cannot be read',
      async () => {
        stage.window('on');
        const environment = await start();
        expect(await environment.reply({})).toMatchObject(DEFERRED);
        stage.parameters.fault({ status: 500, body: '{}' });
        await stage.windowSeen('auto');
        expect(await environment.reply({})).toMatchObject(DEFERRED);
        expect(environment.output).toMatch(/"WindowStale": ?1/);
      },
      MINUTES,
    );
  });
});
