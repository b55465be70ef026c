import { createFailedId } from '../../../../../../lambda/contract/cloudformation/answer.json';
import { environment as names } from '../../../../../../lambda/contract/names.json';
import type { Call } from '../loopback-service';
import { type Answer, DENIED, GUARDED, HTTP, NOW, OFF, ON, reading, S3, told, UNKNOWN, World } from '../world';

const FIFO = JSON.stringify({
  Records: ['a', 'b'].map((messageId) => ({
    messageId,
    receiptHandle: `h-${messageId}`,
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:111122223333:q.fifo',
  })),
});
const STANDARD = FIFO.replaceAll('q.fifo', 'q');
const KINESIS = '{"Records":[{"eventSource":"aws:kinesis","receiptHandle":"h","eventSourceARN":"arn:aws:kinesis:r:1:stream/s.fifo"}]}';
const CLOUDFORMATION = { RequestType: 'Create', StackId: 's', RequestId: 'r', LogicalResourceId: 'l' };

let world: World;
const open = async (answer: Answer, variables?: Record<string, string>) => {
  world = await World.open(answer, variables);
};
afterEach(() => world.close());

/** SQS answers at the address of the table. */
const hiding = (reply: (call: Call) => object = () => ({ body: {} })) => {
  world.events.fault = (call) => reply(call) as never;
};
const hidden = () => world.events.service.calls.flatMap(({ input }) => input.Entries as Record<string, unknown>[]);

describe('messages of a FIFO queue', () => {
  test.each<[string, string, Record<string, string>, number]>([
    ['to the end of the window', '2027-01-15T07:59:00Z/2027-01-15T08:10:00Z', {}, 600],
    ['for as long as they may be left, when that is sooner', '2027-01-15T07:59:00Z/PT8H', {}, 1800],
    ['for as long as they may be left, as the function says', '2027-01-15T07:59:00Z/PT8H', { [names.fifoVisibilityTimeout]: '60' }, 60],
  ])('are hidden %s', async (_, interval, variables, seconds) => {
    await open(reading(`auto;${interval}`), variables);
    hiding();
    expect(told(await world.plan(FIFO))).toBe('MaintenanceWindowActive');
    expect(hidden()).toEqual([
      { Id: '0', ReceiptHandle: 'h-a', VisibilityTimeout: seconds },
      { Id: '1', ReceiptHandle: 'h-b', VisibilityTimeout: seconds },
    ]);
    expect([world.events.operations, world.counted, world.logged]).toEqual([['ChangeMessageVisibilityBatch'], ['left'], []]);
  });

  test('are hidden for as long as they may be left while nobody knows the end', async () => {
    await open(ON);
    hiding();
    await world.plan(FIFO);
    expect(hidden()).toMatchObject([{ VisibilityTimeout: 1800 }, { VisibilityTimeout: 1800 }]);
  });

  test('are left even when they cannot be hidden, and that is logged', async () => {
    await open(ON);
    hiding(() => DENIED as object);
    expect(told(await world.plan(FIFO))).toBe('MaintenanceWindowActive');
    expect(world.logged).toEqual(['messages were left, but their visibility could not be extended: AccessDeniedException']);
    expect(world.counted).toEqual(['left']);
  });

  test('are kept like any other when the function says so', async () => {
    await open(ON, { [names.deferral]: '{"sqs-fifo":"DEFER"}' });
    expect(told(await world.plan(FIFO))).toMatchObject({ batchItemFailures: [], maintenanceWindow: { status: 'DEFERRED' } });
    expect(world.events.operations).toEqual(['PutItem']);
  });
});

test.each([
  ['a standard queue', STANDARD, { [names.deferral]: '{"sqs":"LEAVE"}' }],
  ['a stream', KINESIS, {}],
])('events of %s are left as they are', async (_, body, variables) => {
  await open(ON, variables);
  expect(told(await world.plan(body))).toBe('MaintenanceWindowActive');
  expect([world.events.operations, world.counted]).toEqual([[], ['left']]);
});

describe('a batch of a pipe', () => {
  const pipe = JSON.stringify([{ messageId: 'a', eventSource: 'aws:sqs', eventSourceARN: 'arn:aws:sqs:us-east-1:111122223333:q.fifo' }]);

  test('is kept while nobody knows how it was sent, and counted', async () => {
    await open(ON);
    expect(told(await world.plan(pipe))).toMatchObject({ batchItemFailures: [], maintenanceWindow: { status: 'DEFERRED' } });
    expect(world.counted).toEqual(['deferred', 'unrecognizedSource']);
  });

  test.each([
    ['DEFER', ['deferred'], ['PutItem']],
    ['LEAVE', ['left'], []],
  ])('is not counted when the construct says %s', async (action, counted, operations) => {
    await open(ON, { [names.deferral]: JSON.stringify({ pipe: action }) });
    await world.plan(pipe);
    expect([world.counted, world.events.operations]).toEqual([counted, operations]);
  });
});

