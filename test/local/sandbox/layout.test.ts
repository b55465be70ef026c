import * as fs from 'node:fs';
import * as os from 'node:os';

import { detectIsolation } from '../../../local/sandbox/isolation';
import { closeAll, ISOLATIONS, OneEnvironment } from './environment';

const PROBE = `
import errno, json, os, stat, subprocess, sys

def attempt(action):
    try:
        action()
        return "done"
    except OSError as error:
        return errno.errorcode[error.errno]

def fill():
    with open("/tmp/big", "wb") as file:
        for _ in range(9):
            file.write(bytes(1024 * 1024))

def handler(event, context):
    return {
        "user": [os.getuid(), os.getgid()],
        "directory": os.getcwd(),
        "root": sorted(os.listdir("/")),
        "home": [os.path.exists(place) for place in event["hidden"]],
        "environment": dict(os.environ),
        "write": {place: attempt(lambda: open(place + "/new", "w")) for place in ["/", "/usr", "/etc", "/opt", "/var/task", "/var/runtime", "/var/lang", "/dev/shm"]},
        "temporary": [attempt(lambda: open("/tmp/new", "w")), attempt(fill)],
        "modes": {name: stat.filemode(os.stat("/opt/" + name).st_mode) for name in ["run", "python/data.txt"]},
        "processes": len([name for name in os.listdir("/proc") if name.isdigit()]),
        "files": sorted({os.readlink(name.path) for name in os.scandir("/proc/self/fd") if os.path.exists(name.path)}),
        "kill": attempt(lambda: os.kill(event["outside"], 0)),
        "path": sys.path,
        "argv": sys.argv,
        "executable": sys.executable,
        "shell": subprocess.run(["bash", "-c", "echo to standard error > /dev/stderr; echo to standard output > /dev/stdout"]).returncode,
        "capabilities": [line.split()[1] for line in open("/proc/self/status") if line.startswith("CapEff")][0],
        "layered": __import__("layered").NAME,
        "boto3": __import__("boto3").__file__,
        "client": __import__("awslambdaric").__file__,
    }
`;

const LAYER = {
  'run': { text: '#!/bin/sh\n', mode: 0o755 },
  'python/data.txt': 'data',
  'python/layered.py': 'NAME = "from the layer"',
};

afterEach(closeAll);

describe.each(ISOLATIONS)('a function in a sandbox made by %s', (name) => {
  async function probe() {
    process.env.SANDBOX_TEST_SECRET = 'of the bed';
    const environment = await OneEnvironment.start({
      code: { 'app.py': PROBE },
      layer: LAYER,
      ephemeralStorage: 8,
      variables: { COLOUR: 'blue', PATH_TO: 'a b\nc' },
      isolation: await detectIsolation([name]),
    });
    const { body } = await environment.invoke({ hidden: [os.homedir(), process.cwd(), '/root', '/home'], outside: process.pid });
    return { environment, body };
  }

  test("runs as Lambda's user without capabilities, in /var/task", async () => {
    const { body } = await probe();
    expect(body.user).toEqual([993, 990]);
    expect(body.capabilities).toBe('0000000000000000');
    expect(body.directory).toBe('/var/task');
  });

  test('sees the system, its code, its layers and its runtime, and nothing else of the machine', async () => {
    const { body } = await probe();
    const system = ['bin', 'lib', 'lib32', 'lib64', 'libx32', 'sbin', 'usr', 'dev', 'etc', 'proc', 'tmp', 'opt', 'var'];
    expect(body.root.filter((entry: string) => !system.includes(entry))).toEqual([]);
    expect(body.home).toEqual([false, false, false, false]);
    expect(body.kill).toBe('ESRCH');
    expect(body.processes).toBeLessThan(5);
    expect(body.files.filter((file: string) => file.startsWith('/') && !file.startsWith('/proc/'))).toEqual([
      '/dev/null',
      expect.stringMatching(/\/output \(deleted\)$/),
    ]);
  });

  test('gets the variables of the function and of Lambda, and none of the bed', async () => {
    const { body } = await probe();
    expect(body.environment).toMatchObject({
      COLOUR: 'blue',
      PATH_TO: 'a b\nc',
      _HANDLER: 'app.handler',
      LAMBDA_TASK_ROOT: '/var/task',
      LAMBDA_RUNTIME_DIR: '/var/runtime',
      PYTHONPATH: '/var/runtime',
      AWS_EXECUTION_ENV: 'AWS_Lambda_python3.11',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
      TZ: ':UTC',
    });
    expect(body.environment).not.toHaveProperty('SANDBOX_TEST_SECRET');
    expect(body.environment).not.toHaveProperty('HOME');
  });

  test('can write to /tmp, up to its size, and nowhere else', async () => {
    const { body } = await probe();
    expect(Object.values(body.write).filter((result) => result !== 'EROFS')).toEqual(name === 'bubblewrap' ? [] : ['ENOENT']);
    expect(body.temporary).toEqual(['done', 'ENOSPC']);
  });

  test('finds layers at /opt with their modes, searched after the code and before the runtime', async () => {
    const { body } = await probe();
    expect(body.modes).toEqual({ 'run': '-rwxr-xr-x', 'python/data.txt': '-rw-r--r--' });
    expect(body.path.slice(0, 4)).toEqual(['/var/task', '/opt/python/lib/python3.11/site-packages', '/opt/python', '/var/runtime']);
    expect(body.layered).toBe('from the layer');
    expect([body.boto3, body.client]).toEqual(
      ['boto3/__init__.py', 'awslambdaric/__init__.py'].map((file) => expect.stringMatching(`^/var/lang/.*-packages/${file}$`)),
    );
  });

  test("is started by Lambda's own command, and what it prints anew to /dev/stderr arrives", async () => {
    const { body, environment } = await probe();
    expect([body.executable, ...body.argv]).toEqual(['/var/lang/bin/python3.11', '/var/runtime/bootstrap.py']);
    expect(body.shell).toBe(0);
    await environment.prints('to standard error\nto standard output\n');
  });
});

