/**
 * Formats the files that are staged and stages them again: what .githooks/pre-commit runs. A file that has changes beside the staged ones stays as
 * it is: staging it again would commit those too.
 */
import { extname } from 'node:path';

import { ROOT, run, tool } from '../command';
import { pythonEnvironment } from './python-environment';

export interface Formatter {
  readonly extensions: readonly string[];
  /** The command, which the files follow. */
  readonly command: readonly [string, ...string[]];
}

async function formatters(): Promise<readonly Formatter[]> {
  return [
    {
      extensions: ['.cjs', '.css', '.html', '.js', '.mjs', '.mts', '.ts'],
      command: [tool('prettier'), '--write', '--log-level=warn'],
    },
    { extensions: ['.py'], command: [await pythonEnvironment(), '-m', 'ruff', 'format', '--quiet', '--force-exclude'] },
  ];
}

/** Formats what is staged in the repository at a root; resolves to the files that stayed as they are. */
export async function formatStaged(root: string, using: readonly Formatter[]): Promise<string[]> {
  const changedFurther = new Set(await paths(root, 'diff'));
  const staged = await paths(root, 'diff', '--cached', '--diff-filter=ACMR', '--no-renames');
  const left: string[] = [];
  for (const { extensions, command } of using) {
    const files = staged.filter((file) => extensions.includes(extname(file)));
    const whole = files.filter((file) => !changedFurther.has(file));
    left.push(...files.filter((file) => changedFurther.has(file)));
    if (whole.length > 0) {
      await must(root, ...command, ...whole);
      await must(root, 'git', 'add', '--', ...whole);
    }
  }
  return left;
}

async function paths(root: string, ...args: readonly string[]): Promise<string[]> {
  return (await must(root, 'git', ...args, '--name-only', '-z')).split('\0').filter((path) => path !== '');
}

async function must(root: string, command: string, ...args: readonly string[]): Promise<string> {
  const { code, output } = await run(command, args, { quiet: true, cwd: root, environment: fromGit() });
  if (code !== 0) {
    throw new Error(`${command} ${args[0]} failed: ${output.trim()}`);
  }
  return output;
}

/** By these git tells a hook which index the commit is made of: with `git commit -a` or a path it is not the usual one. */
function fromGit(): Record<string, string> {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith('GIT_'))) as Record<string, string>;
}

async function main() {
  const left = await formatStaged(ROOT, await formatters());
  for (const file of left) {
    console.error(`pre-commit: ${file} stays as it is: it has changes that are not staged`);
  }
}

if (require.main === module) {
  main().catch((error: Error) => {
    console.error(`pre-commit: ${error.message}`);
    process.exit(1);
  });
}
