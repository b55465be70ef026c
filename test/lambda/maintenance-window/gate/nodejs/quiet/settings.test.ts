import { environment as names } from '../../../../../../lambda/contract/names.json';
import { readSettings } from '../../../../../../lambda/maintenance-window/gate/nodejs/quiet/settings';

const LEAST = { [names.operatorParameter]: '/o', [names.table]: 't', [names.functionKey]: 'k' };

test('defaults', () => {
  expect(readSettings(LEAST)).toMatchObject({
    plannedParameter: undefined,
    cacheTtl: 30_000,
    lead: 0,
    retryGuard: 900_000,
    leaveFor: 1_800_000,
    keepFinished: 1_209_600_000,
    onWindowUnknown: 'RUN',
    loadsAfterCheck: true,
    deferral: {},
    jsonLogs: false,
  });
});

test.each([
  [{ [names.handlerLoading]: 'AT_ONCE' }, false],
  [{ [names.handlerLoading]: 'AFTER_CHECK' }, true],
  [{ AWS_LAMBDA_INITIALIZATION_TYPE: 'snap-start' }, false],
])('user code waits for the check with %j: %s', (more, waits) => {
  expect(readSettings({ ...LEAST, ...more }).loadsAfterCheck).toBe(waits);
});

test('a deferral that is possible is taken', () => {
  expect(readSettings({ ...LEAST, [names.deferral]: '{"s3":"RUN","sqs-fifo":"DEFER"}' }).deferral).toEqual({ 's3': 'RUN', 'sqs-fifo': 'DEFER' });
});

test.each(['operatorParameter', 'table', 'functionKey'] as const)('a missing %s is named', (key) => {
  expect(() => readSettings({ ...LEAST, [names[key]]: '' })).toThrow(`${names[key]} is missing`);
});

test.each([
  ['cacheTtl', '0', 'at least 1'],
  ['cacheTtl', '-1', 'whole seconds'],
  ['cacheTtl', '1.5', 'whole seconds'],
  ['cacheTtl', '١', 'whole seconds'],
  ['lead', '1h', 'whole seconds'],
  ['leaveFor', '43201', '0 to 43200'],
  ['keepFinished', '604799', 'at least 604800'],
  ['onWindowUnknown', 'run', 'RUN, DEFER, FAIL'],
  ['handlerLoading', 'LATER', 'AFTER_CHECK, AT_ONCE'],
  ['deferral', '{', 'JSON object'],
  ['deferral', '[]', 'JSON object'],
  ['deferral', '{"sqs":"DROP"}', 'JSON object'],
  ['deferral', '{"sqss":"RUN"}', 'JSON object'],
  ['deferral', '{"s3":"LEAVE"}', 'possible for it'],
  ['deferral', '{"cognito":"DEFER"}', 'possible for it'],
] as const)('%s %s is refused by name', (key, value, expected) => {
  const read = () => readSettings({ ...LEAST, [names[key]]: value });
  expect(read).toThrow(`${names[key]} is '${value}'`);
  expect(read).toThrow(expected);
});

test('Lambda Managed Instances are refused, whatever their limit', () => {
  const refusal = 'Lambda Managed Instances run several invocations at once in one environment, which is not supported yet';
  expect(() => readSettings({ ...LEAST, AWS_LAMBDA_MAX_CONCURRENCY: '1' })).toThrow(refusal);
  expect(() => readSettings({ AWS_LAMBDA_MAX_CONCURRENCY: '4' })).toThrow(refusal);
  expect(readSettings({ ...LEAST, AWS_LAMBDA_MAX_CONCURRENCY: '' }).table).toBe('t');
});
