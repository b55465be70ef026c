import { AwsClient } from '../../../../../../lambda/aws/nodejs/client';
import { readParameters } from '../../../../../../lambda/maintenance-window/gate/nodejs/quiet/parameters';
import type { Settings } from '../../../../../../lambda/maintenance-window/gate/nodejs/quiet/settings';
import { LoopbackService, type Reply } from '../loopback-service';

const OPERATOR = { Name: '/o', Value: 'auto', Version: 3, LastModifiedDate: 1_800_000_000.5 };
const PLANNED = { Name: '/p', Value: 'until 2027-06-01T00:00Z', Version: 1, LastModifiedDate: 1 };

let ssm: LoopbackService;

beforeEach(async () => {
  ssm = await LoopbackService.listen();
});
afterEach(() => ssm.close());

const read = (replies: Reply[], plannedParameter?: string, budget = 2000) => {
  ssm.reply = () => replies.shift() ?? 'hang';
  const client = new AwsClient(ssm.environment);
  const settings = { operatorParameter: '/o', plannedParameter } as Settings;
  return readParameters(settings, (input) => client.call('ssm', 'GetParameters', input, client.clock() + budget));
};

test('one signed call brings both parameters', async () => {
  const reading = await read([{ body: { Parameters: [PLANNED, OPERATOR] } }], '/p');
  expect(reading).toMatchObject({
    operator: { mode: 'auto' },
    version: 3,
    lastModified: 1_800_000_000_500,
    planned: { intervals: [] },
  });
  expect(reading.plannedFailure).toBeUndefined();
  expect(ssm.calls).toHaveLength(1);
  const [{ operation, input, headers }] = ssm.calls;
  expect([operation, input]).toEqual(['GetParameters', { Names: ['/o', '/p'] }]);
  expect(headers).toMatchObject({
    'x-amz-target': 'AmazonSSM.GetParameters',
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-security-token': 'token',
  });
  expect(headers.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIATEST\/\d{8}\/eu-west-1\/ssm\/aws4_request, .*Signature=[0-9a-f]{64}$/);
});

const FAULTS: [string, Reply, string][] = [
  ['no such parameter', { body: { Parameters: [], InvalidParameters: ['/o'] } }, 'parameter /o does not exist'],
  [
    'a malformed value',
    { body: { Parameters: [{ ...OPERATOR, Value: 'please' }] } },
    "parameter /o cannot be read, does not match the grammar (syntax): 'please'",
  ],
  ['a value that is missing', { body: { Parameters: [{ Name: '/o' }] } }, 'parameter /o cannot be read'],
  ['a refusal', { status: 400, body: { __type: 'com.amazon#AccessDeniedException', message: 'no' } }, 'AccessDeniedException: no'],
  ['an error without a body', { status: 403, body: '' }, 'HTTP 403'],
  ['an answer without parameters', { body: {} }, 'answered without Parameters'],
  ['parameters that are none', { body: { Parameters: [null] } }, 'answered without Parameters'],
];

test.each(FAULTS)('%s is a failed read with its cause, at once', async (_, reply, cause) => {
  await expect(read([reply])).rejects.toThrow(cause);
  expect(ssm.calls).toHaveLength(1);
});

const PASSING: [string, Reply, string][] = [
  ['a hang', 'hang', 'no answer in time'],
  ['a dropped connection', 'drop', 'NetworkError: 127.0.0.1'],
  ['a truncated body', 'truncate', 'NetworkError: 127.0.0.1'],
  ['an empty body', { body: '' }, '0 bytes that are not a JSON object'],
  ['HTML', { body: '<html>' }, '6 bytes that are not a JSON object'],
  ['a list', { body: '[]' }, '2 bytes that are not a JSON object'],
  ['a failing service', { status: 503, body: '' }, 'HTTP 503'],
  ['a throttle', { status: 400, body: { __type: 'ThrottlingException' } }, 'ThrottlingException'],
];

test.each(PASSING)('%s is asked again to the end of the budget, then a failed read with its cause', async (_, reply, cause) => {
  await expect(read(Array<Reply>(20).fill(reply), undefined, 700)).rejects.toThrow(cause);
  // Pauses of 25 to 50, 50 to 100, 100 to 200 ms and so on fit in
  expect(ssm.calls.length).toBeGreaterThanOrEqual(2);
  expect(ssm.calls.length).toBeLessThanOrEqual(5);
});

test('a service that throttles for the better part of the budget is read', async () => {
  const throttle: Reply = { status: 400, body: { __type: 'ThrottlingException' } };
  expect(await read([throttle, throttle, throttle, { body: { Parameters: [OPERATOR] } }])).toMatchObject({ version: 3 });
  expect(ssm.calls).toHaveLength(4);
});

test.each<[string, Reply]>([
  ['hang', 'hang'],
  ['dropped connection', 'drop'],
  ['truncated body', 'truncate'],
  ['throttle', { status: 400, body: { __type: 'ThrottlingException' } }],
])('a %s is asked again, on a fresh connection', async (_, fault) => {
  expect(await read([fault, { body: { Parameters: [OPERATOR] } }])).toMatchObject({ version: 3 });
  expect(ssm.calls).toHaveLength(2);
});

test.each([
  ['is missing', { body: { Parameters: [OPERATOR] } }, 'parameter /p does not exist'],
  ['is malformed', { body: { Parameters: [OPERATOR, { ...PLANNED, Value: 'x' }] } }, 'parameter /p cannot be read'],
])("a planned parameter that %s leaves the operator's known", async (_, reply, cause) => {
  const reading = await read([reply], '/p');
  expect(reading).toMatchObject({ operator: { mode: 'auto' }, planned: null });
  expect(reading.plannedFailure).toContain(cause);
});
