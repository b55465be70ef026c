import { AwsClient } from '../../../../../../lambda/aws/nodejs/client';
import { readWindow } from '../../../../../../lambda/maintenance-window/gate/nodejs/quiet/parameters';
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
  return readWindow(new AwsClient(ssm.environment), { operatorParameter: '/o', plannedParameter } as Settings, budget);
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

const FAULTS: [string, Reply[], string][] = [
  ['no such parameter', [{ body: { Parameters: [], InvalidParameters: ['/o'] } }], 'parameter /o does not exist'],
  [
    'a malformed value',
    [{ body: { Parameters: [{ ...OPERATOR, Value: 'please' }] } }],
    "parameter /o cannot be read, does not match the grammar (syntax): 'please'",
  ],
  ['a value that is missing', [{ body: { Parameters: [{ Name: '/o' }] } }], 'parameter /o cannot be read'],
  ['a refusal', [{ status: 400, body: { __type: 'com.amazon#AccessDeniedException', message: 'no' } }], 'AccessDeniedException: no'],
  ['an error without a body', [{ status: 403, body: '' }], 'HTTP 403'],
  ['an answer without parameters', [{ body: {} }], 'answered without Parameters'],
  ['parameters that are none', [{ body: { Parameters: [null] } }], 'answered without Parameters'],
  ['a hang, twice', ['hang', 'hang'], 'no answer within'],
  ['a dropped connection, twice', ['drop', 'drop'], 'NetworkError: 127.0.0.1'],
  ['a truncated body, twice', ['truncate', 'truncate'], 'NetworkError: 127.0.0.1'],
  ['an empty body, twice', [{ body: '' }, { body: '' }], '0 bytes that are not a JSON object'],
  ['HTML, twice', [{ body: '<html>' }, { body: '<html>' }], '6 bytes that are not a JSON object'],
  ['a list, twice', [{ body: '[]' }, { body: '[]' }], '2 bytes that are not a JSON object'],
  [
    'a failing service, twice',
    [
      { status: 503, body: '' },
      { status: 500, body: '{}' },
    ],
    'HTTP 500',
  ],
];

test.each(FAULTS)('%s is a failed read with its cause', async (_, replies, cause) => {
  const expected = replies.length;
  await expect(read([...replies], undefined, 400)).rejects.toThrow(cause);
  expect(ssm.calls).toHaveLength(expected);
});

test.each<[string, Reply]>([
  ['hang', 'hang'],
  ['dropped connection', 'drop'],
  ['truncated body', 'truncate'],
  ['throttle', { status: 400, body: { __type: 'ThrottlingException' } }],
])('a %s is tried once more, on a fresh connection', async (_, fault) => {
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
