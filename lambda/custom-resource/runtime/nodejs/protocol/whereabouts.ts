/** Where an operation's log is, as the end of a FAILED reason tells it. */
import { logsLink } from '../../../../contract/custom-resource/custom-resource.json';

export interface Execution {
  readonly requestId: string;
  readonly functionArn: string;
  readonly logGroup: string;
  readonly logStream: string;
  /** Epoch milliseconds: of the request, and of its answer. */
  readonly from: number;
  readonly to: number;
}

/** Characters that the console's links don't escape within a value. */
const PLAIN = /[A-Za-z0-9._-]/;

/** Lines of their own, so that a list of events shows the reason itself first. */
export function whereabouts(execution: Execution): string {
  const { requestId, logGroup, logStream } = execution;
  return [`request id: ${requestId}, log group: ${logGroup}, log stream: ${logStream}`, ...linkTo(execution)].join('\n');
}

/** CloudWatch Logs Insights with a query for the operation's lines; none where the partition's console, or the log, is not known. */
function linkTo({ requestId, functionArn, logGroup, logStream, from, to }: Execution): string[] {
  const [, partition, , region] = String(functionArn).split(':');
  const domain = (logsLink.consoles as Readonly<Record<string, string>>)[partition];
  // No answer may fail by what a context lacks that something else than Lambda has made
  if (domain === undefined || !logGroup) {
    return [];
  }
  const query = fill(logsLink.query, { requestId, logStream });
  const [start, end] = [from, to + logsLink.after].map((time) => new Date(time).toISOString());
  const parts = Object.entries({ start, end, query, logGroup }).map(([name, value]) => [name, escaped(value)]);
  return [fill(logsLink.url, { region, domain, ...(Object.fromEntries(parts) as Readonly<Record<string, string>>) })];
}

function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => values[name]);
}

/** As the console writes values into its addresses: each other byte as `*` and two hexadecimal digits. */
function escaped(value: string): string {
  return [...Buffer.from(value)]
    .map((byte) => (byte < 128 && PLAIN.test(String.fromCharCode(byte)) ? String.fromCharCode(byte) : `*${byte.toString(16).padStart(2, '0')}`))
    .join('');
}
