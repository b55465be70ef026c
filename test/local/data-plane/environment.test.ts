import * as fs from 'node:fs/promises';
import * as path from 'node:path';

import type { InvocationRecord } from '../../../local/data-plane/records';
import { TestPlane } from './plane';

jest.setTimeout(120_000);

let bed: TestPlane;
/** Allows an init phase two seconds. */
let hasty: TestPlane;

beforeAll(async () => {
  bed = await TestPlane.open();
  hasty = await TestPlane.open({}, { initLimitMs: 2000 });
});

afterAll(() => Promise.all([bed?.close(), hasty?.close()]));

const last = (plane = bed): InvocationRecord => plane.plane.invocations.at(-1)!;
const failure = async (name: string, event: unknown = {}, plane = bed) => {
  const { status, headers, body } = await plane.invoke(name, JSON.stringify(event), { 'x-amz-log-type': 'Tail' });
  expect([status, headers['x-amz-function-error']]).toEqual([200, 'Unhandled']);
  return {
    ...(JSON.parse(body.toString()) as { errorType: string; errorMessage: string }),
    requestId: headers['x-amzn-requestid'] as string,
    log: Buffer.from(headers['x-amz-log-result'] as string, 'base64').toString(),
  };
};

const COUNTER = `
import os, time
count = 0
def handler(event, context):
    global count
    count += 1
    time.sleep(event.get("sleep", 0))
    return {"count": count, "code": CODE}
`;
const counter = (code: string) => ({ 'index.py': COUNTER.replace('CODE', `"${code}"`) });

