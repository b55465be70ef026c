/** What the gate says does not depend on what user code made of its streams, nor can it fail an invocation. */
import { DEFERRED, MINUTES, RAN, useStage } from '../support/gate';
import type { Language } from '../support/language';
import { LANGUAGES } from '../support/languages';
import { NODEJS } from '../support/nodejs';
import { PYTHON } from '../support/python';
import type { Stage } from '../support/stage';

const nodejs = (statement: string) => `exports.handler = async () => { ${statement}; return { ran: true }; };`;
const python = (statement: string) => `import os, sys\n\ndef handler(event, context):\n    ${statement}\n    return {"ran": True}\n`;

/** What the first invocation does, and whether what the gate says then is still read. */
const STREAMS: readonly (readonly [language: Language, statement: string, code: string, isRead: boolean])[] = [
  ...(
    [
      ['process.stdout.destroy()', true],
      ['process.stdout.end()', true],
      ['process.stdout.write = () => { throw new Error("taken") }', true],
      ['console.log = console.warn = () => { throw new Error("taken") }', true],
      ['Object.defineProperty(process, "stdout", { get() { throw new Error("taken"); } })', true],
      ['require("fs").closeSync(1)', true],
    ] as const
  ).map(([statement, isRead]) => [NODEJS, statement, nodejs(statement), isRead] as const),
  ...(
    [
      ['sys.stdout.close()', true],
      ['sys.stdout = None', true],
      ['os.close(1)', true],
      ['os.close(1); os.close(2)', false],
    ] as const
  ).map(([statement, isRead]) => [PYTHON, statement, python(statement), isRead] as const),
];

let stage: Stage;
useStage((opened) => {
  stage = opened;
});

test.each(STREAMS.map(([language, ...more]) => [language.name, ...more, language] as const))(
  '%s: after %s events are kept and answered as before',
  async (_, __, code, isRead, language) => {
    const environment = await stage.start({ ...language.newest, code: { [language.file]: code } });
    expect(await environment.reply({})).toEqual(RAN);
    await stage.windowSeen('on');
    expect(await environment.reply({}, { requestId: 'r-1' })).toMatchObject(DEFERRED);
    expect(await environment.reply({}, { requestId: 'r-2' })).toMatchObject(DEFERRED);
    expect((await stage.rows()).map((row) => row.state.S)).toEqual(['PENDING', 'PENDING']);
    await stage.closeEnvironments();
    expect(environment.output.match(/"Deferred": ?1/g)?.length ?? 0).toBe(isRead ? 2 : 0);
  },
  MINUTES,
);

test.each(LANGUAGES.map((language) => [language.name, language] as const))(
  '%s: in a JSON log every metric has the highest level',
  async (_, language) => {
    stage.window('on');
    const variables = { AWS_LAMBDA_LOG_FORMAT: 'JSON', AWS_LAMBDA_LOG_LEVEL: 'FATAL' };
    const environment = await stage.start({ ...language.newest, code: { [language.file]: language.handlers.runs }, variables });
    expect(await environment.reply({})).toMatchObject(DEFERRED);
    await stage.closeEnvironments();
    const metrics = environment.output.split('\n').filter((line) => line.includes('"_aws"'));
    expect(metrics.map((line) => (JSON.parse(line) as { level: string }).level)).toEqual(['FATAL', 'FATAL']);
  },
  MINUTES,
);
