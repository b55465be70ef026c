/** CloudWatch's embedded metric format: a line on standard output makes metrics, without an API call or a permission. */
import { metrics as names } from './contract/names.json';

export type MetricUnit = 'Count' | 'Seconds';

/** Values of metrics by name, each with its unit. */
export type MetricValues = Readonly<Record<string, readonly [value: number, unit: MetricUnit]>>;

/**
 * One line, with its line feed.
 *
 * @param dimension name of the only dimension
 * @param of its value
 * @param at epoch milliseconds
 */
export function metricsLine(dimension: string, of: string, values: MetricValues, at: number): string {
  const declared = {
    Namespace: names.namespace,
    Dimensions: [[dimension]],
    Metrics: Object.entries(values).map(([Name, [, Unit]]) => ({ Name, Unit })),
  };
  return `${JSON.stringify({
    _aws: { Timestamp: at, CloudWatchMetrics: [declared] },
    [dimension]: of,
    ...Object.fromEntries(Object.entries(values).map(([name, [value]]) => [name, value])),
  })}\n`;
}
