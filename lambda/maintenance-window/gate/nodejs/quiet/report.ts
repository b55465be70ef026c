/**
 * What operators see: metrics in the embedded metric format and plain log lines, both on standard output. Written to its descriptor: user code may
 * have closed or replaced the streams, and what the gate has to say must not fail an invocation.
 */
import { logLevels, metrics } from '../../../../contract/names.json';
import { iso } from './times';

export type Metric = Exclude<keyof typeof metrics, 'namespace' | 'dimension' | 'storeDimension'>;

export interface Reporter {
  /** Adds one to a metric. */
  count(metric: Metric): void;
  /** Never called with an event's content. */
  log(message: string): void;
}

/**
 * One metric's line in the embedded metric format. A JSON log has a filter by level, which takes a line without level or time for INFO: a metric has
 * the highest, so that none hides it.
 *
 * @param now epoch milliseconds
 */
export function metricLine(metric: Metric, functionKey: string, asJson: boolean, now: number): string {
  const name = metrics[metric];
  const { namespace, dimension } = metrics;
  return JSON.stringify({
    ...(asJson && { timestamp: iso(now), level: logLevels.metric }),
    _aws: { Timestamp: now, CloudWatchMetrics: [{ Namespace: namespace, Dimensions: [[dimension]], Metrics: [{ Name: name, Unit: 'Count' }] }] },
    [dimension]: functionKey,
    [name]: 1,
  });
}

/** One line of the log. */
export function logLine(message: string, asJson: boolean, now: number): string {
  return asJson
    ? JSON.stringify({ timestamp: iso(now), level: logLevels.message, message: `cdk-patient-lambda: ${message}` })
    : `[${logLevels.message}] cdk-patient-lambda: ${message.replace(/\n/g, '\r')}`;
}

/** Reports on standard output. */
export function standardOutput(functionKey: string, asJson: boolean): Reporter {
  const outputs = DESCRIPTORS.map((descriptor) => [descriptor, fileOf(descriptor)] as const);
  const write = (line: string) => {
    const bytes = Buffer.from(`${line}\n`);
    // One that was closed may be a connection by now
    outputs.some(([descriptor, file]) => file !== undefined && fileOf(descriptor) === file && wrote(descriptor, bytes));
  };
  return {
    count: (metric) => write(metricLine(metric, functionKey, asJson, Date.now())),
    log: (message) => write(logLine(message, asJson, Date.now())),
  };
}

/** Standard output, then standard error, which goes to the same log. */
const DESCRIPTORS = [1, 2] as const;
/** Milliseconds: a pipe that is full takes more as soon as Lambda has read from it. */
const PAUSE = 1;
const MOST_PAUSES = 100;

const { fstatSync, writeSync } = process.getBuiltinModule('node:fs');

/** What a descriptor stands for, undefined when it is closed. */
function fileOf(descriptor: number): string | undefined {
  try {
    const { dev, ino } = fstatSync(descriptor);
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}

/** False when nobody reads what is written there. */
function wrote(descriptor: number, bytes: Buffer): boolean {
  for (let start = 0, pauses = 0; start < bytes.length;) {
    try {
      start += writeSync(descriptor, bytes, start);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN' || pauses === MOST_PAUSES) {
        return false;
      }
      pauses++;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE);
    }
  }
  return true;
}
