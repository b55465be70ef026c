/** `npm run seams` with clients that are made to differ, and without a network. */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

import { Cache } from '../../../local/sandbox/cache';
import { NATIVE_CLIENT, nodeClientEntry, PYTHON_CLIENT, pythonClientEntry } from '../../../local/sandbox/clients';
import { ensureRuntimes } from '../../../local/sandbox/runtimes';
import { type CommandResult, run, tool } from '../../../scripts/command';

const MINUTES = 60_000;
const PYTHON = { runtime: 'python3.11', client: PYTHON_CLIENT };
const NODEJS = { runtime: 'nodejs24.x', client: NATIVE_CLIENT };
/** Nobody listens there. */
const NO_REGISTRY = 'http://127.0.0.1:1';

let scratch: string;

beforeAll(async () => {
  await ensureRuntimes([PYTHON, NODEJS], (line) => process.stderr.write(`${line}\n`));
}, 5 * MINUTES);
beforeEach(() => {
  scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'changed-client-'));
});
afterEach(() => fs.rmSync(scratch, { recursive: true, force: true }));

function seams(args: readonly string[], environment: Record<string, string> = {}): Promise<CommandResult> {
  return run(tool('tsx'), ['scripts/check/seams/main.ts', ...args], { quiet: true, environment });
}

/** A copy of a fetched client in which a text of one of its files is another. */
function changed(entry: { name: string }, file: string, from: string | RegExp, to: string): string {
  fs.cpSync(new Cache().find(entry.name)!, scratch, { recursive: true });
  const before = fs.readFileSync(path.join(scratch, file), 'latin1');
  const after = before.replaceAll(from, to);
  expect(after === before && from !== to).toBe(false);
  fs.writeFileSync(path.join(scratch, file), after, 'latin1');
  return scratch;
}

const python = (file: string, from: string | RegExp, to: string) =>
  changed(pythonClientEntry('3.11', PYTHON_CLIENT), `awslambdaric/${file}`, from, to);
const nodejs = (file: string, from: string | RegExp, to: string) => changed(nodeClientEntry(NATIVE_CLIENT), file, from, to);

test(
  'clients as they are have the seam that is known',
  async () => {
    const { code, output } = await seams([
      `awslambdaric=${python('__init__.py', '', '')}`,
      `aws-lambda-ric=${new Cache().find(nodeClientEntry(NATIVE_CLIENT).name)}`,
    ]);
    expect(output).toContain('after them tenant_id, log_sink, invocation_id');
    expect(output).toContain('saw next(), done(string, string), error(string, string, string)');
    expect(output.match(/known good by shape/g)).toHaveLength(2);
    expect(code).toBe(0);
  },
  2 * MINUTES,
);

test.each([
  [
    'whose seam has another order',
    'bootstrap.py',
    'invoke_id,\n    event_body',
    'event_body,\n    invoke_id',
    "handle_event_request('lambda_runtime_client', 'request_handler', 'event_body'",
  ],
  ['whose seam has another name', 'bootstrap.py', 'handle_event_request', 'handle_request', 'handle_event_request() instead of'],
  [
    'that posts otherwise',
    'lambda_runtime_client.py',
    'post_invocation_error',
    'post_failure',
    'LambdaRuntimeClient.post_invocation_error() instead of',
  ],
])(
  'a Python client %s fails, with what was expected and found and what to do',
  async (_, file, from, to, found) => {
    const { code, output } = await seams([`awslambdaric=${python(file, from, to)}`]);
    expect(output).toContain(`awslambdaric in ${scratch}: THE SEAM HAS MOVED`);
    expect(output).toContain(found);
    expect(output).toContain('patient_lambda_gate/client/attach.py');
    expect(code).toBe(1);
  },
  MINUTES,
);

test.each([
  ['that opens another native part', 'index.mjs', 'rapid-client.node', 'moved-client.node', 'moved-client.node'],
  ['whose native part has no next', 'rapid-client.node', /(?<=\0)next(?=\0)/g, 'nexu', 'has a native part without next'],
  ['that never posts a result by its native part', 'index.mjs', /\.done\(/g, '.error(', 'was expected to give a result and an Error'],
])(
  'a Node.js client %s fails, with what was expected and found and what to do',
  async (_, file, from, to, found) => {
    const { code, output } = await seams([`aws-lambda-ric=${nodejs(file, from, to)}`]);
    expect(output).toContain(`aws-lambda-ric in ${scratch}: THE SEAM HAS MOVED`);
    expect(output).toContain(found);
    expect(output).toContain('gate/nodejs/client/addon.ts');
    expect(code).toBe(1);
  },
  MINUTES,
);

test.each([
  ['asked for newer clients', []],
  ['asked for a release', ['aws-lambda-ric@4.0.2']],
])(
  'without a network, %s, it says that nothing was found out, and passes nothing',
  async (_, args) => {
    const { code, output } = await seams(args, {
      npm_config_registry: NO_REGISTRY,
      npm_config_fetch_retries: '0',
      PIP_INDEX_URL: NO_REGISTRY,
      PIP_RETRIES: '0',
    });
    expect(output).toContain('that is no pass');
    expect(output).not.toContain('nothing is newer');
    expect(code).toBe(2);
  },
  2 * MINUTES,
);

test(
  'a seam that has moved is not covered up by a client that could not be looked at',
  async () => {
    const { code, output } = await seams([
      `awslambdaric=${python('bootstrap.py', 'handle_event_request', 'handle_request')}`,
      'aws-lambda-ric=nowhere',
    ]);
    expect(output).toContain('nowhere is not there');
    expect(code).toBe(1);
  },
  MINUTES,
);

test(
  'what names no client is refused with the forms there are',
  async () => {
    const { code, output } = await seams(['botocore@1.0.0']);
    expect(output).toContain(
      "'botocore@1.0.0' names no client: expected aws-lambda-ric@1.2.3, aws-lambda-ric=folder, awslambdaric@1.2.3, awslambdaric=folder",
    );
    expect(code).toBe(2);
  },
  MINUTES,
);
