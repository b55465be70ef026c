/** Runs one group of tests and writes its one report. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { take } from '../build/steps';
import { ROOT, run, tool } from '../command';
import { childEnvironment } from '../environment';
import type { Group, Tool } from './groups';
import { readReportIfAny, type TestCase, writeReport } from './junit';
import { lint } from './lint/lint';
import { pythonEnvironment } from './python-environment';
import { REPORTS } from './tally';

const PARTIAL = join(ROOT, '.cache', 'reports');

/** How each optional tool shows that it works: by running. */
const TRIALS: Record<Tool, readonly (readonly [string, ...string[]])[]> = {
  java: [['java', '-version']],
  chromium: ['chromium', 'chromium-browser', 'google-chrome'].map((name) => [name, '--version'] as const),
};

export async function runGroup(group: Group) {
  const report = join(REPORTS, `${group.name}.xml`);
  rmSync(report, { force: true });
  console.log(`\n== ${group.name}`);
  writeReport(report, group.name, await testsOf(group));
}

async function testsOf(group: Group): Promise<TestCase[]> {
  // What is tested in Python is not built, so it need not wait
  return (await Promise.all([builtTests(group), pytest(group)])).flat();
}

async function builtTests(group: Group): Promise<TestCase[]> {
  for (const step of group.steps) {
    if (!(await take(step))) {
      return [failure(`step ${step}`, `step '${step}' failed, so nothing in TypeScript was run of this group; its output is above`)];
    }
  }
  if (group.name === 'lint') {
    return lint();
  }
  const absent = await absentParts(group);
  return [
    ...absent.map(({ folder, tool: name }) => notRun(folder, name)),
    ...(await jest(
      group,
      absent.map(({ folder }) => folder),
    )),
  ];
}

async function absentParts(group: Group): Promise<Group['optional']> {
  const present = group.optional.filter(({ folder }) => hasTests(folder, /\.test\.ts$/));
  const works = await Promise.all(present.map(({ tool: name }) => anyWorks(TRIALS[name])));
  return present.filter((_, index) => !works[index]);
}

async function anyWorks(commands: readonly (readonly [string, ...string[]])[]): Promise<boolean> {
  for (const [command, ...args] of commands) {
    try {
      await promisify(execFile)(command, args, { env: childEnvironment(), timeout: 30_000 });
      return true;
    } catch {
      // This one does not work: perhaps the next
    }
  }
  return false;
}

/** On a developer's machine a missing optional tool is not a failure; where CI promises to run everything, it is. */
function notRun(folder: string, name: Tool): TestCase {
  const message = `not run: no ${name}`;
  return { suite: folder, name: message, seconds: 0, outcome: process.env.CI === 'true' ? 'failed' : 'skipped', message };
}

async function jest(group: Group, leftOut: readonly string[]): Promise<TestCase[]> {
  const folders = group.jest.filter((folder) => hasTests(folder, /\.test\.ts$/));
  if (folders.length === 0) {
    return [];
  }
  const file = freshReport(`${group.name}-jest.xml`);
  const { code } = await run(
    tool('jest'),
    [
      ...folders.map((folder) => `${folder}/`),
      ...leftOut.flatMap((folder) => ['--testPathIgnorePatterns', `/${folder}/`]),
      ...(group.workers ? [`--maxWorkers=${group.workers}`] : []),
      ...(group.testTimeout ? [`--testTimeout=${group.testTimeout}`] : []),
      '--reporters=default',
      '--reporters=jest-junit',
    ],
    {
      environment: {
        JEST_JUNIT_OUTPUT_FILE: file,
        JEST_JUNIT_CLASSNAME: '{filepath}',
        JEST_JUNIT_TITLE: '{classname} {title}',
        JEST_JUNIT_REPORT_TEST_SUITE_ERRORS: 'true',
      },
    },
  );
  return complete('jest', code, readReportIfAny(file));
}

async function pytest(group: Group): Promise<TestCase[]> {
  const folders = group.pytest.filter((folder) => hasTests(folder, /^test_.*\.py$/));
  if (folders.length === 0) {
    return [];
  }
  const file = freshReport(`${group.name}-pytest.xml`);
  try {
    const { code } = await run(await pythonEnvironment(), ['-m', 'pytest', '--quiet', `--junitxml=${file}`, ...folders], {
      environment: { PYTHONDONTWRITEBYTECODE: '1' },
    });
    return complete('pytest', code, readReportIfAny(file));
  } catch (error) {
    return [failure('pytest', (error as Error).message)];
  }
}

/** A runner that failed without a failed test died on its way: that is a failure too. */
function complete(runner: string, code: number, tests: TestCase[]): TestCase[] {
  const explained = code === 0 || tests.some((test) => test.outcome === 'failed');
  return explained ? tests : [...tests, failure(runner, `${runner} ended with exit code ${code} though no test of its report failed`)];
}

function failure(name: string, message: string): TestCase {
  return { suite: 'scripts', name, seconds: 0, outcome: 'failed', message };
}

function freshReport(name: string): string {
  mkdirSync(PARTIAL, { recursive: true });
  const file = join(PARTIAL, name);
  rmSync(file, { force: true });
  return file;
}

function hasTests(folder: string, pattern: RegExp): boolean {
  const path = join(ROOT, folder);
  return existsSync(path) && readdirSync(path, { recursive: true, withFileTypes: true }).some((entry) => entry.isFile() && pattern.test(entry.name));
}
