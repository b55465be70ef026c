/** The handler runtime in Lambda's own Node.js client: from the layer, where code is not bundled, and from a bundle. */
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { buildSync, type Format } from 'esbuild';

import { createFailedId } from '../../../lambda/contract/cloudformation/answer.json';
import { answerTo } from '../../../lambda/custom-resource/responder/respond';
import { readOperation } from '../../../lambda/custom-resource/runtime/nodejs/protocol/read-operation';
import type { RuntimeOutcome } from '../../../local/data-plane/runtime-api';
import { RuntimeProcess } from '../../../local/data-plane/runtime-process';
import { mergeLayers } from '../../../local/sandbox/file-tree';
import { startSandbox } from '../../../local/sandbox/sandbox';
import { CARRIED_BY_LAMBDA } from '../../../scripts/build/bundler';
import { ROOT } from '../../../scripts/command';
import { Cloud } from '../support/cloud';

const PATIENCE = 30_000;
/** Of one execution, in milliseconds: the least that a provider may have. */
const EXECUTION = 15_000;

const REQUIRES = `const { customResource, done, wait } = require('cdk-patient-lambda/handler');
`;
const IMPORTS = `import { customResource, done, wait } from 'cdk-patient-lambda/handler';
export `;
const HANDLER = `const handler = customResource({
  create: async ({ properties }, { stack }) => wait({ status: (await stack()).status }, { physicalResourceId: properties.Name, afterSeconds: 1 }),
  update: async () => done(),
  delete: async () => done(),
  poll: async (request, { status }) => done({ data: { StackStatus: status } }),
});
`;
const COMMON_JS = `${REQUIRES}${HANDLER}exports.handler = handler;`;
const ES_MODULE = `${IMPORTS}${HANDLER}`;

