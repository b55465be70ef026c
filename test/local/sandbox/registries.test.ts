import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

import { run, toolEnvironment } from '../../../local/sandbox/child';
import { buildNativeClient } from '../../../local/sandbox/native-client';
import { pinnedVersions, pinnedWheel, unpackNpm, unpackWheels } from '../../../local/sandbox/registries';

let directory: string;
const searchPath = process.env.PATH;

beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'registries-'));
});

afterEach(() => {
  process.env.PATH = searchPath;
  fs.rmSync(directory, { recursive: true, force: true });
});

/** Puts a program in front of the real ones. */
function replace(program: string, script: string): void {
  const programs = path.join(directory, 'programs');
  fs.mkdirSync(programs, { recursive: true });
  fs.writeFileSync(path.join(programs, program), `#!/bin/bash\n${script}\n`, { mode: 0o755 });
  process.env.PATH = `${programs}:${process.env.PATH}`;
}

function into(): string {
  const target = path.join(directory, 'into');
  fs.mkdirSync(target);
  return target;
}

test('an npm package that is not what was pinned is refused and not unpacked', async () => {
  fs.mkdirSync(path.join(directory, 'package'));
  fs.writeFileSync(path.join(directory, 'package/index.js'), 'something else');
  spawnSync('tar', ['-czf', path.join(directory, 'served'), '-C', directory, 'package']);
  replace('npm', `while [[ $1 != --pack-destination ]]; do shift; done; cp ${path.join(directory, 'served')} "$2/package.tgz"`);
  const target = into();
  await expect(unpackNpm('aws-lambda-ric@4.0.2', target)).rejects.toThrow(
    /^aws-lambda-ric@4\.0\.2: sha512 is .+, pinned is FE5Vskx.+; it was not used$/,
  );
  expect(fs.readdirSync(target)).toEqual([]);
});

test('an npm package that is not pinned is not fetched', async () => {
  replace('npm', 'exit 9');
  await expect(unpackNpm('aws-lambda-ric@9.9.9', into())).rejects.toThrow('aws-lambda-ric@9.9.9 is not pinned in local/sandbox/pins.json');
});

test('a package that cannot be fetched fails with what the client said', async () => {
  replace('npm', 'echo "npm error network request failed" >&2; exit 1');
  await expect(unpackNpm('aws-lambda-ric@4.0.2', into())).rejects.toThrow(/npm pack .* ended with exit code 1:\nnpm error network request failed/);
});

test('a native client that cannot be built says what is needed', async () => {
  replace('npm', 'echo "npm error network request failed" >&2; exit 1');
  await expect(buildNativeClient('4.0.2', '/usr/include/node', into(), () => undefined)).rejects.toThrow(
    /^aws-lambda-ric 4\.0\.2 could not be fetched or built, which needs g\+\+, make, cmake, tar and xz .*\n.*npm pack .*\nnpm error network request failed/s,
  );
});

test('a wheel that is not what was pinned is refused', async () => {
  replace(
    'python3',
    'mkdir -p "$3/bin"; printf \'#!/bin/bash\\nwhile [[ $1 != --dest ]]; do shift; done; echo other > "$2/six-1.17.0-py2.py3-none-any.whl"\\n\' > "$3/bin/python3"; chmod +x "$3/bin/python3"',
  );
  const target = into();
  await expect(unpackWheels(['six-1.17.0-py2.py3-none-any.whl'], target)).rejects.toThrow(
    /^six-1\.17\.0-py2\.py3-none-any\.whl: sha256 is .+; it was not used$/,
  );
  expect(fs.readdirSync(target)).toEqual([]);
});

test('wheels are chosen by interpreter, else the one for all', () => {
  expect(pinnedWheel('awslambdaric', '311', '2.0.4')).toMatch(/^awslambdaric-2\.0\.4-cp311-cp311-.*_(x86_64|aarch64)\.whl$/);
  expect(pinnedWheel('awslambdaric', '313', '2.0.4')).toBeUndefined();
  expect(pinnedWheel('simplejson', '314')).toBe('simplejson-3.20.2-py3-none-any.whl');
  expect(pinnedVersions('awslambdaric', '311')).toEqual(expect.arrayContaining(['2.0.4', '2.2.1', '3.0.2', '3.1.1', '4.0.4', '4.1.0', '4.2.2']));
});

test('package clients see where things are, and nothing of an account', async () => {
  process.env.AWS_SECRET_ACCESS_KEY = 'secret';
  process.env.AWS_PROFILE = 'production';
  process.env.npm_config_cafile = '/etc/ssl/certs/ca-certificates.crt';
  try {
    expect(toolEnvironment()).toMatchObject({ PATH: process.env.PATH, npm_config_cafile: '/etc/ssl/certs/ca-certificates.crt' });
    expect(await run('sh', ['-c', 'env'])).not.toMatch(/AWS_/);
  } finally {
    for (const name of ['AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE', 'npm_config_cafile']) {
      delete process.env[name];
    }
  }
});
