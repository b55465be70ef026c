/** Simulates every case and tells of each as it ends; the whole is written to bench/results/fleet.md. */
import { mkdirSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';

import { SECTIONS } from './cases';
import { months } from './month';
import { OTHERS } from './others';
import { caseRow, CASES_HEAD, MONTH_HEAD, monthRow } from './report';
import { READ_UNITS, WRITE_UNITS } from './services/mirror-table';
import { QUOTA } from './services/parameter-store';
import { simulate } from './simulate';

const RESULTS = path.join(__dirname, '..', 'results', 'fleet.md');
const SEED = 7;
const MONTHS = [10, 1000, 10_000];

const INTRODUCTION = `
# Fleets under a window

Made by \`npm run bench -- --only fleet\`. The gate's cache, reader and client (Node.js) and the planner are the real ones; AWS and time are
simulated. Parameter Store takes ${QUOTA} requests a second, of which others in the account ask for ${OTHERS}; the mirror's partition gives ${READ_UNITS}
units a second for reads and ${WRITE_UNITS} for writes. Environments are invoked once a second, 10,000 warm ones every five; while the planner is dead,
every two or ten. Others ask once: what is refused to them counts as lost. The last handler is told from the operator's write, or from the first
environment on when the window was on before.
`;

export async function compareFleets(): Promise<void> {
  const lines: string[] = [];
  const say = (text: string) => {
    console.log(text);
    lines.push(text);
  };
  const began = performance.now();
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0; // there are millions of refusals, and traces would be a fourth of the time
  say(INTRODUCTION);
  for (const { title, text, cases } of SECTIONS) {
    say(`\n## ${title}\n\n${text}\n\n${CASES_HEAD}`);
    for (const one of cases) {
      progress(`after ${seconds(began)} s: ${one.title} ...`);
      say(caseRow(one, await simulate(one, SEED)));
    }
  }
  say(`\n## A month of 30 days\n\n${MONTH_HEAD}`);
  (await months(SEED, MONTHS)).forEach((month) => say(monthRow(month)));
  Error.stackTraceLimit = stackTraceLimit;
  mkdirSync(path.dirname(RESULTS), { recursive: true });
  writeFileSync(RESULTS, `${lines.join('\n').trim()}\n`);
  progress(`written to ${path.relative(process.cwd(), RESULTS)} after ${seconds(began)} s`);
}

function seconds(since: number): number {
  return Math.round((performance.now() - since) / 1000);
}

/** Beside the tables, which can be taken as they are. */
function progress(text: string): void {
  console.error(text);
}