describe('an environment', () => {
  test('is used again, one invocation at a time', async () => {
    bed.functions.declare('warm', { files: counter('a') });
    const counts: number[] = [];
    for (let i = 0; i < 4; i++) {
      counts.push((await bed.result<{ count: number }>('warm')).count);
    }
    expect(counts).toEqual([1, 2, 3, 4]);
    const records = bed.plane.invocations.filter((record) => record.functionName === 'warm');
    expect(records.map((record) => record.cold)).toEqual([true, false, false, false]);
    expect(records[0].initDuration).toBeGreaterThan(0);
    expect(new Set(records.map((record) => record.environmentId)).size).toBe(1);
  });

  test('that is busy gets company, not a second invocation', async () => {
    bed.functions.declare('busy', { files: counter('a') });
    const counts = await Promise.all([1, 2, 3].map(() => bed.result<{ count: number }>('busy', { sleep: 0.5 })));
    expect(counts.map(({ count }) => count)).toEqual([1, 1, 1]);
  });

  test('of a changed function is retired', async () => {
    bed.functions.declare('changing', { files: counter('old') });
    expect(await bed.result('changing')).toMatchObject({ code: 'old' });
    const { environmentId } = last();
    bed.functions.declare('changing', { files: counter('new') });
    expect(await bed.result('changing')).toMatchObject({ code: 'new', count: 1 });
    await bed.seen(
      (event) => event.type === 'environment-stopped' && event.environmentId === environmentId && event.reason === 'the function changed',
    );
  });

  test('of a function that changes while it runs finishes its work and is retired then', async () => {
    bed.functions.declare('shifting', { files: counter('old') });
    const running = bed.result('shifting', { sleep: 1 });
    await bed.seen((event) => event.type === 'invocation-started' && event.invocation.functionName === 'shifting');
    bed.functions.declare('shifting', { files: counter('new') });
    expect(await bed.result('shifting')).toMatchObject({ code: 'new' });
    const { environmentId } = bed.plane.invocations.find((record) => record.functionName === 'shifting')!;
    expect(await running).toMatchObject({ code: 'old' });
    await bed.seen(
      (event) => event.type === 'environment-stopped' && event.environmentId === environmentId && event.reason === 'the function changed',
    );
    expect(await bed.result('shifting')).toMatchObject({ code: 'new', count: 2 });
  });

  test('reads code once for all its invocations', async () => {
    bed.functions.declare('cached', { files: counter('a') });
    const before = bed.functions.codeReads;
    await Promise.all([1, 2].map(() => bed.result('cached', { sleep: 0.2 })));
    await bed.result('cached');
    expect(bed.functions.codeReads).toBe(before + 1);
  });

  test('does not run between invocations', async () => {
    const script = `
let longest = 0;
let last = performance.now();
setInterval(() => {
  longest = Math.max(longest, performance.now() - last);
  last = performance.now();
}, 10);
// A tick that is due now comes before the answer
exports.handler = () => new Promise((resolve) => setTimeout(() => resolve(longest), 50));
`;
    bed.functions.declare('ticking', { runtime: 'nodejs20.x', files: { 'index.js': script } });
    await bed.result('ticking');
    const { environmentId } = last();
    await bed.seen((event) => event.type === 'environment-frozen' && event.environmentId === environmentId);
    const frozen = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const pause = performance.now() - frozen;
    expect(await bed.result<number>('ticking')).toBeGreaterThanOrEqual(pause);
    expect(last().cold).toBe(false);
  });

  test('has the variables that Lambda sets, its own, and the address of the bed', async () => {
    const script = 'import os\ndef handler(event, context): return dict(os.environ)\n';
    bed.functions.declare('variables', {
      files: { 'index.py': script },
      memorySize: 256,
      environment: { MINE: 'a b', AWS_REGION: 'mars-1', _HANDLER: 'other' },
      logGroup: '/custom/group',
      version: '4',
    });
    const variables = await bed.result<Record<string, string>>('variables');
    expect(variables).toMatchObject({
      MINE: 'a b',
      _HANDLER: 'index.handler',
      AWS_REGION: 'us-east-1',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_LAMBDA_FUNCTION_NAME: 'variables',
      AWS_LAMBDA_FUNCTION_VERSION: '4',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
      AWS_LAMBDA_LOG_GROUP_NAME: '/custom/group',
      AWS_LAMBDA_LOG_STREAM_NAME: expect.stringMatching(/^\d{4}\/\d\d\/\d\d\/\[4\][0-9a-f]{32}$/),
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      AWS_ENDPOINT_URL: bed.endpointUrl,
      AWS_ACCESS_KEY_ID: expect.stringMatching(/^ASIA[0-9A-F]{16}$/),
      LAMBDA_TASK_ROOT: '/var/task',
      LAMBDA_RUNTIME_DIR: '/var/runtime',
      TZ: ':UTC',
      AWS_LAMBDA_RUNTIME_API: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      _X_AMZN_TRACE_ID: expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0;Lineage=1:[0-9a-f]{8}:0$/),
    });
  });

  test('has its layers at /opt, later ones over earlier ones', async () => {
    const script = 'def handler(event, context): return [open("/opt/" + name).read() for name in ("a", "b")]\n';
    bed.functions.declare('layered', { files: { 'index.py': script }, layers: [{ a: 'first', b: 'first' }, { b: 'second' }] });
    expect(await bed.result('layered')).toEqual(['first', 'second']);
  });
});