describe("the handler runtime in Lambda's client", () => {
  let folder: string;
  let cloud: Cloud;
  let runtime: RuntimeProcess | undefined;
  let output = '';

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'handler-'));
    mkdirSync(join(folder, 'opt'));
    await mergeLayers([readFileSync(join(ROOT, 'assets', 'custom-resource', 'handler-layer.zip'))], join(folder, 'opt'));
  });

  beforeEach(async () => {
    output = '';
    cloud = await Cloud.open();
  });

  afterEach(async () => {
    await runtime?.end();
    await cloud.close();
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  /** Starts the function; resolves to its init error, if any. */
  async function started(name: string, file: string, code: string, withLayer: boolean): Promise<RuntimeOutcome | undefined> {
    const taskRoot = mkdtempSync(join(folder, 'task-'));
    writeFileSync(join(taskRoot, file), code);
    runtime = await RuntimeProcess.start(startSandbox, {
      runtime: name,
      handler: 'index.handler',
      memorySize: 256,
      ephemeralStorage: 64,
      taskRoot,
      optRoot: withLayer ? join(folder, 'opt') : undefined,
      environment: {
        ...cloud.environment,
        AWS_LAMBDA_FUNCTION_VERSION: '1',
        AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/search',
        AWS_LAMBDA_LOG_STREAM_NAME: 'stream',
      },
      onOutput: (chunk) => {
        output += chunk.toString('utf8');
      },
    });
    const ended = await runtime.initialised(PATIENCE);
    if (!('done' in ended)) {
      throw new Error(`not initialised: ${JSON.stringify(ended)}\n${output}`);
    }
    return ended.done;
  }

  const invocation = (event: string) => ({
    requestId: randomUUID(),
    invocationId: randomUUID(),
    deadlineMs: Date.now() + EXECUTION,
    functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:search:live',
    traceId: 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0',
    payload: Buffer.from(event),
  });

  async function execution(event: string): Promise<RuntimeOutcome> {
    const { outcome, ready } = runtime!.deliver(invocation(event));
    const ended = await runtime!.waitFor(outcome, PATIENCE);
    if (!('done' in ended)) {
      throw new Error(`no outcome: ${JSON.stringify(ended)}\n${output}`);
    }
    await runtime!.waitFor(ready, PATIENCE);
    return ended.done;
  }

  /** Creates a resource over two executions, which takes two of the clients that the runtime carries. */
  async function serves() {
    expect((await execution(JSON.stringify(cloud.create))).errorType).toBeUndefined();
    expect(cloud.hops).toHaveLength(1);
    expect((await execution(cloud.hops[0])).errorType).toBeUndefined();
    expect(cloud.answers).toEqual([
      expect.objectContaining({ Status: 'SUCCESS', PhysicalResourceId: 'orders', Data: { StackStatus: 'CREATE_IN_PROGRESS' } }),
    ]);
    expect(cloud.others).toEqual([]);
  }

  test.each(['nodejs20.x', 'nodejs22.x', 'nodejs24.x'])('is required by CommonJS from the layer on %s', async (name) => {
    expect(await started(name, 'index.js', COMMON_JS, true)).toBeUndefined();
    await serves();
  });

  const CLIENTS = [
    ['3.3.0', 'nodejs22.x'],
    ['4.0.2', 'nodejs24.x'],
  ] as const;

  /** What `create` does at the end of this code. */
  const creating = (code: string, before = '') => `${REQUIRES}${before}
const gone = async () => done();
exports.handler = customResource({ create: () => new Promise(() => { ${code} }), update: gone, delete: gone });`;

  /** The id of an answer, and how the process ends: what the responder is left with. */
  async function crashed(): Promise<{ readonly exit: number | null } | { readonly posted: string | undefined }> {
    const { outcome } = runtime!.deliver(invocation(JSON.stringify(cloud.create)));
    const ended = await runtime!.waitFor(outcome, PATIENCE);
    if ('late' in ended) {
      throw new Error(`no outcome\n${output}`);
    }
    return 'exit' in ended ? { exit: ended.exit.code } : { posted: ended.done.errorType };
  }

  const AN_ID = expect.stringMatching(/^shop-Index-[0-9a-f]{16}$/) as string;

  describe.each(CLIENTS)('%s', (_client, name) => {
    test.each([
      ['text in a timer', "setTimeout(() => { throw 'boom'; }, 5)"],
      ['a frozen error', "setTimeout(() => { throw Object.freeze(new Error('boom')); }, 5)"],
      ['an error in a listener', "require('node:fs').createReadStream('/nowhere').on('error', () => { throw new Error('boom'); })"],
      ['an error in a microtask', "queueMicrotask(() => { throw new Error('boom'); })"],
      ['an event that nobody listens to', "setImmediate(() => new (require('node:events'))().emit('error', new Error('boom')))"],
    ])('what nobody catches is answered by the function, which then exits: %s', async (_, code) => {
      expect(await started(name, 'index.js', creating(code), true)).toBeUndefined();
      expect(await crashed()).toEqual({ exit: 1 });
      expect(cloud.answers).toEqual([
        expect.objectContaining({ Status: 'FAILED', PhysicalResourceId: AN_ID, Reason: expect.stringMatching(/nobody caught: .*boom/) as string }),
      ]);
    });

    test('beside the domain module the process exits, and leaves the answer to the responder', async () => {
      const code = creating("setTimeout(() => { throw new Error('boom'); }, 5)", "require('node:domain');\n");
      expect(await started(name, 'index.js', code, true)).toBeUndefined();
      expect(await crashed()).toEqual({ exit: 1 });
      expect(cloud.answers).toEqual([]);
      expect(output).toContain('Error: boom');
    });

    test('a rejection that nobody handles ends in the default id, whoever answers', async () => {
      expect(await started(name, 'index.js', creating("void Promise.reject(new Error('boom'))"), true)).toBeUndefined();
      if (_client === '3.3.0') {
        expect(await crashed()).toEqual({ posted: 'Runtime.UnhandledPromiseRejection' });
        expect(answerTo(operation(), { errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: 'Error: boom' }, '').physicalResourceId).toEqual(
          AN_ID,
        );
      } else {
        expect(await crashed()).toEqual({ exit: 1 });
        expect(cloud.answers).toEqual([expect.objectContaining({ Status: 'FAILED', PhysicalResourceId: AN_ID })]);
      }
    });

    /** As a bundle is whose modules require one another: no frame of the loader is among the ten that a trace has. */
    const DEEP = "const deep = (n) => (n ? deep(n - 1) : (() => { throw new Error('TABLE is not set'); })()); deep(20);";
    test.each([
      ['after a top-level await', 'index.mjs', "await new Promise((r) => setTimeout(r, 5)); throw new Error('TABLE is not set');"],
      ['text, after a top-level await', 'index.mjs', "await 0; throw 'TABLE is not set';"],
      ['in a rejected top-level await', 'index.mjs', "await Promise.reject(Object.freeze(new RangeError('TABLE is not set')));"],
      ['more than ten calls deep', 'index.js', DEEP],
      [
        'by an error that has the name of one of ours',
        'index.js',
        "throw Object.assign(new Error('TABLE is not set'), { name: 'AnswerNotDelivered' });",
      ],
      ['by an error without a name', 'index.js', "throw Object.assign(new Error('TABLE is not set'), { name: '' });"],
    ])('code that fails while it is loaded never started: %s', async (_, file, code) => {
      const error = await started(name, file, `${code}\n`, false);
      expect(answerTo(operation(), JSON.parse(error!.payload.toString()), 'RetriesExhausted')).toMatchObject({
        status: 'FAILED',
        physicalResourceId: createFailedId,
        reason: expect.stringContaining('TABLE is not set') as string,
      });
    });
  });

  /** The request as the responder reads it: a reference in its properties withholds nothing of what loading code says. */
  function operation() {
    return readOperation({ ...cloud.create, ResourceProperties: { Password: '{{resolve:secretsmanager:Db}}' } }, Date.now(), undefined).operation;
  }

  const BUNDLES: readonly (readonly [Format, string])[] = [
    ['esm', 'index.mjs'],
    ['cjs', 'index.js'],
  ];
  test.each(BUNDLES)('is bundled to %s, and finds the AWS SDK of the runtime', async (format, file) => {
    const { outputFiles } = buildSync({
      stdin: { contents: ES_MODULE, resolveDir: ROOT },
      bundle: true,
      platform: 'node',
      target: 'node20',
      format,
      external: CARRIED_BY_LAMBDA,
      write: false,
    });
    expect(await started('nodejs22.x', file, outputFiles[0].text, false)).toBeUndefined();
    await serves();
  });
});
