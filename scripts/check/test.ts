/** `npm test`: all groups in order, also after one that failed, then the tally. With names: those groups. */
import { rmSync } from 'node:fs';

import { groupNamed, GROUPS } from './groups';
import { runGroup } from './run-group';
import { runtimeLines } from './runtimes';
import { samplesLine } from './samples';
import { printTally, REPORTS } from './tally';

async function main(names: readonly string[]) {
  const groups = names.length > 0 ? names.map(groupNamed) : GROUPS;
  if (names.length === 0) {
    rmSync(REPORTS, { recursive: true, force: true });
  }
  for (const group of groups) {
    await runGroup(group);
  }
  if (groups.some(({ steps }) => steps.includes('clients'))) {
    console.log(`\nruntimes:\n${(await runtimeLines()).join('\n')}`);
  }
  if (groups.some(({ name }) => name === 'unit')) {
    console.log(`\n${samplesLine()}`);
  }
  printTally(groups.map((group) => group.name));
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
