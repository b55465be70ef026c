import { execFile } from 'node:child_process';
import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { build, type Format } from 'esbuild';

import { CARRIED_BY_LAMBDA } from '../../scripts/build/bundler';
import { ROOT } from '../../scripts/command';
import { childEnvironment } from '../../scripts/environment';
import { Cloud } from '../clients/support/cloud';
import { installed } from './installed';
import { packedFiles } from './unpacked';

/** A kind of module with the file of the library that serves it. */
const KINDS: readonly (readonly [Format, string, string])[] = [
  ['esm', 'mjs', 'index.mjs'],
  ['cjs', 'cjs', 'index.js'],
];
const LIBRARY = 'cdk-patient-lambda/handler';
const TESTING = `${LIBRARY}/testing`;
const REPLAY = 'cdk-patient-lambda/replay';

/** How a module of either kind comes by the library's. */
const LOADED: readonly (readonly [string, (name: string) => string])[] = [
  ['an ES module', (name) => `await import('${name}')`],
  ['CommonJS', (name) => `require('${name}')`],
];

describe('the packed handler runtime', () => {
  let project: string;

  beforeAll(() => {
    project = installed();
    cpSync(join(__dirname, 'author'), project, { recursive: true });
  });

  afterAll(() => rmSync(project, { recursive: true }));

  function node(...args: string[]) {
    return promisify(execFile)(process.execPath, args, { cwd: project, env: childEnvironment() });
  }

  /** Compiles a file of the author's to such a module, with the library inside or imported. */
  async function made(source: string, format: Format, extension: string, external: string[]) {
    const { metafile } = await build({
      entryPoints: [join(project, `${source}.ts`)],
      outfile: join(project, `${source}.${external.length}.${extension}`),
      absWorkingDir: project,
      bundle: true,
      platform: 'node',
      target: 'node20',
      format,
      external: [...CARRIED_BY_LAMBDA, ...external],
      metafile: true,
    });
    const [[file, { imports }]] = Object.entries(metafile.outputs);
    return { file, inputs: Object.keys(metafile.inputs), imports };
  }

  test.each(KINDS)('serves Node.js as %s', async (format, extension, served) => {
    const { file, imports } = await made('search-index.spec', format, extension, [LIBRARY, TESTING]);
    expect(imports.map(({ path }) => path)).toEqual(expect.arrayContaining([LIBRARY, TESTING]));
    expect((await node('--test', file)).stdout).toContain('# pass 4\n# fail 0');

    for (const [name, folder] of [
      [LIBRARY, 'handler'],
      [TESTING, 'handler/testing'],
      [REPLAY, 'replay'],
    ]) {
      const resolved =
        format === 'esm' ? ['--input-type=module', '-e', `console.log(import.meta.resolve('${name}'))`] : ['-p', `require.resolve('${name}')`];
      expect((await node(...resolved)).stdout.trim()).toMatch(new RegExp(`node_modules/cdk-patient-lambda/${folder}/${served}$`));
    }
  });

  test.each(KINDS)('is bundled by esbuild to %s with nothing of the AWS SDK inside, and runs', async (format, extension) => {
    const { file, inputs, imports } = await made('search-index.spec', format, extension, []);
    expect(inputs.sort()).toEqual([
      'node_modules/cdk-patient-lambda/handler/index.mjs',
      'node_modules/cdk-patient-lambda/handler/testing/index.mjs',
      'search-index.spec.ts',
      'search-index.ts',
    ]);
    expect(
      imports
        .map(({ path }) => path)
        .filter((path) => !path.startsWith('node:'))
        .sort(),
    ).toEqual(['@aws-sdk/client-cloudformation', '@aws-sdk/client-lambda', '@aws-sdk/client-secrets-manager']);
    expect((await node('--test', file)).stdout).toContain('# pass 4\n# fail 0');
  });

  test.each([
    [LIBRARY, ['ResourceFailure', 'customResource', 'done', 'fromOnEvent', 'resourceHandlers', 'wait']],
    [TESTING, ['SimulatedClock', 'runOperation']],
    [REPLAY, ['replayOf']],
  ])('offers the same names as an ES module and as CommonJS: %s', async (library, names) => {
    const { stdout } = await node(
      '--input-type=module',
      '-e',
      `
      import { createRequire } from 'node:module';
      import * as module from '${library}';
      console.log(JSON.stringify([Object.keys(module), Object.keys(createRequire(import.meta.url)('${library}'))]));`,
    );
    const [module, required] = JSON.parse(stdout) as string[][];
    expect(module).toEqual(names);
    expect(required.sort()).toEqual(module);
  });

  test.each(LOADED.flatMap(([maker, made]) => LOADED.map(([runner, run]) => ({ maker, runner, made, run }))))(
    'a handler made by $maker is run by $runner',
    async ({ made, run }) => {
      const { stdout } = await node(
        '--input-type=module',
        '-e',
        `
      import { createRequire } from 'node:module';
      const require = createRequire(import.meta.url);
      const { customResource, done, fromOnEvent, ResourceFailure, wait } = ${made(LIBRARY)};
      const { runOperation, SimulatedClock } = ${run(TESTING)};
      const secret = '{{resolve:secretsmanager:Db}}';
      const handler = customResource({
        create: async ({ properties: { Name } }, { resolve }) => {
          if (Name === 'half-made') {
            throw new ResourceFailure('no', { physicalResourceId: Name });
          }
          return wait({ length: (await resolve(secret)).length }, { physicalResourceId: Name });
        },
        update: async () => done(),
        delete: async () => new Promise(() => undefined),
        poll: async (_, { length }) => done({ data: { Length: length } }),
      });
      const secrets = { Db: 'password' };
      const clock = new SimulatedClock(Date.now(), 20);
      const wrapped = customResource(fromOnEvent({
        onEvent: async ({ ResourceProperties: { Name } }) => ({ PhysicalResourceId: Name, Job: 1 }),
        isComplete: async ({ PhysicalResourceId, Job }) => ({ IsComplete: true, Data: { Name: PhysicalResourceId, Job } }),
      }));
      const reports = [
        await runOperation(handler, { RequestType: 'Create', ResourceProperties: { Name: 'made' } }, { secrets }),
        await runOperation(handler, { RequestType: 'Create', ResourceProperties: { Name: 'half-made' } }),
        await runOperation(handler, { RequestType: 'Delete', PhysicalResourceId: 'made' }, { clock, executionTimeoutSeconds: 15 }),
        await runOperation(wrapped, { RequestType: 'Create', ResourceProperties: { Name: 'made' } }),
      ];
      console.log(JSON.stringify(reports.map(({ answer, executions, exited }) => ({ ...answer, executions, exited }))));`,
      );
      expect(JSON.parse(stdout)).toEqual([
        { status: 'SUCCESS', physicalResourceId: 'made', data: { Length: 8 }, executions: 2, exited: false },
        { status: 'FAILED', physicalResourceId: 'half-made', reason: expect.stringContaining('ResourceFailure: no'), executions: 1, exited: false },
        { status: 'FAILED', physicalResourceId: 'made', reason: expect.stringContaining('end of its execution'), executions: 1, exited: true },
        { status: 'SUCCESS', physicalResourceId: 'made', data: { Name: 'made', Job: 1 }, executions: 2, exited: false },
      ]);
    },
  );

  test('is found by jest, and runs under it', async () => {
    const jest = join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js');
    const { stderr } = await node(jest, '--rootDir', project, '--config', JSON.stringify({ transform: {}, testMatch: ['**/*.jest.js'] }));
    expect(stderr).toContain('Tests:       1 passed, 1 total');
  });

  test('loads no client of the AWS SDK before it is needed', async () => {
    // None is installed here: an import at load would fail
    for (const name of [LIBRARY, TESTING, REPLAY]) {
      await expect(node('-e', `require('${name}')`)).resolves.toBeDefined();
      await expect(node('--input-type=module', '-e', `import '${name}'`)).resolves.toBeDefined();
    }
  });

  test('as CommonJS finds the AWS SDK where NODE_PATH says that it is, as in Lambda', async () => {
    const { file } = await made('function', 'cjs', 'cjs', [LIBRARY]);
    const cloud = await Cloud.open();
    try {
      await promisify(execFile)(process.execPath, ['execution.mjs', file, JSON.stringify(cloud.create)], {
        cwd: project,
        env: { ...cloud.environment, NODE_PATH: join(ROOT, 'node_modules') },
      });
      expect(cloud.hops).toHaveLength(1);
    } finally {
      await cloud.close();
    }
  });

  test('leads nowhere that was not published, as maps of sources would', () => {
    const texts = packedFiles()
      .filter((file) => /^(handler|replay)\//.test(file))
      .map((file) => readFileSync(join(project, 'node_modules/cdk-patient-lambda', file), 'utf8'));
    expect(texts.filter((text) => /sourceMappingURL|\/node_modules\/|reference (path|types)=/.test(text))).toEqual([]);
  });
});
