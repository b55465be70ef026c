/** Processes that user code starts with the options of its own, the gate's among them, run as without the gate. */
import { DEFERRED, MINUTES, useStage } from '../support/gate';
import { ENDING } from '../support/languages';
import { NODEJS } from '../support/nodejs';
import type { Stage } from '../support/stage';

const RUNS = 'const { execFileSync, fork, spawnSync } = require("child_process");';
const CHILD = 'if (process.send) process.send("child ran"); else process.stdout.write("child ran");';
/** Starts a child of its own. */
const PARENT = `${RUNS} process.stdout.write(execFileSync(process.execPath, [...process.execArgv, "/var/task/child.js"]));`;

const STARTS = [
  ['spawn', 'String(spawnSync(process.execPath, [...process.execArgv, "/var/task/child.js"]).stdout)'],
  ['execFile of a path without its extension', 'String(execFileSync(process.execPath, [...process.execArgv, "/var/task/child"]))'],
  ['node -e', 'String(execFileSync(process.execPath, [...process.execArgv, "-e", "process.stdout.write(`child ran`)"]))'],
  [
    'NODE_OPTIONS',
    'String(execFileSync(process.execPath, ["/var/task/child.js"], { env: { ...process.env, NODE_OPTIONS: process.execArgv.join(" ") } }))',
  ],
  ['an empty environment', 'String(execFileSync(process.execPath, [...process.execArgv, "/var/task/child.js"], { env: {} }))'],
  ['a child of a child', 'String(execFileSync(process.execPath, [...process.execArgv, "/var/task/parent.js"]))'],
] as const;

const ASYNCHRONOUS = [
  ['fork', 'new Promise((done) => fork("/var/task/child.js").once("message", done))'],
  [
    'cluster',
    `new Promise((done) => {
      const cluster = require("cluster");
      cluster.setupPrimary({ exec: "/var/task/child.js" });
      cluster.fork().once("message", done);
    })`,
  ],
  [
    'a worker',
    'new Promise((done) => new (require("worker_threads").Worker)("require(`worker_threads`).parentPort.postMessage(`child ran`)", { eval: true }).once("message", done))',
  ],
] as const;

let stage: Stage;
useStage((opened) => {
  stage = opened;
});

describe.each(ENDING.filter(({ language }) => language === NODEJS))('$name', ({ release }) => {
  const start = (app: string, variables: Record<string, string> = {}) =>
    stage.start({ ...release, code: { 'app.js': `${RUNS}\n${app}`, 'child.js': CHILD, 'parent.js': PARENT }, variables });

  test(
    'children of the handler run as without the gate, and the function stays guarded',
    async () => {
      const kinds = [...STARTS, ...ASYNCHRONOUS];
      const starts = kinds.map(([kind, how]) => `${JSON.stringify(kind)}: () => ${how}`).join(',\n');
      const environment = await start(`const starts = {${starts}}; exports.handler = async ({ kind }) => starts[kind]();`);
      for (const [kind] of kinds) {
        expect([kind, await environment.reply({ kind })]).toEqual([kind, 'child ran']);
      }
      await stage.windowSeen('on');
      expect(await environment.reply({ kind: 'spawn' })).toMatchObject(DEFERRED);
    },
    MINUTES,
  );

  test(
    'children of a handler that is being loaded run as without the gate',
    async () => {
      const environment = await start(`const ran = [${STARTS.map(([, how]) => how).join(', ')}]; exports.handler = async () => ran;`);
      expect(await environment.reply({})).toEqual(STARTS.map(() => 'child ran'));
    },
    MINUTES,
  );

  test.each(['1:1', '1', 'true'])(
    'a function on which somebody set the mark to %s is guarded all the same',
    async (attached) => {
      stage.window('on');
      const environment = await start('exports.handler = async () => ({ ran: true });', { attached });
      expect(await environment.reply({})).toMatchObject(DEFERRED);
    },
    MINUTES,
  );
});
