/** The handler runtime in Lambda's own Node.js client: from the layer, where code is not bundled, and from a bundle. */
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { buildSync, type Format } from 'esbuild';

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

  async function execution(event: string): Promise<RuntimeOutcome> {
    const { outcome, ready } = runtime!.deliver({
      requestId: randomUUID(),
      invocationId: randomUUID(),
      deadlineMs: Date.now() + EXECUTION,
      functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:search:live',
      traceId: 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0',
      payload: Buffer.from(event),
    });
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
