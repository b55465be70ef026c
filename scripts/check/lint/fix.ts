/** `npm run lint:fix`: whatever the linters can put right by themselves, and then the formatters. */
import { take } from '../../build/steps';
import { run, tool } from '../../command';
import { pythonEnvironment } from '../python-environment';
import { cache, PYTHON_FOLDERS } from './checks';

async function main() {
  // ESLint's fixes go by types, which are those of the library as it is built
  const built = (await take('bundle')) && (await take('compile'));
  const python = await pythonEnvironment();
  const fixes: readonly (readonly [name: string, command: string, ...args: string[]])[] = [
    ...(built ? [['eslint', tool('eslint'), '.', '--fix', ...cache('eslint')] as const] : []),
    ['prettier', tool('prettier'), '--write', '--log-level=warn', ...cache('prettier'), '.'],
    ['ruff check', python, '-m', 'ruff', 'check', '--quiet', '--fix', ...PYTHON_FOLDERS],
    ['ruff format', python, '-m', 'ruff', 'format', '--quiet', ...PYTHON_FOLDERS],
  ];
  process.exitCode = built ? 0 : 1;
  for (const [name, command, ...args] of fixes) {
    console.log(`lint:fix: ${name} ...`);
    const { code } = await run(command, args);
    if (code !== 0) {
      console.log(`lint:fix: ${name} could not fix everything; see above`);
      process.exitCode = 1;
    }
  }
}

void main();
