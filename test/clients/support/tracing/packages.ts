/** What tracing layers hold, from the registries that their vendors publish it in. */
import * as fs from 'node:fs';
import * as path from 'node:path';

import { run } from '../../../../local/sandbox/child';
import { PLATFORM_TAGS } from '../../../../local/sandbox/registries';
import { fetched, npmPackages } from '../../../fetched-packages';

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
  return npmPackages({
    name: `tracing-${vendor}-nodejs`,
    pins: path.join(PINS, vendor),
    omitOptional: true,
    madeFrom: [path.join(__dirname, `${vendor}.ts`)],
    finish: async (directory) => {
      await finish(directory);
      for (const file of await fs.promises.readdir(directory, { recursive: true })) {
        if (NOT_RUN.test(file)) {
          await fs.promises.rm(path.join(directory, file), { force: true });
        }
      }
    },
  });
}

/** A directory of Python packages, as the vendor's requirements say. */
export function pythonPackages(vendor: string): Promise<string> {
  const pins = path.join(PINS, vendor, 'requirements.txt');
  return fetched(`tracing-${vendor}-python`, [pins], async (directory) => {
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
