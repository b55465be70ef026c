import { metrics as names } from '../../contract/names.json';

export type MetricUnit = 'Count' | 'Seconds';

/** Metrics in CloudWatch's embedded format: one line on standard output, no API call, no permission. */
export interface Metrics {
  /** Values of one store. */
  ofStore(values: Readonly<Record<string, readonly [number, MetricUnit]>>): void;
  /** A count of one function's events. */
  ofFunction(functionKey: string, metric: string, count: number): void;
}

export function embeddedMetrics(store: string, now: () => number, write: (line: string) => void): Metrics {
  const emit = (dimension: string, value: string, values: Readonly<Record<string, readonly [number, MetricUnit]>>) =>
    write(
      `${JSON.stringify({
        _aws: {
          Timestamp: now(),
          CloudWatchMetrics: [
            {
              Namespace: names.namespace,
              Dimensions: [[dimension]],
              Metrics: Object.entries(values).map(([Name, [, Unit]]) => ({ Name, Unit })),
            },
          ],
        },
        [dimension]: value,
        ...Object.fromEntries(Object.entries(values).map(([name, [number]]) => [name, number])),
      })}\n`,
    );
  return {
    ofStore: (values) => emit(names.storeDimension, store, values),
    ofFunction: (functionKey, metric, count) => emit(names.dimension, functionKey, { [metric]: [count, 'Count'] }),
  };
}
