/** Packages that tests run and the repository does not depend on: pinned, fetched once, and kept in the cache of clients. */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';

import { Cache, platformTag } from '../local/sandbox/cache';
import { run } from '../local/sandbox/child';

export interface NpmPackages {
  readonly name: string;
  /** The folder of package.json and package-lock.json. */
  readonly pins: string;
  /** Whether packages that are optional are left out. */
  readonly omitOptional?: boolean;
  /** Makes of the installed packages what is kept. */
  readonly finish?: (directory: string) => Promise<void>;
  /** Further files of which each change makes another entry of the cache. */
  readonly madeFrom?: readonly string[];
}

/** A directory with `node_modules`, as the lock file says. */
export function npmPackages({ name, pins, omitOptional, finish, madeFrom = [] }: NpmPackages): Promise<string> {
  const files = ['package.json', 'package-lock.json'].map((file) => path.join(pins, file));
  return fetched(name, [...files, ...madeFrom], async (directory) => {
    for (const file of files) {
      await fs.promises.copyFile(file, path.join(directory, path.basename(file)));
    }
    const omit = omitOptional ? ['--omit=optional'] : [];
    await run('npm', ['ci', ...omit, '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'], { cwd: directory });
    await finish?.(directory);
  });
}

/** @param madeFrom files of which each change makes another entry of the cache */
export function fetched(name: string, madeFrom: readonly string[], build: (directory: string) => Promise<void>): Promise<string> {
  const digest = createHash('sha256');
  for (const file of [...madeFrom, __filename]) {
    digest.update(fs.readFileSync(file));
  }
  const entry = `${name}-${digest.digest('hex').slice(0, 12)}-${platformTag()}`;
  const progress = (line: string) => process.stderr.write(`${line}\n`);
  return new Cache().ensure(
    entry,
    (directory) => {
      progress(`${name}: fetching`);
      return build(directory);
    },
    progress,
  );
}
