import { metrics as names } from '../../contract/names.json';
import { metricsLine, type MetricValues } from '../../embedded-metrics';

/** The replayer's metrics. */
export interface Metrics {
  /** Values of one store. */
  ofStore(values: MetricValues): void;
  /** A count of one function's events. */
  ofFunction(functionKey: string, metric: string, count: number): void;
}

export function embeddedMetrics(store: string, now: () => number, write: (line: string) => void): Metrics {
  return {
    ofStore: (values) => write(metricsLine(names.storeDimension, store, values, now())),
    ofFunction: (functionKey, metric, count) => write(metricsLine(names.dimension, functionKey, { [metric]: [count, 'Count'] }, now())),
  };
}
