import { type Execution, type Lane, LANES, type SentEvent } from './lanes';
import { escape, px, seconds } from './markup';
import type { Operation, OperationVerdict } from './operation';
import { lastSign, OPERATION_HEIGHT, OPERATION_STYLE, operationLane, operationLegend, operationTable } from './operation-picture';
import type { Outcome } from './scenario';
import { complaints, holds, type Verdict, verdictLine } from './verdict';

const WIDTH = 1160;
const LABEL = 190;
const RIGHT = 20;
const LANE_HEIGHT = 46;
const TOP = 34;
const TICK_STEPS = [1, 2, 5, 10, 15, 20, 30, 60, 120];
/** How many rows the marks of a lane are spread over, so that neighbours can be told apart. */
const ROWS = 6;

type Fate = 'ran' | 'replayed' | 'refused' | 'lost' | 'twice';

const FATES: Record<Fate, string> = {
  ran: 'ran at once',
  replayed: 'kept, replayed after the window',
  refused: 'refused with 503 and Retry-After',
  lost: 'lost',
  twice: 'ran more than once',
};

/** What the report says beside the picture. */
export interface ReportFacts {
  readonly runtimes: string;
  readonly isolation: string;
  readonly seconds: number;
}

/** What there is to be shown: the events and, beside them, the custom resource's creation. */
export type Shown = Outcome & { readonly operation: Operation };

export interface Verdicts {
  readonly events: Verdict;
  readonly operation: OperationVerdict;
}

/** A page that needs no network: a mark for each event, from its arrival to its execution, and a bar for each of the custom resource's executions. */
export function reportPage(shown: Shown, verdicts: Verdicts, facts: ReportFacts): string {
  const verdict = (line: string, good: boolean) => `<p class="verdict ${good ? 'good' : 'bad'}">${escape(line)}</p>`;
  const problems = [...complaints(verdicts.events), ...verdicts.operation.complaints];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>cdk-patient-lambda: demo report</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>A maintenance window, and a custom resource that outlives its function</h1>
${verdict(verdictLine(verdicts.events), holds(verdicts.events))}
${verdict(verdicts.operation.line, verdicts.operation.complaints.length === 0)}
${problems.map((line) => `<p class="bad">${escape(line)}</p>`).join('\n')}
<p>Each mark is one event: the dot is its arrival, the line leads to its execution. Each bar is one execution of the custom resource’s function. ${escape(facts.runtimes)}. ${escape(facts.isolation)}. ${facts.seconds.toFixed(0)} s in all.</p>
</header>
${picture(shown)}
${legend()}
${table(shown)}
${operationTable(shown.operation)}
</body>
</html>
`;
}

function picture(outcome: Shown): string {
  const executions = new Map(outcome.executions.map((execution) => [execution.id, execution]));
  const times = [
    ...outcome.sent.map((event) => event.sentAt),
    ...outcome.executions.map((execution) => execution.executedAt),
    outcome.window.off,
    outcome.operation.startedAt,
    lastSign(outcome.operation),
  ];
  const from = Math.min(...times);
  const to = Math.max(...times);
  const scale = (time: number) => LABEL + ((time - from) / Math.max(1, to - from)) * (WIDTH - LABEL - RIGHT);
  const bottom = TOP + LANES.length * LANE_HEIGHT;
  const height = bottom + OPERATION_HEIGHT + 30;
  const { on, off } = outcome.window;
  const marks = LANES.flatMap((lane, row) =>
    eventsOf(outcome, lane).map((event, n) =>
      mark(event, executions.get(event.id), scale, TOP + row * LANE_HEIGHT + 8 + (n % ROWS) * ((LANE_HEIGHT - 14) / (ROWS - 1)), from),
    ),
  );
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Arrival and execution of each event over time, and the executions of the custom resource">
<rect class="window" x="${px(scale(on))}" y="${TOP - 20}" width="${px(scale(off) - scale(on))}" height="${LANES.length * LANE_HEIGHT + 20}"/>
<text class="window-label" x="${px((scale(on) + scale(off)) / 2)}" y="${TOP - 6}">maintenance window on</text>
${LANES.map((lane, row) => laneLabel(lane, TOP + row * LANE_HEIGHT)).join('\n')}
${ticks(from, to, scale, bottom + OPERATION_HEIGHT)}
${operationLane(outcome.operation, scale, bottom, WIDTH)}
${marks.join('\n')}
</svg>`;
}

function laneLabel(lane: Lane, y: number): string {
  return (
    `<line class="lane" x1="0" x2="${WIDTH}" y1="${y}" y2="${y}"/>` +
    `<text class="source" x="8" y="${y + 21}">${lane.source}</text><text class="function" x="8" y="${y + 37}">${lane.fn}</text>`
  );
}

function ticks(from: number, to: number, scale: (time: number) => number, y: number): string {
  const length = (to - from) / 1000;
  const step = TICK_STEPS.find((candidate) => length / candidate <= 12) ?? 300;
  return Array.from({ length: Math.floor(length / step) + 1 }, (_, n) => {
    const x = px(scale(from + n * step * 1000));
    return `<line class="tick" x1="${x}" x2="${x}" y1="${TOP}" y2="${y}"/><text class="time" x="${x}" y="${y + 18}">${n * step} s</text>`;
  }).join('\n');
}

