/** `npm run lint`: every check, with the tally. `npm run lint -- eslint types`: these checks alone. */
import { groupNamed } from '../groups';
import { runGroup } from '../run-group';
import { printTally } from '../tally';
import { checksNamed, lint } from './lint';

async function main(names: readonly string[]) {
  if (names.length === 0) {
    await runGroup(groupNamed('lint'));
    printTally(['lint']);
    return;
  }
  const tests = await lint(checksNamed(names));
  process.exitCode = tests.every(({ outcome }) => outcome === 'passed') ? 0 : 1;
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
