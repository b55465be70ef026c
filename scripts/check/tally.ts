/**
 * Reads the reports and says what came of the tests. Fails when a report that should be there is missing, when a group ran no test, or when a test
 * failed. The last line of its output is `N passed, N failed, N skipped`, alone and without colour.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { ROOT } from '../command';
import { GROUPS } from './groups';
import { type Outcome, readReport, type TestCase } from './junit';

export const REPORTS = join(ROOT, 'reports');

const SLOWEST = 10;

export interface Tally {
  readonly lines: readonly string[];
  readonly ok: boolean;
}

interface Result {
  readonly group: string;
  readonly tests: readonly TestCase[];
  /** What is wrong with the group as a whole. */
  readonly problem?: string;
}

/** The tally of the groups whose reports lie in a folder. */
export function tally(folder: string, groups: readonly string[]): Tally {
  const results = groups.map((group) => resultOf(folder, group));
  const tests = results.flatMap((result) => result.tests);
  const problems = results.filter((result) => result.problem !== undefined);
  const failed = count(tests, 'failed') + problems.length;
  const slowest = results
    .flatMap(({ group, tests: own }) => own.map((test) => ({ group, ...test })))
    .sort((a, b) => b.seconds - a.seconds)
    .slice(0, SLOWEST);
  return {
    ok: failed === 0,
    lines: [
      '',
      ...results.map(summary),
      ...results.flatMap(({ group, tests: own }) =>
        own.filter((test) => test.outcome === 'failed').map((test) => `FAILED ${group}: ${test.suite} ${test.name}`),
      ),
      ...results.flatMap(({ group, tests: own }) =>
        own.filter((test) => test.outcome === 'skipped').map((test) => `skipped ${group}: ${test.name}${test.message ? ` (${test.message})` : ''}`),
      ),
      ...(slowest.length > 0 ? ['slowest:'] : []),
      ...slowest.map((test) => `${test.seconds.toFixed(1).padStart(8)} s  ${test.group}: ${test.name}`),
      `${count(tests, 'passed')} passed, ${failed} failed, ${count(tests, 'skipped')} skipped`,
    ],
  };
}

function resultOf(folder: string, group: string): Result {
  const path = join(folder, `${group}.xml`);
  if (!existsSync(path)) {
    return { group, tests: [], problem: `no report: ${path} is missing` };
  }
  try {
    const tests = readReport(path);
    const ran = tests.some((test) => test.outcome !== 'skipped');
    return { group, tests, problem: ran ? undefined : 'ran no test' };
  } catch (error) {
    return { group, tests: [], problem: `unreadable report: ${(error as Error).message}` };
  }
}

function count(tests: readonly TestCase[], outcome: Outcome): number {
  return tests.filter((test) => test.outcome === outcome).length;
}

function summary({ group, tests, problem }: Result): string {
  const seconds = tests.reduce((sum, test) => sum + test.seconds, 0).toFixed(1);
  const numbers = `${count(tests, 'passed')} passed, ${count(tests, 'failed')} failed, ${count(tests, 'skipped')} skipped, ${seconds} s`;
  return `${group.padEnd(8)} ${problem === undefined ? numbers : `FAILED: ${problem}`}`;
}

/** Prints the tally of these groups and sets the exit code. */
export function printTally(groups: readonly string[], folder = REPORTS) {
  const { lines, ok } = tally(folder, groups);
  console.log(lines.join('\n'));
  if (!ok) {
    process.exitCode = 1;
  }
}

if (require.main === module) {
  const names = process.argv.slice(2);
  printTally(names.length > 0 ? names : GROUPS.map((group) => group.name));
}
