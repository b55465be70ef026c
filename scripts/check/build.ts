/** `npm run build`: what a change needs before it is committed, in seconds: bundle, compile, unit tests, lint. */
import { take } from '../build/steps';
import { groupNamed } from './groups';
import { runGroup } from './run-group';
import { printTally } from './tally';

const GROUPS = ['unit', 'lint'];

async function main() {
  if (!(await take('bundle')) || !(await take('compile'))) {
    process.exitCode = 1;
    return;
  }
  for (const name of GROUPS) {
    await runGroup(groupNamed(name));
  }
  printTally(GROUPS);
}

void main();
