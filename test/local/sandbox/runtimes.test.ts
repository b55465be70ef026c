import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

import { Cache } from '../../../local/sandbox/cache';
import { clientVersions, ensureRuntimes, newestRuntime, resolveRuntime, RUNTIME_NAMES, supportedRuntimes } from '../../../local/sandbox/runtimes';
import { closeAll, OneEnvironment } from './environment';

let empty: string;

beforeAll(() => {
  empty = fs.mkdtempSync(path.join(os.tmpdir(), 'cache-'));
});

afterAll(() => fs.rmSync(empty, { recursive: true, force: true }));
afterEach(closeAll);

test('every known runtime is either ready or says what is missing', async () => {
  const supported = await supportedRuntimes();
  expect(supported.map(({ runtime }) => runtime)).toEqual(RUNTIME_NAMES);
  for (const { interpreter, client, missing } of supported) {
    if (missing === undefined) {
      expect([interpreter, client]).toEqual([expect.stringMatching(/^\d+\.\d+\.\d+$/), expect.stringMatching(/^\d+\.\d+\.\d+$/)]);
    } else {
      expect(missing).toMatch(/no CPython 3\.\d+ on this machine \(tried .+\); install it so that/);
    }
  }
});

test('Node.js 20 and 22 run the 3.x client with the addon of 4.0.2, and it says so; Node.js 24 runs 4.0.2', async () => {
  const node = (await supportedRuntimes()).filter(({ runtime }) => runtime.startsWith('nodejs'));
  expect(node.map(({ client, label }) => [client, label])).toEqual([
    ['3.3.0', '3.3.0 with the addon of 4.0.2'],
    ['3.3.0', '3.3.0 with the addon of 4.0.2'],
    ['4.0.2', undefined],
  ]);
});

describe('the newest runtime of a language', () => {
  const supported = [
    { runtime: 'python3.9' },
    { runtime: 'python3.11' },
    { runtime: 'python3.13', missing: 'no CPython 3.13' },
    { runtime: 'nodejs24.x', missing: 'no Node.js 24' },
  ];

  test('is the one of the highest number that can run', () => {
    expect(newestRuntime(supported, 'python')).toBe('python3.11');
  });

  test('is an error that names what is missing when none can', () => {
    expect(() => newestRuntime(supported, 'nodejs')).toThrow('no nodejs runtime can run here: nodejs24.x: no Node.js 24');
  });
});

test.each(RUNTIME_NAMES.map((runtime) => [runtime]))(
  '%s runs a function on an interpreter of exactly that version with the client where Lambda has it, when it is there',
  async (runtime) => {
    const support = (await supportedRuntimes()).find((candidate) => candidate.runtime === runtime);
    if (support?.missing) {
      await expect(OneEnvironment.start({ runtime, code: {} })).rejects.toThrow(support.missing);
      return;
    }
    const environment = await OneEnvironment.start({
      runtime,
      handler: 'index.handler',
      code: {
        'index.py':
          'import awslambdaric, platform\ndef handler(event, context):\n    return [platform.python_version(), event, context.invoked_function_arn, awslambdaric.__file__]',
        'index.mjs': 'export const handler = async (event, context) => [process.versions.node, event, context.invokedFunctionArn, process.argv[1]];',
      },
    });
    const { path: posted, body } = await environment.invoke({ number: 1.5, text: 'ü' });
    expect(posted).toMatch(/\/invocation\/.+\/response$/);
    const client = expect.stringMatching(
      runtime.startsWith('nodejs') || runtime === 'python3.10' ? /^\/var\/runtime\// : /^\/var\/lang\/.+-packages\//,
    );
    expect(body).toEqual([support?.interpreter, { number: 1.5, text: 'ü' }, 'arn:aws:lambda:us-east-1:000000000000:function:probe', client]);
    expect(runtime).toContain(runtime.startsWith('python') ? body[0].split('.').slice(0, 2).join('.') : body[0].split('.')[0]);
  },
);

test("an error at import is posted by AWS's client as an init error", async () => {
  const environment = await OneEnvironment.start({ code: { 'app.py': 'raise ValueError("at import")' } });
  const { path: posted, body } = await environment.initError();
  expect([posted, body.errorType, body.errorMessage]).toEqual(['/2018-06-01/runtime/init/error', 'ValueError', 'at import']);
});

test('clients of other versions can be asked for, and what is asked for runs', async () => {
  expect(clientVersions('nodejs22.x')).toEqual(['3.3.0', '4.0.2']);
  expect(clientVersions('python3.11')[0]).toBe('2.0.4');
  expect(clientVersions('nodejs20.x')).toEqual(['3.3.0']); // 4.x needs Node.js 22
  const environment = await OneEnvironment.start({
    runtime: 'nodejs22.x',
    client: '4.0.2',
    handler: 'index.handler',
    code: { 'index.js': 'exports.handler = (event, context, callback) => callback(null, "called back");' },
  });
  // The 4.x client refuses handlers with callbacks.
  expect((await environment.initError()).body.errorType).toBe('Runtime.CallbackHandlerDeprecated');
});

test('a client that is not pinned is refused, naming those that are', async () => {
  await expect(resolveRuntime('python3.11', '1.0.0')).rejects.toThrow(
    /no awslambdaric 1\.0\.0 is pinned for Python 3\.11 on \w+; pinned are 2\.0\.4, .*4\.2\.2$/,
  );
  await expect(resolveRuntime('nodejs22.x', '2.0.0')).rejects.toThrow('no aws-lambda-ric 2.0.0 is pinned; pinned are 3.3.0, 4.0.2');
});

test('a runtime that the bed does not know is refused, naming those that it does', async () => {
  await expect(resolveRuntime('java21', undefined)).rejects.toThrow('the local bed does not run java21; it runs python3.10, ');
  await expect(ensureRuntimes([{ runtime: 'provided.al2023' }])).rejects.toThrow('the local bed does not run provided.al2023');
});

test('without fetched clients nothing runs, and the error says what to do', async () => {
  const cache = new Cache(empty);
  const own = process.version.slice(1, 3);
  await expect(resolveRuntime(`nodejs${own}.x`, undefined, cache)).rejects.toThrow(
    new RegExp(`nodejs${own}\\.x: aws-lambda-ric-\\d.* has not been fetched; run \`npm run clients\``),
  );
  const other = process.version.startsWith('v24.') ? '22' : '24';
  await expect(resolveRuntime(`nodejs${other}.x`, undefined, cache)).rejects.toThrow(
    new RegExp(
      `Node\\.js ${other} has not been fetched \\(node-${other}\\.\\d+\\.\\d+-linux-\\w+-\\w+\\), and this process is ${process.version}; run \`npm run clients\``,
    ),
  );
  expect(fs.readdirSync(empty)).toEqual([]);
});
