/** The virtual environment of the Python tests and the Python linter, in the git-ignored cache. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { ROOT, run } from '../command';

const REQUIREMENTS = join(ROOT, 'scripts', 'check', 'python-requirements.txt');

/** What is making the environment, or has made it: checks that run side by side ask for it at once. */
let making: Promise<string> | undefined;

/** The path of the environment's interpreter, after making the environment when this list of packages has none yet. */
export function pythonEnvironment(): Promise<string> {
  making ??= make();
  return making;
}

async function make(): Promise<string> {
  const hash = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex').slice(0, 16);
  const folder = join(ROOT, '.cache', 'python', hash);
  const interpreter = join(folder, 'bin', 'python');
  if (existsSync(join(folder, 'complete'))) {
    return interpreter;
  }
  console.log('python: making the virtual environment for tests and lint ...');
  mkdirSync(join(ROOT, '.cache', 'python'), { recursive: true });
  rmSync(folder, { recursive: true, force: true });
  await must('python3', ['-m', 'venv', folder]);
  await must(interpreter, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input', '--require-hashes', '-r', REQUIREMENTS]);
  // Only now does it count: a build that was killed in between starts again
  writeFileSync(join(folder, 'complete'), '');
  return interpreter;
}

async function must(command: string, args: readonly string[]) {
  const { code, output } = await run(command, args, { quiet: true });
  if (code !== 0) {
    throw new Error(`${command} ${args.join(' ')} failed: ${output.trim()}`);
  }
}
