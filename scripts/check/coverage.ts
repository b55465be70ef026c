/**
 * `npm run coverage`: the unit tests in TypeScript, and how much of lambda/ and src/ they run; fails below the thresholds in jest.config.mjs.
 * A command of its own, for measuring costs the tests more than half as much again.
 */
import { take } from '../build/steps';
import { run, tool } from '../command';
import { groupNamed } from './groups';

async function main() {
  const { steps, jest, workers, testTimeout } = groupNamed('unit');
  for (const step of steps) {
    if (!(await take(step))) {
      process.exitCode = 1;
      return;
    }
  }
  const limits = [`--maxWorkers=${workers}`, `--testTimeout=${testTimeout}`];
  const { code } = await run(tool('jest'), [...jest.map((folder) => `${folder}/`), ...limits, '--coverage']);
  process.exitCode = code;
}

void main();
