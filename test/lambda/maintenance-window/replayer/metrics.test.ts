import { embeddedMetrics } from '../../../../lambda/maintenance-window/replayer/metrics';

function written(emit: (metrics: ReturnType<typeof embeddedMetrics>) => void): string {
  const lines: string[] = [];
  emit(
    embeddedMetrics(
      'store-1',
      () => 1_800_000_000_000,
      (line) => lines.push(line),
    ),
  );
  expect(lines).toHaveLength(1);
  return lines[0];
}

test("a store's metrics are one line in the embedded format", () => {
  const line = written((metrics) => metrics.ofStore({ Backlog: [3, 'Count'], BacklogAge: [1.5, 'Seconds'] }));
  expect(line.endsWith('\n')).toBe(true);
  expect(JSON.parse(line)).toEqual({
    _aws: {
      Timestamp: 1_800_000_000_000,
      CloudWatchMetrics: [
        {
          Namespace: 'CdkPatientLambda',
          Dimensions: [['Store']],
          Metrics: [
            { Name: 'Backlog', Unit: 'Count' },
            { Name: 'BacklogAge', Unit: 'Seconds' },
          ],
        },
      ],
    },
    Store: 'store-1',
    Backlog: 3,
    BacklogAge: 1.5,
  });
});

test("a function's metric carries its key", () => {
  expect(JSON.parse(written((metrics) => metrics.ofFunction('orders', 'Quarantined', 1)))).toMatchObject({
    _aws: { CloudWatchMetrics: [{ Dimensions: [['FunctionKey']], Metrics: [{ Name: 'Quarantined', Unit: 'Count' }] }] },
    FunctionKey: 'orders',
    Quarantined: 1,
  });
});