describe('a function that', () => {
  test('runs over its time limit is killed, and the next invocation gets a new environment', async () => {
    bed.functions.declare('slow', { files: counter('a'), timeout: 5 });
    const { errorType, errorMessage, requestId, log } = await failure('slow', { sleep: 60 });
    expect([errorType, errorMessage]).toEqual(['Sandbox.Timedout', `RequestId: ${requestId} Error: Task timed out after 5.00 seconds`]);
    expect(log).toMatch(
      new RegExp(`\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z ${requestId} Task timed out after 5\\.00 seconds\\n\\nEND RequestId: ${requestId}\\n`),
    );
    expect(log).toContain('Status: timeout');
    expect(await bed.result('slow')).toMatchObject({ count: 1 });
    expect(last().cold).toBe(true);
  });

  test.each([
    ['exits with a status', 'os._exit(3)', 'Runtime exited with error: exit status 3'],
    ['exits without one', 'os._exit(0)', 'Runtime exited without providing a reason'],
    ['kills itself', 'os.kill(os.getpid(), 9)', 'Runtime exited with error: signal: killed'],
  ])('%s fails by name', async (name, statement, message) => {
    bed.functions.declare(name.replaceAll(' ', '-'), { files: { 'index.py': `import os\ndef handler(event, context): ${statement}\n` } });
    const { errorType, errorMessage, requestId, log } = await failure(name.replaceAll(' ', '-'));
    expect([errorType, errorMessage]).toEqual(['Runtime.ExitError', `RequestId: ${requestId} Error: ${message}`]);
    expect(log).toContain(`RequestId: ${requestId} Error: ${message}\nRuntime.ExitError\n`);
    expect(last()).toMatchObject({ outcome: 'error', errorType: 'Runtime.ExitError' });
  });

  test('takes more memory than it has is killed', async () => {
    const script = 'def handler(event, context):\n  kept = []\n  while True: kept.append(bytearray(b"x" * 10_000_000))\n';
    bed.functions.declare('greedy', { files: { 'index.py': script }, memorySize: 128 });
    const { errorType, errorMessage, requestId } = await failure('greedy');
    expect([errorType, errorMessage]).toEqual(['Runtime.OutOfMemory', `RequestId: ${requestId} Error: Runtime exited with error: signal: killed`]);
  });

  test('cannot be imported fails by name, after a second try', async () => {
    bed.functions.declare('broken', { files: { 'index.py': 'print("importing")\nimport nothing_of_this_name\n' } });
    const { errorType, errorMessage } = await failure('broken');
    expect(errorType).toBe('Runtime.ImportModuleError');
    expect(errorMessage).toContain('nothing_of_this_name');
    const log = await fs.readFile(path.join(bed.workDir, 'logs', 'broken.log'), 'utf8').catch(() => '');
    expect(log.match(/importing/g)).toHaveLength(2);
    expect(log).toMatch(/INIT_REPORT .*Phase: init\tStatus: error\tError Type: Runtime.ImportModuleError/);
    expect(log).toMatch(/INIT_REPORT .*Phase: invoke\tStatus: error\tError Type: Runtime.ImportModuleError/);
  });

  test('needs longer to initialise than the init phase allows does so within its own time limit', async () => {
    hasty.functions.declare('heavy', {
      files: { 'index.py': 'import time\ntime.sleep(3)\ndef handler(event, context): return "ready"\n' },
      timeout: 60,
    });
    expect(await hasty.result('heavy')).toBe('ready');
    expect(last(hasty).cold).toBe(true);
    expect(last(hasty).initDuration).toBeUndefined();
  });

  test('never finishes initialising times out', async () => {
    hasty.functions.declare('endless', { files: { 'index.py': 'import time\ntime.sleep(600)\n' }, timeout: 1 });
    const { errorType, errorMessage, requestId } = await failure('endless', {}, hasty);
    expect([errorType, errorMessage]).toEqual(['Sandbox.Timedout', `RequestId: ${requestId} Error: Task timed out after 1.00 seconds`]);
  });

  test('has a runtime that cannot run here is refused by name, synchronously', async () => {
    bed.functions.declare('exotic', { runtime: 'java21', files: counter('a') });
    const { status, headers, body } = await bed.invoke('exotic');
    expect([status, headers['x-amzn-errortype']]).toEqual([502, 'InvalidRuntimeException']);
    expect(body.toString()).toContain('java21');
    expect(last()).toMatchObject({ outcome: 'refused' });
  });
});

test('closing in mid-invocation ends every sandbox and answers whoever waits', async () => {
  const plane = await TestPlane.open();
  plane.functions.declare('endless', { files: counter('a'), timeout: 600 });
  const waiting = plane.invoke('endless', '{"sleep":600}').catch(() => 'disconnected' as const);
  await plane.seen((event) => event.type === 'invocation-started');
  await plane.close();
  expect(plane.events.filter((event) => event.type === 'environment-stopped')).toHaveLength(1);
  const answer = await waiting;
  expect(answer === 'disconnected' || answer.headers['x-amz-function-error'] === 'Unhandled').toBe(true);
  await expect(plane.invoke('endless')).rejects.toThrow();
});
