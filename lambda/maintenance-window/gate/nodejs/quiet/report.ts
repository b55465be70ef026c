/** What operators see: metrics in the embedded metric format and plain log lines, both on standard output. */
import { metrics } from '../../../../contract/names.json';
import { iso } from './times';

export type Metric = Exclude<keyof typeof metrics, 'namespace' | 'dimension' | 'storeDimension'>;

export interface Reporter {
  /** Adds one to a metric. */
  count(metric: Metric): void;
  /** Never called with an event's content. */
  log(message: string): void;
}

/** One metric's line in the embedded metric format. `now` in epoch milliseconds. */
export function metricLine(metric: Metric, functionKey: string, now: number): string {
  const name = metrics[metric];
  const { namespace, dimension } = metrics;
  return JSON.stringify({
    _aws: { Timestamp: now, CloudWatchMetrics: [{ Namespace: namespace, Dimensions: [[dimension]], Metrics: [{ Name: name, Unit: 'Count' }] }] },
    [dimension]: functionKey,
    [name]: 1,
  });
}

/** One line of the log. */
export function logLine(message: string, asJson: boolean, now: number): string {
  return asJson
    ? JSON.stringify({ timestamp: iso(now), level: 'WARN', message: `cdk-patient-lambda: ${message}` })
    : `[WARN] cdk-patient-lambda: ${message.replace(/\n/g, '\r')}`;
}

/** Reports on standard output. */
export function standardOutput(functionKey: string, asJson: boolean): Reporter {
  const write = (line: string) => process.stdout.write(`${line}\n`);
  return {
    count: (metric) => write(metricLine(metric, functionKey, Date.now())),
    log: (message) => write(logLine(message, asJson, Date.now())),
  };
}
