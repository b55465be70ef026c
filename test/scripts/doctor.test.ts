import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ROOT } from '../../scripts/command';

const NOBODY = 65534;
const IS_ROOT = process.getuid?.() === 0;
const IS_DEBIAN = existsSync('/etc/os-release') && /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(readFileSync('/etc/os-release', 'utf8'));

/** On a machine where it may, the doctor installs: with this in the PATH it would call only what stands here. */
const FAKE_APT_GET = `#!/bin/sh
echo "$@" >> "$(dirname "$0")/calls"
case "$*" in install*make*) ln -sf MAKE "$(dirname "$0")/make" ;; esac
`;

function which(name: string): string {
  const path = process.env
    .PATH!.split(':')
    .map((directory) => join(directory, name))
    .find((candidate) => existsSync(candidate));
  if (!path) {
    throw new Error(`no ${name} in PATH`);
  }
  return path;
}

describe('doctor', () => {
  let folder: string;
  let bin: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'doctor-test-'));
    chmodSync(folder, 0o777);
    bin = join(folder, 'bin');
    mkdirSync(bin);
    chmodSync(bin, 0o777);
    copyFileSync(join(ROOT, 'scripts', 'doctor.mjs'), join(folder, 'doctor.mjs'));
    have('dirname');
    have('ln');
    have('true'); // what the doctor has make run
    writeFileSync(join(bin, 'apt-get'), FAKE_APT_GET.replace('MAKE', which('make')), { mode: 0o755 });
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  function have(name: string) {
    symlinkSync(which(name), join(bin, name));
  }

  function broken(name: string, words: string) {
    writeFileSync(join(bin, name), `#!/bin/sh\necho '${words}' >&2\nexit 1\n`, { mode: 0o755 });
  }

  function doctor(args: string[] = [], uid?: number) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder, 'doctor.mjs'), ...args], {
      encoding: 'utf8',
      env: { PATH: bin, TMPDIR: folder },
      ...(uid === undefined ? {} : { uid, gid: uid }),
    });
    expect(stderr).toBe('');
    return { status, lines: stdout.trimEnd().split('\n'), row: (name: string) => stdout.split('\n').find((line) => line.startsWith(name)) };
  }

  function calls(): string[] {
    return existsSync(join(bin, 'calls')) ? readFileSync(join(bin, 'calls'), 'utf8').trimEnd().split('\n') : [];
  }

  test('names what is missing in one table and one line to paste, and fails', () => {
    const { status, lines, row } = doctor(['--no-install']);
    expect(status).toBe(1);
    expect(row('C++ compiler')).toMatch(/MISSING .*no g\+\+/);
    expect(lines[lines.length - 1]).toMatch(/^install them with: sudo apt-get update && sudo apt-get install .*python3-venv.* g\+\+ .*bubblewrap/);
    expect(calls()).toEqual([]);
  });

  test('tries tools instead of looking for their names', () => {
    have('git');
    broken('make', 'cannot execute binary file');
    const { row } = doctor(['--no-install']);
    expect(row('git')).toMatch(/ok/);
    expect(row('make')).toMatch(/MISSING .*make failed: cannot execute binary file/);
  });

  test('calls a tool that serves one part of the tests absent, not missing', () => {
    const { row } = doctor(['--no-install']);
    expect(row('Java')).toMatch(/absent .*no java/);
    expect(row('Chromium')).toMatch(/absent .*no chromium/);
  });

  test('refuses a version that is too old, naming both', () => {
    writeFileSync(join(bin, 'python3'), '#!/bin/sh\necho Python 3.9.2\n', { mode: 0o755 });
    expect(doctor(['--no-install']).row('Python with venv')).toMatch(/MISSING .*Python 3\.9\.2 is older than 3\.10/);
  });

  test('as root on Debian or Ubuntu installs what is missing, says so and tries again; nobody else does', () => {
    const { status, lines, row } = doctor();
    expect(status).toBe(1);
    if (IS_ROOT && IS_DEBIAN) {
      expect(calls()[0]).toBe('update -q');
      expect(calls()[1]).toMatch(/^install -q -y --no-install-recommends .*make/);
      expect(lines).toContain('doctor: installed make');
      expect(row('make')).toMatch(/ok/);
    } else {
      expect(calls()).toEqual([]);
      expect(row('make')).toMatch(/MISSING/);
    }
  });

  test('without the rights to install prints the line instead', () => {
    const { status, lines } = doctor([], IS_ROOT ? NOBODY : undefined);
    expect(status).toBe(1);
    expect(calls()).toEqual([]);
    expect(lines[lines.length - 1]).toMatch(/^install them with: sudo apt-get/);
  });

  test('leaves nothing behind', () => {
    doctor(['--no-install']);
    expect(
      execFileSync('ls', [folder], { encoding: 'utf8' })
        .split('\n')
        .filter((name) => /^doctor-/.test(name)),
    ).toEqual([]);
  });
});