test('the end of a window of time without records is left to its stream, with its state', async () => {
  await open(ON);
  const window = { start: '2027-01-10T02:00Z', end: '2027-01-10T02:02Z' };
  const end = { Records: [], window, state: { sum: 1 }, eventSourceARN: 'arn:aws:kinesis:r:1:stream/s', isFinalInvokeForWindow: true };
  expect(told(await world.plan(JSON.stringify(end)))).toBe('MaintenanceWindowActive');
  expect([world.events.operations, world.counted]).toEqual([[], ['left']]);
});

test('a request of CloudFormation whose ResponseURL a framework keeps is an error to the framework', async () => {
  await open(ON);
  expect(told(await world.plan(JSON.stringify({ ...CLOUDFORMATION, ResourceType: 'Custom::T' })))).toBe('MaintenanceWindowActive');
  expect([world.events.operations, world.counted]).toEqual([[], ['rejected']]);
});

test('a request of CloudFormation is answered, and the invocation succeeds', async () => {
  await open(ON);
  world.events.service.reply = () => ({ body: '' });
  const body = JSON.stringify({ ...CLOUDFORMATION, ResponseURL: `${world.events.service.url}/answer` });
  expect(told(await world.plan(body))).toEqual({});
  expect(world.events.service.calls).toMatchObject([{ operation: '/answer', input: { Status: 'FAILED', RequestId: 'r' } }]);
  expect(world.counted).toEqual(['rejected']);
});

test.each([
  ['refuses', 'answer', 403, 'CloudFormation could not be told so: the ResponseURL answered 403.'],
  ['is not a URL to answer to', '', 200, 'CloudFormation could not be told so: the ResponseURL is not an https URL.'],
])('a request whose ResponseURL %s is an error', async (_, path, status, message) => {
  await open(ON);
  world.events.service.reply = () => ({ status, body: '' });
  const step = await world.plan(JSON.stringify({ ...CLOUDFORMATION, ResponseURL: path && `${world.events.service.url}/${path}` }));
  expect(step).toMatchObject({
    do: 'fail',
    error: { name: 'MaintenanceWindowActive', message: expect.stringMatching(new RegExp(`${message}$`)) as string },
  });
});

describe('a Delete of what was never made', () => {
  const NEVER_MADE = { ...CLOUDFORMATION, RequestType: 'Delete', PhysicalResourceId: createFailedId };
  const UNREAD = new Error('AccessDeniedException');
  const body = (more: object = {}) => JSON.stringify({ ...NEVER_MADE, ResponseURL: `${world.events.service.url}/answer`, ...more });
  const answering = (status = 200) => {
    world.events.service.reply = () => ({ status, body: '' });
  };
  const put = () => world.events.service.calls.map(({ operation, input }) => [operation, input.Status, input.PhysicalResourceId]);

  test.each<[string, Answer, Record<string, string>]>([
    ['on', ON, {}],
    ['off', OFF, {}],
    ['just over', GUARDED, {}],
    ['unknown, and everything fails', UNREAD, { [names.onWindowUnknown]: 'FAIL' }],
    ['unknown, and everything is kept', UNREAD, { [names.onWindowUnknown]: 'DEFER' }],
    ['unknown, and everything runs', UNREAD, { [names.onWindowUnknown]: 'RUN' }],
    ['on, and requests run', ON, { [names.deferral]: '{"cloudformation":"RUN"}' }],
  ])('succeeds without the handler: the window is %s', async (_, answer, variables) => {
    await open(answer, variables);
    answering();
    expect(told(await world.plan(body()))).toEqual({});
    expect(put()).toEqual([['/answer', 'SUCCESS', createFailedId]]);
    expect(world.counted).not.toContain('rejected');
  });

  test('is seen on the warm path, wherever its members are', async () => {
    await open(OFF);
    await world.plan(UNKNOWN);
    const members = Object.entries(JSON.parse(body()) as object);
    expect([members, [...members].reverse()].map((order) => world.gate.isQuiet(JSON.stringify(Object.fromEntries(order))))).toEqual([false, false]);
    expect([HTTP, body({ PhysicalResourceId: 'own-1' })].map((other) => world.gate.isQuiet(other))).toEqual([true, true]);
  });

  test.each<[string, Answer]>([
    ['on', ON],
    ['off', OFF],
  ])('is an error, so that Lambda tries again, when CloudFormation does not take the answer: the window is %s', async (_, answer) => {
    await open(answer);
    answering(403);
    const message = 'the Delete of a resource that was never made is SUCCESS, but CloudFormation could not be told so: the ResponseURL answered 403.';
    expect(await world.plan(body())).toMatchObject({ do: 'fail', error: { name: 'RequestNotAnswered', message } });
  });

  test.each<[string, Answer, string]>([
    ['in a window it is an error', ON, 'MaintenanceWindowActive'],
    ['outside one the handler runs', OFF, 'run'],
    ['shortly after one the handler runs', GUARDED, 'run'],
  ])('that another function answers is left to it: %s', async (_, answer, expected) => {
    await open(answer);
    answering();
    const token = 'arn:aws:lambda:us-east-1:111122223333:function:framework';
    expect(told(await world.plan(body({ ResourceProperties: { ServiceToken: token } })))).toBe(expected);
    expect(put()).toEqual([]);
  });

  test.each(['Create', 'Update'])('alone: %s runs outside a window although it names that id', async (RequestType) => {
    await open(OFF);
    answering();
    expect(told(await world.plan(body({ RequestType })))).toBe('run');
    expect(told(await world.plan(JSON.stringify({ note: createFailedId })))).toBe('run');
    expect(put()).toEqual([]);
  });
});