function mark(event: SentEvent, execution: Execution | undefined, scale: (time: number) => number, y: number, from: number): string {
  const fate = fateOf(event, execution);
  const x = px(scale(event.sentAt));
  const arrived = `${event.id}: arrived at ${seconds(event.sentAt - from)}`;
  const title = execution ? `${arrived}, ${FATES[fate]} ${seconds(execution.executedAt - event.sentAt)} later` : `${arrived}, ${FATES[fate]}`;
  const line = execution ? `<line x1="${x}" x2="${px(scale(execution.executedAt))}" y1="${px(y)}" y2="${px(y)}"/>` : '';
  const shape = execution
    ? `<circle cx="${x}" cy="${px(y)}" r="2.2"/><circle class="end" cx="${px(scale(execution.executedAt))}" cy="${px(y)}" r="2.2"/>`
    : `<path d="M${px(scale(event.sentAt) - 3)} ${px(y - 3)}l6 6m0 -6l-6 6"/>`;
  return `<g class="event ${fate}" data-id="${escape(event.id)}"><title>${escape(title)}</title>${line}${shape}</g>`;
}

function fateOf(event: SentEvent, execution: Execution | undefined): Fate {
  if (event.refused) {
    return 'refused';
  }
  if (!execution) {
    return 'lost';
  }
  if (execution.executions > 1) {
    return 'twice';
  }
  return execution.replayed ? 'replayed' : 'ran';
}

function legend(): string {
  const item = ([fate, text]: [string, string]) =>
    `<li><svg viewBox="0 0 26 10" width="26" height="10"><g class="event ${fate}">${
      fate === 'refused' || fate === 'lost'
        ? '<path d="M10 2l6 6m0 -6l-6 6"/>'
        : '<line x1="3" x2="23" y1="5" y2="5"/><circle cx="3" cy="5" r="2.2"/><circle cx="23" cy="5" r="2.2"/>'
    }</g></svg> ${text}</li>`;
  return `<ul class="legend">${Object.entries(FATES).map(item).join('')}${operationLegend()}</ul>`;
}

function table(outcome: Outcome): string {
  const executions = new Map(outcome.executions.map((execution) => [execution.id, execution]));
  const row = (lane: Lane) => {
    const fates = eventsOf(outcome, lane).map((event) => fateOf(event, executions.get(event.id)));
    const cells = Object.keys(FATES).map((fate) => `<td>${fates.filter((each) => each === fate).length}</td>`);
    return `<tr><th scope="row">${lane.source} &rarr; ${lane.fn}</th><td>${fates.length}</td>${cells.join('')}</tr>`;
  };
  return `<table>
<thead><tr><th scope="col">source and function</th><th scope="col">sent</th>${Object.values(FATES)
    .map((text) => `<th scope="col">${text}</th>`)
    .join('')}</tr></thead>
<tbody>
${LANES.map(row).join('\n')}
</tbody>
</table>`;
}

function eventsOf(outcome: Outcome, lane: Lane): SentEvent[] {
  return outcome.sent.filter((event) => event.lane.fn === lane.fn && event.lane.source === lane.source);
}

const STYLE = `
:root { color-scheme: light dark; --ink: #1c2733; --paper: #fff; --faint: #dfe5ec; --window: #fff1d6; --ran: #1f7a4d; --replayed: #2360c4; --refused: #a15c00; --bad: #c01d3a; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4eaf1; --paper: #12181f; --faint: #2b3642; --window: #3a2e14; --ran: #4cc38a; --replayed: #78a9ff; --refused: #e5a64c; --bad: #ff6b81; }
}
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 1200px; margin: 0 auto; padding: 20px; }
h1 { font-size: 24px; margin: 0; }
.verdict { font: 600 18px/1.4 ui-monospace, monospace; margin: 6px 0; }
.good { color: var(--ran); } .bad { color: var(--bad); }
svg { display: block; width: 100%; height: auto; }
.window { fill: var(--window); } .window-label { font: 600 12px system-ui, sans-serif; fill: var(--refused); text-anchor: middle; }
.lane, .tick { stroke: var(--faint); } .source { font: 600 14px system-ui, sans-serif; fill: var(--ink); } .function { font: 12px system-ui, sans-serif; fill: var(--ink); opacity: .7; }
.time { font: 12px system-ui, sans-serif; fill: var(--ink); text-anchor: middle; }
.event line { stroke: currentColor; opacity: .45; } .event circle { fill: currentColor; } .event path { stroke: currentColor; stroke-width: 1.6; fill: none; }
.event:hover line { opacity: 1; stroke-width: 2; }
.ran { color: var(--ran); } .replayed { color: var(--replayed); } .refused { color: var(--refused); } .lost, .twice { color: var(--bad); }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 6px 24px; padding: 0; } .legend svg { display: inline-block; width: 26px; vertical-align: middle; }
table { border-collapse: collapse; width: 100%; margin-top: 12px; } th, td { padding: 4px 10px; border-bottom: 1px solid var(--faint); text-align: right; } th:first-child { text-align: left; }
${OPERATION_STYLE}`;
