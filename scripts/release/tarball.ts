/**
 * Packs what would be published, as dist/js/cdk-patient-lambda.tgz: the samples of the README translated and strictly compiled first, for the
 * other languages' packages carry them. Needs what `bundle` and `compile` made.
 */
import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { ROOT, run, tool } from '../command';

const FOLDER = join(ROOT, 'dist', 'js');
export const TARBALL = join(FOLDER, 'cdk-patient-lambda.tgz');

async function must(command: string, args: readonly string[]) {
  const { code, output } = await run(command, args, { quiet: true });
  if (code !== 0) {
    throw new Error(`${command} ${args.join(' ')} failed:\n${output.trim()}`);
  }
}

async function main() {
  await must(tool('jsii-rosetta'), ['extract', '--strict', '.']);
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  await must('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', FOLDER]);
  const [packed] = readdirSync(FOLDER);
  renameSync(join(FOLDER, packed), TARBALL);
}

if (require.main === module) {
  main().catch((error: Error) => {
    console.error(`tarball: ${error.message}`);
    process.exit(1);
  });
}
