import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';

import { run } from './child';
import { unzip } from './file-tree';
import pins from './pins.json';

/** sha512 of npm tarballs (`name@version`) and sha256 of wheels (file name): whatever else a registry serves is refused. */
const NPM: Readonly<Record<string, string>> = pins.npm;
const WHEELS: Readonly<Record<string, string>> = pins.wheels;

/** The pip that reads wheels for interpreters other than its own; older ones don't know newer platform tags. */
export const PLATFORM_TAGS = ['manylinux_2_28', 'manylinux_2_17', 'manylinux2014', 'manylinux_2_5'];

/** Fetches a pinned npm package with `npm pack`, checks it and unpacks it into a directory. */
export async function unpackNpm(spec: string, into: string): Promise<void> {
  const integrity = NPM[spec];
  if (!integrity) {
    throw new Error(`${spec} is not pinned in local/sandbox/pins.json; add its integrity there`);
  }
  await inScratch(into, async (scratch) => {
    await run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', scratch, spec], { cwd: scratch });
    const tarball = onlyFile(scratch, '.tgz');
    check(spec, fs.readFileSync(tarball), 'sha512', integrity.replace(/^sha512-/, ''), 'base64');
    await run('tar', ['-xzf', tarball, '-C', into, '--strip-components=1', '--no-same-owner']);
  });
}

/** Fetches pinned wheels with `pip download`, checks them and unpacks them over one another into a directory. */
export async function unpackWheels(files: string[], into: string): Promise<void> {
  await inScratch(into, async (scratch) => {
    // A virtual environment's pip: the system's may be missing or forbidden
    await run('python3', ['-m', 'venv', path.join(scratch, 'venv')]);
    for (const file of files) {
      const { name, version, python, machine } = parseWheel(file);
      const requirement = path.join(scratch, `${file}.txt`);
      fs.writeFileSync(requirement, `${name}==${version} --hash=sha256:${WHEELS[file]}\n`);
      const platforms = machine ? PLATFORM_TAGS.flatMap((tag) => ['--platform', `${tag}_${machine}`]) : [];
      await run(
        path.join(scratch, 'venv/bin/python3'),
        [
          '-m',
          'pip',
          '--disable-pip-version-check',
          'download',
          '--quiet',
          '--no-deps',
          '--only-binary=:all:',
          '--require-hashes',
          ...(machine ? ['--implementation', 'cp', '--python-version', python] : []),
          ...platforms,
          '--dest',
          scratch,
          '--requirement',
          requirement,
        ],
        { cwd: scratch },
      );
      const wheel = fs.readFileSync(path.join(scratch, file));
      check(file, wheel, 'sha256', WHEELS[file], 'hex');
      await unzip(wheel, into);
    }
  });
}

/** As wheels call an architecture. */
export type Machine = 'x86_64' | 'aarch64';

const THIS_MACHINE: Machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64';

/** The pinned wheel of a project for a CPython version (`311`), else the one for all of them. */
export function pinnedWheel(name: string, python: string, version?: string, machine = THIS_MACHINE): string | undefined {
  const candidates = Object.keys(WHEELS)
    .map((file) => ({ file, ...parseWheel(file) }))
    .filter((wheel) => wheel.name === name && (version === undefined || wheel.version === version));
  const exact = candidates.find((wheel) => wheel.python === python && wheel.machine === machine);
  return (exact ?? candidates.find((wheel) => wheel.machine === undefined))?.file;
}

/** The pinned versions of a project's wheels for a CPython version (`311`). */
export function pinnedVersions(name: string, python: string, machine = THIS_MACHINE): string[] {
  const versions = Object.keys(WHEELS)
    .map(parseWheel)
    .filter((wheel) => wheel.name === name)
    .map((wheel) => wheel.version);
  return [...new Set(versions)].filter((version) => pinnedWheel(name, python, version, machine));
}

function parseWheel(file: string): { name: string; version: string; python: string; machine?: string } {
  const [name, version, python] = file.replace(/\.whl$/, '').split('-');
  return { name, version, python: python.replace(/^cp/, ''), machine: /_(x86_64|aarch64)\.whl$/.exec(file)?.[1] };
}

async function inScratch(beside: string, work: (scratch: string) => Promise<void>): Promise<void> {
  const scratch = fs.mkdtempSync(path.join(beside, '.scratch-'));
  try {
    await work(scratch);
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
}

function onlyFile(directory: string, extension: string): string {
  const files = fs.readdirSync(directory).filter((file) => file.endsWith(extension));
  if (files.length !== 1) {
    throw new Error(`expected one ${extension} file in ${directory}, found ${files.length}`);
  }
  return path.join(directory, files[0]);
}

function check(what: string, bytes: Buffer, algorithm: 'sha512' | 'sha256', expected: string, encoding: 'base64' | 'hex'): void {
  const actual = createHash(algorithm).update(bytes).digest(encoding);
  if (actual !== expected) {
    throw new Error(`${what}: ${algorithm} is ${actual}, pinned is ${expected}; it was not used`);
  }
}