describe('an operation of another library that is under way', () => {
  const continued = (members: object) => JSON.stringify({ ...CLOUDFORMATION, ResponseURL: `${world.events.service.url}/answer`, ...members });
  const POLL = { CrHelperPoll: true };
  const UNKNOWN_LIBRARY = { MyAttempt: 2 };
  const BEHIND = { ResourceProperties: { ServiceToken: 'arn:aws:lambda:us-east-1:111122223333:function:framework' } };

  test.each(['Create', 'Update', 'Delete'])('goes on in a window: %s', async (RequestType) => {
    await open(ON);
    expect(told(await world.plan(continued({ ...POLL, RequestType })))).toBe('run');
    expect(told(await world.plan(continued({ ...POLL, ...BEHIND, RequestType })))).toBe('run');
    expect(world.counted).toEqual([]);
  });

  test('goes on while nobody knows the window', async () => {
    await open(new Error('AccessDeniedException'), { [names.onWindowUnknown]: 'FAIL' });
    expect(told(await world.plan(continued(POLL)))).toBe('run');
  });

  test('is counted when it is told by a member that nobody knows', async () => {
    await open(ON);
    expect(told(await world.plan(continued(UNKNOWN_LIBRARY)))).toBe('run');
    expect(world.counted).toEqual(['unrecognizedContinuation']);
  });

  test('is not counted where requests run anyway', async () => {
    await open(ON, { [names.deferral]: '{"cloudformation":"RUN"}' });
    expect(told(await world.plan(continued(UNKNOWN_LIBRARY)))).toBe('run');
    expect(world.counted).toEqual([]);
  });
});

describe('shortly after a window', () => {
  test('an event that is kept is not run as well', async () => {
    await open(GUARDED);
    world.put({ pk: 'fn#r-9', state: 'DONE', envelope: { until: NOW - 1 } });
    expect(told(await world.plan(S3))).toEqual({ maintenanceWindow: { status: 'DEFERRED', requestId: 'r-9', until: '2027-01-15T07:59:59.999Z' } });
  });

  test('an event that cannot be taken over is an error to its source', async () => {
    await open(GUARDED);
    world.put({ pk: 'fn#r-9', state: 'WRITING', writeId: 'w', chunks: 3 });
    world.events.fault = ({ operation }) => (operation === 'UpdateItem' ? DENIED : undefined);
    expect(told(await world.plan(S3))).toBe('EventNotStored');
    expect(world.counted).toEqual(['storeFailed']);
  });

  test.each([
    ['s3', S3, 'RUN'],
    ['s3', S3, 'REJECT'],
    ['sqs', STANDARD, 'LEAVE'],
    ['kinesis', KINESIS, undefined],
  ])('an event of %s is not looked up where it is not deferred: %#', async (source, event, action) => {
    await open(GUARDED, action ? { [names.deferral]: JSON.stringify({ [source]: action }) } : {});
    world.events.fault = () => DENIED;
    expect(told(await world.plan(event))).toBe('run');
    expect(world.events.operations).toEqual([]);
  });

  test.each([
    ['sqs-fifo', FIFO],
    ['api-gateway-http', '{"version":"2.0","rawPath":"/","requestContext":{"http":{"method":"GET"}}}'],
  ])('an event of %s is looked up where the function defers it', async (source, event) => {
    await open(GUARDED, { [names.deferral]: JSON.stringify({ [source]: 'DEFER' }) });
    world.put({ pk: 'fn#r-9', state: 'DONE', envelope: {} });
    expect(JSON.stringify(told(await world.plan(event)))).toContain('DEFERRED');
  });

  test.each([
    ['a source that tries again hears of it', FIFO, 'sqs-fifo', 'DuplicateCheckFailed', 'storeFailed'],
    [
      'a caller that waits gets its answer',
      '{"version":"2.0","rawPath":"/","requestContext":{"http":{"method":"GET"}}}',
      'api-gateway-http',
      'run',
      'duplicateCheckSkipped',
    ],
  ])('where the table cannot be read %s', async (_, event, source, answer, metric) => {
    await open(GUARDED, { [names.deferral]: JSON.stringify({ [source]: 'DEFER' }) });
    world.events.fault = () => DENIED;
    expect(told(await world.plan(event))).toBe(answer);
    expect(world.counted).toEqual([metric]);
  });

  test('an HTTP request that always runs is not looked up', async () => {
    await open(GUARDED, { [names.deferral]: '{"api-gateway-http":"DEFER"}', [names.alwaysRun]: '["GET /*"]' });
    expect(told(await world.plan('{"version":"2.0","rawPath":"/","requestContext":{"http":{"method":"GET"}}}'))).toBe('run');
    expect(world.events.operations).toEqual([]);
  });
});

