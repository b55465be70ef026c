import { logVectors, metricVectors, now } from '../../../../../../lambda/contract/maintenance-window/report.vectors.json';
import { logLine, type Metric, metricLine } from '../../../../../../lambda/maintenance-window/gate/nodejs/quiet/report';

const NOW = Date.parse(now);

test.each(metricVectors.map((vector) => [vector.name, vector] as const))('a metric %s', (_, { metric, jsonLogs, line }) => {
  const written = metricLine(metric as Metric, 'fn', jsonLogs, NOW);
  expect(written).not.toContain('\n');
  expect(JSON.parse(written)).toEqual(line);
});

test.each(logVectors.map((vector) => [vector.name, vector] as const))('%s', (_, { message, jsonLogs, line, text }) => {
  const written = logLine(message, jsonLogs, NOW);
  expect(written).not.toContain('\n');
  expect(jsonLogs ? JSON.parse(written) : written).toEqual(line ?? text);
});
