import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { TARBALL } from '../../scripts/release/tarball';

/** The files of the packed library, without npm's folder `package/`. */
export function packedFiles(): string[] {
  return execFileSync('tar', ['-tzf', packed()], { encoding: 'utf8' })
    .split('\n')
    .filter(Boolean)
    .map((file) => file.replace(/^package\//, ''));
}

/** Unpacks the library as npm would, into a new folder whose path is returned. */
export function unpack(): string {
  const folder = mkdtempSync(join(tmpdir(), 'packed-'));
  execFileSync('tar', ['-xzf', packed(), '-C', folder]);
  return join(folder, 'package');
}

export function packed(): string {
  if (!existsSync(TARBALL)) {
    throw new Error(`${TARBALL} is missing: run \`npm run test:package\`, which packs the library first`);
  }
  return TARBALL;
}

/** One file of the packed library. */
export function packedFile(name: string): Buffer {
  return execFileSync('tar', ['-xzOf', packed(), `package/${name}`], { maxBuffer: 100_000_000 });
}
