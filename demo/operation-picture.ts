import { escape, px, seconds } from './markup';
import type { Operation } from './operation';

type Scale = (time: number) => number;

export const OPERATION_HEIGHT = 58;
const BAR = { top: 14, height: 22 };

/** The custom resource's lane: one bar for each execution of its function, a line in it for each poll, a diamond for each answer. */
export function operationLane(operation: Operation, scale: Scale, y: number, width: number): string {
  const bars = operation.hops.map(({ startedAt, endedAt }, n) => {
    const to = endedAt ?? lastSign(operation);
    const x = scale(startedAt);
    const wide = Math.max(1.5, scale(to) - x);
    const label = wide > 14 ? `<text x="${px(x + wide / 2)}" y="${y + BAR.top + BAR.height + 15}">${n + 1}</text>` : '';
    return (
      `<g class="hop" data-hop="${n + 1}"><title>execution ${n + 1}: ${seconds(to - startedAt)}, ${pollsOf(operation, n).length} polls</title>` +
      `<rect x="${px(x)}" y="${y + BAR.top}" width="${px(wide)}" height="${BAR.height}" rx="2"/>${label}</g>`
    );
  });
  const polls = operation.polls.map((at) => line('poll', scale(at), y + BAR.top + 4, y + BAR.top + BAR.height - 4));
  const done = operation.polls.at(-1);
  const answers = operation.answers.map(({ at, status }) => {
    const x = scale(at);
    const late = done === undefined ? '' : `, ${seconds(at - done)} after the last page was written`;
    return `<path class="answer ${status === 'SUCCESS' ? 'success' : 'failed'}" d="M${px(x)} ${y + 4}l8 8l-8 8l-8 -8z"><title>answer: ${escape(status)}${late}</title></path>`;
  });
  const finish = done === undefined ? '' : line('done', scale(done), y + 6, y + BAR.top + BAR.height + 6);
  return (
    `<g class="operation"><line class="lane" x1="0" x2="${width}" y1="${y}" y2="${y}"/>` +
    `<text class="source" x="8" y="${y + 24}">custom resource</text><text class="function" x="8" y="${y + 40}">Restore, create</text>\n` +
    `${bars.join('\n')}\n${polls.join('')}${finish}\n${answers.join('')}</g>`
  );
}

export function operationLegend(): string {
  const item = (marks: string, text: string) =>
    `<li><svg viewBox="0 0 26 14" width="26" height="14"><g class="operation">${marks}</g></svg> ${text}</li>`;
  return (
    item('<g class="hop"><rect x="1" y="1" width="24" height="12" rx="2"/></g>', 'one execution of the custom resource’s function') +
    item(line('poll', 13, 2, 12), 'poll: a page restored') +
    item(line('done', 13, 0, 14), 'done') +
    item('<path class="answer success" d="M13 0l7 7l-7 7l-7 -7z"/>', 'answer to CloudFormation')
  );
}

/** How each execution began and ended. */
export function operationTable(operation: Operation): string {
  const rows = operation.hops.map(({ startedAt, endedAt }, n) => {
    const last = n === operation.hops.length - 1;
    const end = !last ? 'asked for the next execution' : operation.answers.length > 0 ? 'answered' : 'ended without an answer';
    const lasted = endedAt === undefined ? 'still runs' : seconds(endedAt - startedAt);
    return `<tr><th scope="row">execution ${n + 1}</th><td>${seconds(startedAt - operation.startedAt)}</td><td>${lasted}</td><td>${pollsOf(operation, n).length}</td><td>${end}</td></tr>`;
  });
  return `<table class="operation">
<thead><tr><th scope="col">custom resource</th><th scope="col">began after</th><th scope="col">lasted</th><th scope="col">polls</th><th scope="col">then</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>`;
}

export const OPERATION_STYLE = `
.hop rect { fill: var(--replayed); opacity: .28; } .hop:nth-of-type(even) rect { opacity: .5; } .hop:hover rect { opacity: .7; }
.hop text { font: 12px system-ui, sans-serif; fill: var(--ink); opacity: .7; text-anchor: middle; }
.poll { stroke: var(--replayed); stroke-width: 1.4; } .done { stroke: var(--ink); stroke-width: 2; }
.answer.success { fill: var(--ran); } .answer.failed { fill: var(--bad); }
table.operation { width: auto; } table.operation td:last-child, table.operation th:last-child { text-align: left; }
`;

/** The polls of the nth execution. */
function pollsOf({ hops, polls }: Operation, n: number): readonly number[] {
  const from = hops[n].startedAt;
  const to = hops[n + 1]?.startedAt ?? Infinity;
  return polls.filter((at) => at >= from && at < to);
}

/** When something was last heard of an operation whose execution never ended. */
export function lastSign({ startedAt, hops, polls, answers }: Operation): number {
  return Math.max(startedAt, ...hops.map((hop) => hop.endedAt ?? hop.startedAt), ...polls, ...answers.map(({ at }) => at));
}

const line = (name: string, x: number, from: number, to: number) => `<line class="${name}" x1="${px(x)}" x2="${px(x)}" y1="${from}" y2="${to}"/>`;
