/**
 * `npm run matrix`: every pinned client of AWS's on every interpreter that is here, through every scenario; writes the table of docs/clients.md when
 * all of it holds. With names of runtimes, `npm run matrix -- python3.13 nodejs22.x`, only those, and the table is printed.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { clientVersions, ensureRuntimes, resolveRuntime, RUNTIME_NAMES, supportedRuntimes } from '../../../local/sandbox/runtimes';
import { ROOT, run, tool } from '../../command';
import { COLUMNS, FILES } from './columns';
import { type Report, wrongIn } from './results';
import { type Release, render, withTable } from './table';

const PAGE = join(ROOT, 'docs/clients.md');
const REPORTS = join(ROOT, '.cache/reports');
const WORKERS = 2;
/** Time limit of a test that sets none, in milliseconds: a busy machine takes longer than jest's five seconds. */
const PATIENCE = 60_000;

async function main(named: readonly string[]): Promise<void> {
  const { present, absent } = await runtimesOf(named);
  const releases = present.flatMap((runtime) => clientVersions(runtime).map((client) => ({ runtime, client })));
  await ensureRuntimes(releases, (line) => console.log(line));
  const wrong = wrongIn(await reportOf(present), releases);
  if (wrong.length > 0) {
    throw new Error(`${wrong.join('\n')}\nmatrix: ${wrong.length} not as expected; no table was written`);
  }
  const table = render({
    day: new Date().toISOString().slice(0, 10),
    platform: `${process.platform}-${process.arch}`,
    rows: await Promise.all(releases.map(row)),
    absent,
  });
  if (named.length > 0) {
    console.log(table);
    return;
  }
  writeFileSync(PAGE, withTable(readFileSync(PAGE, 'utf8'), table));
  console.log(`matrix: ${releases.length} pairs of client and interpreter hold; docs/clients.md has the table`);
}

/** The runtimes that are wanted, by whether there is an interpreter. @throws Error when there is nothing to run */
async function runtimesOf(named: readonly string[]): Promise<{ present: string[]; absent: string[] }> {
  const unknown = named.filter((name) => !RUNTIME_NAMES.includes(name));
  if (unknown.length > 0) {
    throw new Error(`no runtime '${unknown.join("', '")}': there are ${RUNTIME_NAMES.join(', ')}`);
  }
  await ensureRuntimes(undefined, (line) => console.log(line));
  const wanted = (await supportedRuntimes()).filter(({ runtime }) => named.length === 0 || named.includes(runtime));
  const absent = wanted.filter(({ missing }) => missing);
  for (const { missing } of absent) {
    console.log(`matrix: not run: ${missing}`);
  }
  if (absent.length === wanted.length) {
    throw new Error('matrix: nothing was run: none of these runtimes has an interpreter here');
  }
  return { present: wanted.filter(({ missing }) => !missing).map(({ runtime }) => runtime), absent: absent.map(({ runtime }) => runtime) };
}

/** Runs the scenarios' tests, and no others of their files, with every client of the runtimes. */
async function reportOf(runtimes: readonly string[]): Promise<Report> {
  mkdirSync(REPORTS, { recursive: true });
  const file = join(REPORTS, 'matrix.json');
  rmSync(file, { force: true });
  const titles = COLUMNS.flatMap(({ tests }) => tests).map((title) => title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const { code } = await run(
    tool('jest'),
    [
      ...FILES,
      `--testNamePattern=(${titles.join('|')})$`,
      `--maxWorkers=${WORKERS}`,
      `--testTimeout=${PATIENCE}`,
      '--json',
      `--outputFile=${file}`,
      '--reporters=default',
    ],
    { environment: { CLIENTS: runtimes.join(',') } },
  );
  if (!existsSync(file)) {
    throw new Error(`matrix: jest ended with exit code ${code} and without a report; its output is above`);
  }
  return JSON.parse(readFileSync(file, 'utf8')) as Report;
}

/** What the page calls a client and its interpreter. */
async function row({ runtime, client }: Release): Promise<Release & { interpreter: string }> {
  const { interpreter, label } = (await resolveRuntime(runtime, client)).support;
  return { runtime, interpreter: interpreter!, client: label ?? client };
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