describe('HTTP requests', () => {
  const GET = '{"version":"2.0","rawPath":"/orders/1","requestContext":{"http":{"method":"GET"}}}';
  const POST = GET.replace('GET', 'POST');
  const READS = { [names.alwaysRun]: '["GET /*","* /health"]' };

  test('are rejected as the function says', async () => {
    await open(ON, { [names.rejection]: '{"statusCode":429,"headers":{"Access-Control-Allow-Origin":"*"},"body":"{\\"why\\":\\"{reason}\\"}"}' });
    expect(told(await world.plan(GET))).toMatchObject({ statusCode: 429, headers: { 'Access-Control-Allow-Origin': '*' }, body: '{"why":"db"}' });
    expect(world.counted).toEqual(['rejected']);
  });

  test.each([
    ['rejected', {}, '{"statusCode":503,'],
    ['kept', { [names.deferral]: '{"function-url":"DEFER"}' }, '{"statusCode":202,'],
  ])('whose responses are streamed are %s by a stream, for the qualifier that streams', async (_, more, metadata) => {
    await open(ON, { [names.streaming]: '{"function-url":["live"]}', ...more });
    const url = '{"requestContext":{"http":{"method":"GET"},"domainName":"a.lambda-url.b"}}';
    const arn = (qualifier: string) => ({ 'lambda-runtime-invoked-function-arn': `arn:aws:lambda:us-east-1:000000000000:function:f${qualifier}` });
    const streamed = await world.plan(url, 'r-1', arn(':live'));
    expect(streamed).toEqual({ do: 'reply', streamed: true, body: expect.stringContaining('}\0\0\0\0\0\0\0\0{') as unknown });
    expect('body' in streamed && streamed.body).toMatch(metadata);
    const buffered = await world.plan(url, 'r-2', arn(''));
    expect(buffered).toMatchObject({ do: 'reply', streamed: false, body: expect.not.stringContaining('\0') as unknown });
  });

  test('are kept with the default answer where the function defers them: a rejection is for what is not kept', async () => {
    await open(ON, { [names.rejection]: '{"statusCode":429}', [names.deferral]: '{"api-gateway-http":"DEFER"}' });
    expect(told(await world.plan(GET))).toMatchObject({ statusCode: 202 });
  });

  test('that always run do, and others are rejected', async () => {
    await open(ON, READS);
    expect([told(await world.plan(GET)), told(await world.plan(POST))]).toEqual(['run', expect.objectContaining({ statusCode: 503 })]);
    expect(world.counted).toEqual(['rejected']);
  });

  test('that always run do so where the source is deferred', async () => {
    await open(ON, { ...READS, [names.deferral]: '{"api-gateway-http":"DEFER"}' });
    expect([told(await world.plan(GET)), told(await world.plan(POST))]).toEqual(['run', expect.objectContaining({ statusCode: 202 })]);
  });

  test.each(['FAIL', 'DEFER'])('that always run do so while nobody knows the window: %s', async (onWindowUnknown) => {
    await open(new Error('AccessDeniedException'), { ...READS, [names.onWindowUnknown]: onWindowUnknown });
    expect(told(await world.plan(GET))).toBe('run');
    expect(told(await world.plan(POST))).not.toBe('run');
  });

  test('alone always run', async () => {
    await open(ON, { [names.alwaysRun]: '["* /*"]' });
    expect(told(await world.plan(S3))).toMatchObject({ maintenanceWindow: { status: 'DEFERRED' } });
  });
});

test('a store that fails is an error, and never the marker', async () => {
  await open(ON);
  world.events.fault = () => DENIED;
  expect(told(await world.plan(UNKNOWN))).toBe('EventNotStored');
  expect([world.counted, world.logged]).toEqual([['storeFailed'], ['r-9 could not be kept: dynamodb:PutItem failed, AccessDeniedException']]);
});