test("PYTHONPATH set by the function takes over the layers' places on the search path", async () => {
  const environment = await OneEnvironment.start({
    code: { 'app.py': 'import os, sys\ndef handler(event, context):\n    return [sys.path[:3], os.environ["PYTHONPATH"]]' },
    variables: { PYTHONPATH: '/opt/mine' },
  });
  const { body } = await environment.invoke({});
  expect(body).toEqual([['/var/task', '/var/runtime', '/opt/mine'], '/opt/mine']);
});

test('of packages only those of the managed runtime are importable, not those installed on this machine', async () => {
  const environment = await OneEnvironment.start({
    code: {
      'app.py':
        'import site, os\ndef handler(event, context):\n    return [os.listdir(place) for place in site.getsitepackages() if os.path.exists(place)]',
    },
  });
  const { body } = await environment.invoke({});
  const expected =
    /^(awslambdaric|runtime_client|simplejson|snapshot_restore_py|boto3|botocore|s3transfer|jmespath|dateutil|python_dateutil|six|urllib3)\b/;
  expect(body.flat()).toContain('awslambdaric');
  expect(body.flat().filter((name: string) => !expected.test(name))).toEqual([]);
});

describe('a Node.js function', () => {
  const code = (body: string) => ({
    'index.mjs': `import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);\nexport const handler = async () => (${body});`,
  });

  test("is started with Lambda's arguments for its memory, and what Lambda turns off is off", async () => {
    const environment = await OneEnvironment.start({
      runtime: 'nodejs22.x',
      handler: 'index.handler',
      memorySize: 512,
      code: code('[process.execPath, ...process.execArgv, process.argv[1]]'),
    });
    expect((await environment.invoke({})).body).toEqual([
      '/var/lang/bin/node',
      '--expose-gc',
      '--max-http-header-size',
      '81920',
      '--max-semi-space-size=25',
      '--max-old-space-size=461',
      '--no-experimental-require-module',
      '--no-experimental-detect-module',
      '/var/runtime/index.mjs',
    ]);
  });

  test('finds the AWS SDK by import and by require, packages of layers by require, and nothing that this project has installed besides', async () => {
    const environment = await OneEnvironment.start({
      runtime: 'nodejs20.x',
      handler: 'index.handler',
      layer: { 'nodejs/node_modules/layered/index.js': 'module.exports = "from the layer";' },
      code: code(`[typeof (await import('@aws-sdk/client-sqs')).SQSClient, typeof require('@aws-sdk/client-ssm').SSMClient, require('layered'),
        ['typescript', 'aws-cdk-lib'].map((name) => { try { return require.resolve(name); } catch (error) { return error.code; } }), process.env.NODE_PATH]`),
    });
    expect((await environment.invoke({})).body).toEqual([
      'function',
      'function',
      'from the layer',
      ['MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'],
      '/opt/nodejs/node20/node_modules:/opt/nodejs/node_modules:/var/runtime/node_modules:/var/runtime:/var/task',
    ]);
  });

  test('keeps a NODE_PATH of its own, and features asked for in NODE_OPTIONS are left on', async () => {
    const environment = await OneEnvironment.start({
      runtime: 'nodejs22.x',
      handler: 'index.handler',
      code: code("[process.env.NODE_PATH, process.execArgv.includes('--no-experimental-require-module')]"),
      variables: { NODE_PATH: '/opt/mine', NODE_OPTIONS: '--experimental-require-module' },
    });
    expect((await environment.invoke({})).body).toEqual(['/opt/mine', false]);
  });
});

test("files that only the bed's user may read can be read by the function, as they belong to it", async () => {
  const environment = await OneEnvironment.start({ code: { 'app.py': { text: 'def handler(event, context):\n    return "read"', mode: 0o600 } } });
  expect((await environment.invoke({})).body).toBe('read');
  expect(fs.existsSync('/var/task/app.py')).toBe(false);
});
