import { AwsClient, type AwsError, pauseAfter } from '../../../../lambda/aws/nodejs/client';
import { LoopbackService, type Reply } from '../../maintenance-window/gate/nodejs/loopback-service';

const failing = (status: number, type: string): Reply => ({ status, body: { __type: `com.amazonaws#${type}`, message: 'because' } });
const FOUND: Reply = { body: { Item: 1 } };

let service: LoopbackService;

beforeEach(async () => {
  service = await LoopbackService.listen();
});
afterEach(() => service.close());

const client = (clock = Date.now) => new AwsClient(service.environment, clock);
const answering = (...replies: Reply[]) => {
  service.reply = () => replies.shift() ?? FOUND;
};

test.each<[string, Reply]>([
  ['too much for the table', failing(400, 'ProvisionedThroughputExceededException')],
  ['a throttle', failing(400, 'ThrottlingException')],
  ['a transaction on the row', failing(400, 'TransactionConflictException')],
  ['an error of the service', failing(500, 'InternalServerError')],
  ['a service that is not there', { status: 503, body: '<html>' }],
  ['too many requests', { status: 429, body: {} }],
  ['a dropped connection', 'drop'],
  ['an empty body', { body: '' }],
  ['what is not an object', { body: '[]' }],
  ['a truncated body', 'truncate'],
])('what passes is tried again: %s', async (_, fault) => {
  answering(fault);
  expect(await client().call('dynamodb', 'GetItem', {}, Date.now() + 3000)).toEqual({ Item: 1 });
  expect(service.calls).toHaveLength(2);
});

test('what does not pass is not tried again', async () => {
  answering(failing(400, 'AccessDeniedException'));
  const call = client().call('dynamodb', 'GetItem', {}, Date.now() + 3000);
  await expect(call).rejects.toMatchObject({ code: 'AccessDeniedException', message: 'AccessDeniedException: because', retryable: false });
  expect(service.calls).toHaveLength(1);
});

test('the last failure is reported when the time is over', async () => {
  let now = 0;
  service.reply = () => {
    now += 1000;
    return failing(400, 'ThrottlingException');
  };
  await expect(client(() => now).call('dynamodb', 'GetItem', {}, 2500)).rejects.toThrow('ThrottlingException');
  expect(service.calls).toHaveLength(3);
});

test('an attempt with hardly any time hides no cause', async () => {
  let now = Date.now();
  const until = now + 1000;
  service.reply = () => {
    now += 900;
    return service.calls.length === 1 ? failing(400, 'ThrottlingException') : 'hang';
  };
  await expect(client(() => now).call('dynamodb', 'GetItem', {}, until)).rejects.toThrow('ThrottlingException');
  expect(service.calls).toHaveLength(2);
});

test('a service that hangs leaves time for another attempt', async () => {
  answering('hang');
  expect(await client().call('dynamodb', 'GetItem', {}, Date.now() + 2000)).toEqual({ Item: 1 });
});

test('nothing is sent without time', async () => {
  const call = client().call('dynamodb', 'PutItem', {}, Date.now() - 1);
  await expect(call).rejects.toThrow('NoTimeLeft: the invocation ends before PutItem can be tried');
  expect(service.calls).toEqual([]);
});

test('without keys nothing is sent, and the error says what is missing', async () => {
  const call = new AwsClient({ AWS_ENDPOINT_URL: service.url }).callOnce('ssm', 'GetParameters', {}, 1000);
  await expect(call).rejects.toMatchObject({ code: 'CredentialsError', retryable: true });
  expect(service.calls).toEqual([]);
});

test('a client is underway once its first request has left, though nobody answers it yet', async () => {
  answering('hang');
  const by = client();
  let isOver = false;
  const call = by.callOnce('dynamodb', 'GetItem', {}, 1000).catch(() => (isOver = true));
  await by.underway;
  await new Promise((resolve) => setImmediate(resolve));
  expect(isOver).toBe(false);
  await call;
});

test.each([
  ['its keys are missing', () => ({ AWS_ENDPOINT_URL: service.url })],
  ['nobody is there', () => ({ ...service.environment, AWS_ENDPOINT_URL: 'http://127.0.0.1:9' })],
  ['a variable names no proxy', () => ({ ...service.environment, HTTP_PROXY: 'socks5://proxy' })],
])('a client whose request cannot leave is not waited for: %s', async (_, environment) => {
  const by = new AwsClient(environment());
  await expect(by.callOnce('dynamodb', 'GetItem', {}, 1000)).rejects.toThrow();
  await by.underway;
  expect(service.calls).toEqual([]);
});

test.each([
  ['ssm', 'application/x-amz-json-1.1', 'AmazonSSM'],
  ['dynamodb', 'application/x-amz-json-1.0', 'DynamoDB_20120810'],
  ['sqs', 'application/x-amz-json-1.0', 'AmazonSQS'],
] as const)('requests of %s carry the session token and the target', async (name, type, target) => {
  await client().callOnce(name, 'Operation', { Names: ['é'] }, 1000);
  expect(service.calls).toMatchObject([
    { input: { Names: ['é'] }, headers: { 'x-amz-security-token': 'token', 'content-type': type, 'x-amz-target': `${target}.Operation` } },
  ]);
});

test.each<[string, Reply, string]>([
  ['a type with a name space', { status: 400, body: { __type: 'com.amazon#Denied' } }, 'Denied'],
  ['a type with an address', { status: 400, body: { __type: 'Denied:http://internal' } }, 'Denied'],
  ['a message in capitals', { status: 400, body: { __type: 'Denied', Message: 'no' } }, 'Denied: no'],
  ['neither', { status: 404, body: '' }, 'HTTP 404'],
])('an error is named by its code: %s', async (_, reply, message) => {
  answering(reply);
  await expect(client().callOnce('ssm', 'GetParameters', {}, 1000)).rejects.toThrow(expect.objectContaining<Partial<AwsError>>({ message }));
});

test.each([
  [0, 0, 25],
  [0, 1, 50],
  [1, 1, 100],
  [4, 1, 800],
  [5, 1, 1000],
  [60, 0, 500],
])('pause %d with chance %d: %d ms', (attempt, random, expected) => {
  expect(pauseAfter(attempt, random)).toBe(expected);
});
