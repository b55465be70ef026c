/** What user code replaces or patches in Node.js is not what the gate uses: at load or in an invocation, before a window, in it and in a replay. */
import { createHash, randomBytes } from 'node:crypto';

import { DEFERRED, MINUTES, useStage } from '../support/gate';
import { ENDING } from '../support/languages';
import { NODEJS } from '../support/nodejs';
import type { Stage } from '../support/stage';

const REFUSES = '() => { throw new Error("taken by user code") }';

/** As a handler would do it; none keeps AWS's client from its work, which asks for some of its variables each time. */
const PATCHES = [
  [
    'requests and agents of node:http and node:https, as a proxy agent does',
    `for (const name of ["http", "https"]) {
      const module = require(name);
      class Proxy extends module.Agent { addRequest() { process.exit(9); } createConnection() { process.exit(9); } }
      module.request = module.get = () => process.exit(9);
      module.globalAgent = new Proxy();
      module.Agent = Proxy;
    }`,
  ],
  [
    'a global agent of another kind, copied into the ES modules',
    `for (const name of ["http", "https"]) {
      require(name).globalAgent = { addRequest: () => process.exit(9), constructor: class { constructor() { process.exit(9); } } };
    }
    require("module").syncBuiltinESMExports();`,
  ],
  ['process.env, emptied', 'for (const name of Object.keys(process.env)) if (!/^(AWS_LAMBDA|_)/.test(name)) delete process.env[name];'],
  ['process.env, replaced', 'process.env = Object.fromEntries(Object.entries(process.env).filter(([name]) => /^(AWS_LAMBDA|_)/.test(name)));'],
  ['Date, frozen', 'const RealDate = Date; globalThis.Date = class extends RealDate { constructor() { super(0); } static now() { return 0; } };'],
  ['Date.now', 'Date.now = () => 0;'],
  ['timers that never fire', 'globalThis.setTimeout = () => 1; globalThis.clearTimeout = () => undefined;'],
  ['Buffer', `Buffer.from = Buffer.byteLength = ${REFUSES}; globalThis.Buffer = undefined;`],
  [
    'JSON.stringify with another order',
    'const { stringify } = JSON; JSON.stringify = (value, ...more) => stringify(value, ...more)?.replace("TableName", "tableName");',
  ],
  [
    'JSON.parse with dates',
    'const { parse } = JSON; JSON.parse = (text) => parse(text, (key, value) => (/^[0-9]+$/.test(value) ? new Date(Number(value)) : value));',
  ],
  [
    'node:crypto',
    `const crypto = require("crypto"); crypto.createHash = crypto.createHmac = crypto.randomUUID = ${REFUSES}; require("module").syncBuiltinESMExports();`,
  ],
  ['node:zlib', `const zlib = require("zlib"); zlib.gzipSync = zlib.gunzipSync = ${REFUSES}; require("module").syncBuiltinESMExports();`],
  ['Promise', 'globalThis.Promise = class extends Promise {}; globalThis.Promise.allSettled = () => new Promise(() => undefined);'],
  ['URL, fetch and console', `globalThis.URL = globalThis.fetch = console.log = console.warn = console.error = ${REFUSES};`],
] as const;

/** One that fits into the row, and one that is packed into chunks. */
const SMALL = { noise: 'small', sha256: createHash('sha256').update('small').digest('hex') };
const noise = randomBytes(600_000).toString('base64');
const LARGE = { noise, sha256: createHash('sha256').update(noise).digest('hex') };

const DIGESTS = `
const { createHash } = require("crypto");
const digest = (text) => createHash("sha256").update(text).digest("hex");
const run = async ({ noise, sha256 }) => { if (noise && digest(noise) !== sha256) throw new Error("damaged"); return "ran"; };
`;
const AT_LOAD = (patch: string) => `${DIGESTS}${patch}\nexports.handler = run;`;
const IN_FIRST = (patch: string) => `${DIGESTS}let patched = false;
exports.handler = async (event) => { if (!patched) { patched = true; ${patch} } return run(event); };`;

let stage: Stage;
useStage((opened) => {
  stage = opened;
});

const CLIENTS = ENDING.filter(({ language }) => language === NODEJS);
const MOMENTS = [
  ['at load', AT_LOAD],
  ['in an invocation', IN_FIRST],
] as const;

/** A sample of the product, each client with one of the moments; all of it with CLIENTS=all. */
const momentsOf = (client: number) => MOMENTS.filter((_, turn) => process.env.CLIENTS === 'all' || turn === client % MOMENTS.length);

describe.each(CLIENTS.map(({ name, release }, client) => ({ name, release, moments: momentsOf(client) })))('$name', ({ release, moments }) => {
  test.each(PATCHES.flatMap(([what, patch]) => moments.map(([when, app]) => [what, when, app(patch)] as const)))(
    '%s, patched %s: events run, are kept and replayed',
    async (_, __, app) => {
      const environment = await stage.start({ ...release, code: { 'app.js': app } });
      expect(await environment.reply({})).toBe('ran');
      await stage.windowSeen('on');
      expect(await environment.reply(SMALL, { requestId: 'small' })).toMatchObject(DEFERRED);
      expect(await environment.reply(LARGE, { requestId: 'large' })).toMatchObject(DEFERRED);
      await stage.windowSeen('auto');
      expect(await environment.reply({})).toBe('ran');
      for (const requestId of ['small', 'large']) {
        expect(await environment.reply(await stage.claim(requestId))).toBe('ran');
        const row = await stage.row(requestId);
        expect([row!.state.S, Math.abs(Number(row!.finishedAt.N) - Date.now()) < MINUTES]).toEqual(['DONE', true]);
      }
    },
    MINUTES,
  );
});
