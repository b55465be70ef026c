import { detectIsolation } from '../../../local/sandbox/isolation';
import { closeAll, ISOLATIONS, OneEnvironment } from './environment';

afterEach(closeAll);

const OUT_OF_MEMORY = { code: null, signal: 'SIGKILL', reason: 'out-of-memory' };

describe.each(ISOLATIONS)('the memory limit of a sandbox made by %s', (isolation) => {
  test('ends a Python function that allocates without end', async () => {
    const environment = await OneEnvironment.start({
      memorySize: 128,
      isolation: await detectIsolation([isolation]),
      code: { 'app.py': 'def handler(event, context):\n    kept = []\n    while True:\n        kept.append(bytearray(b"x" * 1024 * 1024))' },
    });
    environment.invoke({}).catch(() => undefined);
    expect(await environment.sandbox.exited).toEqual(OUT_OF_MEMORY);
  });

  test('ends a Node.js function that allocates outside of its heap, which no flag of the interpreter limits', async () => {
    const environment = await OneEnvironment.start({
      memorySize: 128,
      isolation: await detectIsolation([isolation]),
      runtime: 'nodejs20.x',
      handler: 'index.handler',
      code: {
        'index.mjs': 'export const handler = async () => { const kept = []; for (;;) { kept.push(Buffer.alloc(1024 * 1024, 1)); await null; } };',
      },
    });
    environment.invoke({}).catch(() => undefined);
    expect(await environment.sandbox.exited).toEqual(OUT_OF_MEMORY);
  });
});

test('the memory of child processes counts', async () => {
  const environment = await OneEnvironment.start({
    memorySize: 192,
    code: {
      'app.py':
        'import subprocess, sys\ndef handler(event, context):\n    children = [subprocess.Popen([sys.executable, "-c", "import time; kept = b\'x\' * 80_000_000; time.sleep(60)"]) for _ in range(3)]\n    [child.wait() for child in children]',
    },
  });
  environment.invoke({}).catch(() => undefined);
  expect(await environment.sandbox.exited).toEqual(OUT_OF_MEMORY);
});

test('pages that forked children share with their parent count once', async () => {
  const environment = await OneEnvironment.start({
    memorySize: 192,
    code: {
      'app.py': [
        'import os, time',
        'kept = b"x" * 80_000_000',
        'def handler(event, context):',
        '    children = []',
        '    for _ in range(4):',
        '        child = os.fork()',
        '        if child == 0:',
        '            time.sleep(0.5)',
        '            os._exit(0)',
        '        children.append(child)',
        '    return [os.waitpid(child, 0)[1] for child in children]',
      ].join('\n'),
    },
  });
  expect((await environment.invoke({})).body).toEqual([0, 0, 0, 0]);
});

test.each([['nodejs20.x'], ['nodejs22.x'], ['nodejs24.x'], ['python3.11']])(
  'an ordinary %s function that loads the AWS SDK lives in 128 MB',
  async (runtime) => {
    const environment = await OneEnvironment.start({
      memorySize: 128,
      runtime,
      handler: 'index.handler',
      code: {
        'index.mjs':
          'import { SSMClient } from "@aws-sdk/client-ssm";\nconst kept = new SSMClient({});\nexport const handler = async () => { await new Promise((resolve) => setTimeout(resolve, 300)); return typeof kept; };',
        'index.py': 'import boto3, time\nkept = boto3.client("ssm")\ndef handler(event, context):\n    time.sleep(0.3)\n    return "object"',
      },
    });
    expect((await environment.invoke({})).body).toBe('object');
  },
);
