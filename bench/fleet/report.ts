/** The tables of the simulation, in Markdown. */
import { dollars, type Month } from './month';
import type { FleetCase, Outcome, Rate } from './simulate';

export const CASES_HEAD = [
  "| case | windowSource | handlers run after the promise | last handler, s | operator's write took, s | reads refused to gates: Parameter Store | mirror | others lose: reads | writes | gates' requests a second, mean / peak: Parameter Store | mirror |",
  '|---|---|---|---|---|---|---|---|---|---|---|',
].join('\n');

export function caseRow({ title, source }: FleetCase, outcome: Outcome): string {
  const { runsAfterPromise, lastRun, stillRunning, operatorTook, refusedReads, lost, rates } = outcome;
  const cells = [
    title,
    source,
    runsAfterPromise === null ? 'never written' : runsAfterPromise,
    lastRun === null ? 'none' : lastRun.toFixed(1) + (stillRunning > 0 ? ` (${stillRunning} environments run on)` : ''),
    operatorTook === null ? '' : operatorTook.toFixed(1),
    refusedReads.parameterStore,
    refusedReads.mirror,
    lost.reads,
    lost.writes,
    shown(rates.parameterStore),
    shown(rates.mirror),
  ];
  return `| ${cells.join(' | ')} |`;
}

function shown({ mean, peak }: Rate): string {
  return `${mean.toFixed(1)} / ${peak}`;
}

export const MONTH_HEAD = [
  '| environments | reads of the mirror, warm all month | US$ | with a cold start each hour | US$ | the planner asks Parameter Store | the mirror |',
  '|---|---|---|---|---|---|---|',
].join('\n');

export function monthRow({ environments, warm, cold, planner }: Month): string {
  const reads = [warm, cold].flatMap((number) => [Math.round(number), dollars(number).toFixed(2)]);
  return `| ${[environments, ...reads, Math.round(planner.parameterStore), Math.round(planner.mirror)].join(' | ')} |`;
}
