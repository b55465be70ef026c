/** What tracing layers hold, from the registries that their vendors publish it in: pinned, fetched once, and kept in the cache of clients. */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';

import { Cache, platformTag } from '../../../../local/sandbox/cache';
import { run } from '../../../../local/sandbox/child';
import { PLATFORM_TAGS } from '../../../../local/sandbox/registries';

const PINS = path.join(__dirname, 'packages');
/** What no layer runs: types and maps. */
const NOT_RUN = /\.(d\.[cm]?ts|map)$/;
/** CPython's version that the wheels are for. */
const PYTHON = '3.11';

/**
 * A directory with `node_modules`, as the vendor's lock file says.
 *
 * @param finish makes of the installed packages what the layer holds
 */
export function nodePackages(vendor: string, finish: (directory: string) => Promise<void> = () => Promise.resolve()): Promise<string> {
  const pins = ['package.json', 'package-lock.json'].map((file) => path.join(PINS, vendor, file));
  return fetched(`${vendor}-nodejs`, [...pins, path.join(__dirname, `${vendor}.ts`)], async (directory) => {
    for (const file of pins) {
      await fs.promises.copyFile(file, path.join(directory, path.basename(file)));
    }
    await run('npm', ['ci', '--omit=optional', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'], { cwd: directory });
    await finish(directory);
    for (const file of await fs.promises.readdir(directory, { recursive: true })) {
      if (NOT_RUN.test(file)) {
        await fs.promises.rm(path.join(directory, file), { force: true });
      }
    }
  });
}

/** A directory of Python packages, as the vendor's requirements say. */
export function pythonPackages(vendor: string): Promise<string> {
  const pins = path.join(PINS, vendor, 'requirements.txt');
  return fetched(`${vendor}-python`, [pins], async (directory) => {
    const scratch = await fs.promises.mkdtemp(`${directory}.scratch-`);
    try {
      await run('python3', ['-m', 'venv', scratch]);
      const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
      await run(path.join(scratch, 'bin/python3'), [
        ...['-m', 'pip', '--disable-pip-version-check', 'install', '--quiet', '--no-compile', '--no-deps', '--only-binary=:all:', '--require-hashes'],
        ...['--implementation', 'cp', '--python-version', PYTHON],
        ...PLATFORM_TAGS.flatMap((tag) => ['--platform', `${tag}_${machine}`]),
        ...['--target', directory, '--requirement', pins],
      ]);
    } finally {
      await fs.promises.rm(scratch, { recursive: true, force: true });
    }
  });
}

/** @param madeFrom files of which each change makes another entry of the cache */
function fetched(name: string, madeFrom: readonly string[], build: (directory: string) => Promise<void>): Promise<string> {
  const digest = createHash('sha256');
  for (const file of [...madeFrom, __filename]) {
    digest.update(fs.readFileSync(file));
  }
  const entry = `tracing-${name}-${digest.digest('hex').slice(0, 12)}-${platformTag()}`;
  const progress = (line: string) => process.stderr.write(`${line}\n`);
  return new Cache().ensure(
    entry,
    (directory) => {
      progress(`${name}: fetching what the tracing layer holds`);
      return build(directory);
    },
    progress,
  );
}
