/**
 * Fetches the jsii kernel once: the program that Python, Java and Go start to run this library. It is what jsii-pacmak's version of these
 * languages' packages embed. Not a development dependency, because all that it depends on is bundled in it and need not be installed.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { ROOT, run } from '../command';

/** jsii-pacmak's version: they are released together. */
const VERSION = '1.140.0';
const SHA512 = 'AG5KdT3O6Ng1nbeOKmOX9M8WSzdDV0IiAqwNgyEY2eGga8tAaL+6w9T4NOYAy98MULilCnG05c71PuUfZExpmQ==';

const FOLDER = join(ROOT, '.cache', 'jsii-kernel', VERSION);
export const JSII_KERNEL = join(FOLDER, 'package', 'webpack', 'bin', 'jsii-runtime.js');

async function must(command: string, args: readonly string[]) {
  const { code, output } = await run(command, args, { quiet: true });
  if (code !== 0) {
    throw new Error(`${command} ${args.join(' ')} failed:\n${output.trim()}`);
  }
}

async function fetchKernel() {
  mkdirSync(dirname(FOLDER), { recursive: true });
  const partial = mkdtempSync(`${FOLDER}-`);
  try {
    await must('npm', ['pack', `@jsii/runtime@${VERSION}`, '--silent', '--pack-destination', partial]);
    const tarball = join(partial, readdirSync(partial)[0]);
    const found = createHash('sha512').update(readFileSync(tarball)).digest('base64');
    if (found !== SHA512) {
      throw new Error(`@jsii/runtime@${VERSION} has the SHA-512 ${found}, expected ${SHA512}`);
    }
    await must('tar', ['-xzf', tarball, '-C', partial]);
    rmSync(FOLDER, { recursive: true, force: true });
    renameSync(partial, FOLDER);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

async function main() {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'node_modules', 'jsii-pacmak', 'package.json'), 'utf8')) as { version: string };
  if (version !== VERSION) {
    throw new Error(`jsii-pacmak is ${version}: set VERSION and SHA512 in scripts/release/jsii-kernel.ts to its kernel's`);
  }
  if (!existsSync(JSII_KERNEL)) {
    await fetchKernel();
  }
}

if (require.main === module) {
  main().catch((error: Error) => {
    console.error(`kernel: ${error.message}`);
    process.exit(1);
  });
}
