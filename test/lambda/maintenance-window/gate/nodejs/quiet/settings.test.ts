import { environment as names } from '../../../../../../lambda/contract/names.json';
import { readSettings } from '../../../../../../lambda/maintenance-window/gate/nodejs/quiet/settings';

const LEAST = { [names.operatorParameter]: '/o', [names.table]: 't', [names.functionKey]: 'k' };

test('defaults', () => {
  expect(readSettings(LEAST)).toMatchObject({
    plannedParameter: undefined,
    cacheTtl: 30_000,
    leadTime: 0,
    duplicateCheckFor: 900_000,
    fifoVisibilityTimeout: 1_800_000,
    keepFinished: 1_209_600_000,
    onWindowUnknown: 'RUN',
    onUnknownClient: 'FAIL',
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

const WINDOW = '/cdk-patient-lambda/windows/shop/Database/operator';

test.each([
  [WINDOW, '', 'cdk-patient-lambda-windows-shop'],
  [WINDOW, 'MIRROR', 'cdk-patient-lambda-windows-shop'],
  [WINDOW, 'PARAMETER_STORE', undefined],
  ['/company/window', 'MIRROR', undefined],
])('of the parameter %s and the window source %j the mirror is %s', (operatorParameter, source, mirrorTable) => {
  const variables = { ...LEAST, [names.operatorParameter]: operatorParameter, [names.windowSource]: source };
  expect(readSettings(variables).mirrorTable).toBe(mirrorTable);
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
  ['leadTime', '1h', 'whole seconds'],
  ['fifoVisibilityTimeout', '39601', '0 to 39600'],
  ['keepFinished', '604799', 'at least 604800'],
  ['onWindowUnknown', 'run', 'RUN, DEFER, FAIL'],
  ['onUnknownClient', 'true', 'FAIL, RUN'],
  ['windowSource', 'SSM', 'MIRROR, PARAMETER_STORE'],
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

const TOO_LONG = { rejection: `{"body":"${'é'.repeat(1025)}"}`, alwaysRun: JSON.stringify([`GET /${'a'.repeat(2048)}`]) };

describe('the options of HTTP sources', () => {
  test('are not there by default', () => {
    expect(readSettings(LEAST)).toMatchObject({ rejection: undefined, alwaysRun: [], streaming: {} });
  });

  test('are taken as they are', () => {
    const rejection = { statusCode: 429, headers: { 'Access-Control-Allow-Origin': '*', 'x_y': '' }, body: 'é {until}' };
    const alwaysRun = ['* /health', 'GET /*', 'HEAD /a b'];
    const streaming = { 'function-url': ['$LATEST', 'live'], 'api-gateway-rest': [] };
    const variables = {
      [names.rejection]: JSON.stringify(rejection),
      [names.alwaysRun]: JSON.stringify(alwaysRun),
      [names.streaming]: JSON.stringify(streaming),
    };
    expect(readSettings({ ...LEAST, ...variables })).toMatchObject({ rejection, alwaysRun, streaming });
    expect(readSettings({ ...LEAST, [names.rejection]: '{"statusCode":4e2}' }).rejection).toEqual({ statusCode: 400 });
  });

  test.each([
    '{',
    'null',
    '[]',
    '"x"',
    '{"status":503}',
    '{"statusCode":399}',
    '{"statusCode":600}',
    '{"statusCode":503.5}',
    '{"statusCode":"503"}',
    '{"statusCode":true}',
    '{"statusCode":null}',
    '{"headers":[]}',
    '{"headers":null}',
    '{"headers":{"a b":"c"}}',
    '{"headers":{"":"c"}}',
    '{"headers":{"é":"c"}}',
    '{"headers":{"A":"1","a":"2"}}',
    '{"headers":{"A":1}}',
    String.raw`{"headers":{"A":"b\r\nSet-Cookie: c"}}`,
    '{"headers":{"A":"é"}}',
    '{"body":null}',
    '{"body":{}}',
    TOO_LONG.rejection,
  ])('a rejection that cannot be meant is refused by name: %s', (value) => {
    const expected =
      'a JSON object of at most 2048 bytes with statusCode (400 to 599), headers (each name once, values in ASCII) and body (text), or some of them';
    expect(() => readSettings({ ...LEAST, [names.rejection]: value })).toThrow(
      `the environment variable PATIENT_LAMBDA_REJECTION is '${value.slice(0, 120)}': expected ${expected}`,
    );
  });

  test.each(['{', '[]', '{"alb":[]}', '{"function-url":"live"}', '{"function-url":[1]}'])('what streams, not told so: %s', (value) => {
    const expected = 'a JSON object in at most 2048 bytes of function-url and api-gateway-rest, or one of them, to a list of qualifiers';
    expect(() => readSettings({ ...LEAST, [names.streaming]: value })).toThrow(
      `the environment variable PATIENT_LAMBDA_STREAMING is '${value}': expected ${expected}`,
    );
  });

  test.each([
    '{',
    'null',
    '{}',
    '"GET /"',
    '[]',
    '[1]',
    '["/health"]',
    '["GET"]',
    '["GET health"]',
    '["GET  /"]',
    '["get /"]',
    '["** /"]',
    '["GET,POST /"]',
    '["GET /*/a"]',
    '["GET /a**"]',
    '[" /a"]',
    JSON.stringify(Array(21).fill('GET /')),
    TOO_LONG.alwaysRun,
  ])('patterns that cannot be meant are refused by name: %s', (value) => {
    const expected =
      'a JSON list of 1 to 20 patterns in at most 2048 bytes, each a method in capitals or *, one space, and a path that begins with / and has * at its end or nowhere';
    expect(() => readSettings({ ...LEAST, [names.alwaysRun]: value })).toThrow(
      `the environment variable PATIENT_LAMBDA_ALWAYS_RUN is '${value.slice(0, 120)}': expected ${expected}`,
    );
  });
});
