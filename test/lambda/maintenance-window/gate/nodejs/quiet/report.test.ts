import { logLine, metricLine } from '../../../../../../lambda/maintenance-window/gate/nodejs/quiet/report';

const NOW = Date.parse('2027-01-10T06:00:00.007Z');

test('an entry of several lines is one event of the log', () => {
  expect(logLine('defect\n  at a\n  at b', false, NOW)).toBe('[WARN] cdk-patient-lambda: defect\r  at a\r  at b');
});

test('a JSON log has the time with its milliseconds', () => {
  const line = logLine('a\nb', true, NOW);
  expect(line).not.toContain('\n');
  expect(JSON.parse(line)).toEqual({ timestamp: '2027-01-10T06:00:00.007Z', level: 'WARN', message: 'cdk-patient-lambda: a\nb' });
});

test('a metric is one line in the embedded metric format, by function', () => {
  expect(JSON.parse(metricLine('storeFailed', 'fn', NOW))).toEqual({
    _aws: {
      Timestamp: NOW,
      CloudWatchMetrics: [{ Namespace: 'CdkPatientLambda', Dimensions: [['FunctionKey']], Metrics: [{ Name: 'StoreFailed', Unit: 'Count' }] }],
    },
    FunctionKey: 'fn',
    StoreFailed: 1,
  });
});
