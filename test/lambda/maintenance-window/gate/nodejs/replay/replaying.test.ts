import { createHash } from 'node:crypto';

import { environment as names } from '../../../../../../lambda/contract/names.json';
import type { Row } from '../../../../../../lambda/maintenance-window/gate/nodejs/held/items';
import type { StartedRun } from '../../../../../../lambda/maintenance-window/gate/nodejs/quiet/step';
import { type Answer, DENIED, OFF, ON, told, UNKNOWN, World } from '../world';

const POINTER = '{"$maintenanceReplay":{"requestId":"r-1","token":"t"}}';
const KEY = 'fn#r-1';
const BATCH = '{"Records":[{"eventSource":"aws:sqs","messageId":"a"},{"eventSource":"aws:sqs","messageId":"b"}]}';

let world: World;
const open = async (answer: Answer = OFF, variables?: Record<string, string>) => {
  world = await World.open(answer, variables);
};
afterEach(() => world.close());

const put = (body = UNKNOWN, more: Row = {}) =>
  world.put({
    pk: KEY,
    state: 'CLAIMED',
    token: 't',
    functionKey: 'fn',
    requestId: 'r-1',
    source: 'direct',
    attempt: 0,
    maxAttempt: 5,
    dispatches: 1,
    chunks: 0,
    deferredAt: 0,
    body: Buffer.from(body),
    bodySize: Buffer.byteLength(body),
    bodySha256: createHash('sha256').update(body).digest('hex'),
    encoding: 'identity',
    ...more,
  });
const answered = (status: string) => ({ maintenanceReplay: { status, requestId: 'r-1' } });
/** Starts the pointer's run. */
const started = async (): Promise<{ readonly run: StartedRun; readonly event: unknown; readonly context: any; readonly identity: unknown }> => {
  const step = await world.plan(POINTER);
  if (step.do !== 'run') {
    throw new Error(`the pointer was answered ${JSON.stringify(told(step))}`);
  }
  const { bodyJson, headers } = step.invocation;
  const context = JSON.parse(String(headers['lambda-runtime-client-context']));
  return { run: step.replay!, event: JSON.parse(bodyJson), context, identity: headers['lambda-runtime-cognito-identity'] };
};

test("a replay runs on the original event, with its caller's context and identity", async () => {
  await open();
  put(UNKNOWN, { envelope: { schema: 1, clientContext: '{"custom":{"own":1}}', identity: '{"cognitoIdentityId":"i"}' } });
  const step = await world.plan(POINTER);
  expect(world.row(KEY)).toMatchObject({ state: 'RUNNING', attempt: 1 });
  expect(step).toMatchObject({ invocation: { bodyJson: UNKNOWN, headers: { 'lambda-runtime-cognito-identity': '{"cognitoIdentityId":"i"}' } } });
});

test("the mark joins the caller's own context", async () => {
  await open();
  put(UNKNOWN, { run: 'run-1', envelope: { clientContext: '{"custom":{"own":1}}' } });
  const { context } = await started();
  expect(context).toEqual({
    custom: { own: 1, maintenanceReplay: { originalRequestId: 'r-1', deferredAt: '1970-01-01T00:00:00.000Z', attempt: 1, run: 'run-1' } },
  });
});

test.each<[string, Row]>([
  ['no envelope', {}],
  ['an envelope by hand', { envelope: { clientContext: 1, identity: 2 } }],
])('a row with %s runs with the mark alone', async (_, more) => {
  await open();
  put(UNKNOWN, more);
  const { context, identity } = await started();
  expect([Object.keys(context.custom as object), identity]).toEqual([['maintenanceReplay'], undefined]);
});

test("success is written before it is answered with the handler's own result", async () => {
  await open();
  put();
  const { run } = await started();
  expect(told(await run.succeeded('{"own":1}'))).toEqual({ own: 1 });
  expect([world.row(KEY).state, world.counted]).toEqual(['DONE', ['replayed']]);
});

test.each([
  ['is a normal answer', {}, 'PENDING', ['replayFailed']],
  ['is announced when it is the last', { attempt: 4 }, 'QUARANTINED', ['replayFailed', 'quarantined']],
])('a failure %s', async (_, more, state, counted) => {
  await open();
  put(UNKNOWN, more);
  const { run } = await started();
  expect(told(await run.failed('{"errorType":"ValueError","errorMessage":"boom"}'))).toEqual(answered('FAILED'));
  expect(world.row(KEY)).toMatchObject({ state, outcome: { errorType: 'ValueError', errorMessage: 'boom' } });
  expect(world.counted).toEqual(counted);
});

test('a pointer that comes twice starts once', async () => {
  await open();
  put();
  await started();
  expect(told(await world.plan(POINTER))).toEqual(answered('REFUSED'));
  expect([world.row(KEY).attempt, world.counted, world.logged]).toEqual([
    1,
    ['replayRefused'],
    ['a replay of r-1 was refused: there is no such claim, or it was started already'],
  ]);
});

test.each<[string, Answer, Record<string, string>]>([
  ['on', ON, {}],
  ['unknown', new Error('no'), { [names.onWindowUnknown]: 'DEFER' }],
  ['unknown', new Error('no'), { [names.onWindowUnknown]: 'FAIL' }],
])('a pointer that meets a window that is %s is returned, and never kept', async (_, answer, variables) => {
  await open(answer, variables);
  put();
  expect(told(await world.plan(POINTER))).toEqual(answered('RETURNED'));
  expect([[...world.events.rows.items.keys()], world.row(KEY).state, world.row(KEY).attempt]).toEqual([[KEY], 'PENDING', 0]);
});

test.each<[string, Row, string]>([
  ['other bytes than were received', { bodySha256: '0'.repeat(64) }, 'bytes that were received'],
  ['parts that are missing', { chunks: 2, writeId: 'w' }, 'parts 0, 1 of 2 are missing'],
  ['no batch, though only some of its items are to run', { only: ['a'] }, 'not a batch'],
])('a body with %s is a failed attempt', async (_, more, message) => {
  await open();
  put(UNKNOWN, more);
  expect(told(await world.plan(POINTER))).toEqual(answered('FAILED'));
  expect(world.row(KEY)).toMatchObject({
    state: 'PENDING',
    outcome: { errorType: 'BodyDamaged', errorMessage: expect.stringContaining(message) as string },
  });
});

test.each([
  ['the start', 0],
  ['the outcome', 1],
])('a store that refuses %s is an error, and no success', async (_, refused) => {
  await open();
  put();
  world.events.fault = (_call, number) => (number >= refused ? DENIED : undefined);
  const step = await world.plan(POINTER);
  expect(told(step.do === 'run' ? await step.replay!.succeeded('{}') : step)).toBe('ReplayStoreFailed');
  expect([world.row(KEY).state, world.counted]).toEqual([refused === 0 ? 'CLAIMED' : 'RUNNING', ['storeFailed']]);
});

test('failed items of a batch run again alone', async () => {
  await open();
  put(BATCH, { source: 'sqs' });
  const first = await started();
  expect(told(await first.run.succeeded('{"batchItemFailures":[{"itemIdentifier":"b"}]}'))).toEqual(answered('PARTIAL'));
  expect(world.row(KEY)).toMatchObject({ state: 'PENDING', only: ['b'] });
  world.put({ ...world.row(KEY), state: 'CLAIMED', token: 't' });
  const second = await started();
  expect(second.event).toEqual({ Records: [{ eventSource: 'aws:sqs', messageId: 'b' }] });
  expect(told(await second.run.succeeded('null'))).toBeNull();
});

test.each([
  ['the largest that Lambda takes', 6_291_556, undefined],
  ['a larger one', 6_291_557, 'DONE'],
])('a result that is %s', async (_, bytes, status) => {
  await open();
  put();
  const { run } = await started();
  const result = JSON.stringify('ä'.repeat((bytes - 2) / 2) + (bytes % 2 ? 'a' : ''));
  expect(Buffer.byteLength(result)).toBe(bytes);
  expect(told(await run.succeeded(result))).toEqual(status ? answered(status) : JSON.parse(result));
  expect(world.row(KEY).state).toBe('DONE');
});

test('the result of a run that lost its lease goes nowhere', async () => {
  await open();
  put();
  const { run } = await started();
  put(UNKNOWN, { attempt: 1, token: 'next' });
  expect(told(await run.succeeded('{"own":1}'))).toEqual(answered('REFUSED'));
});

test('a server error that an HTTP handler answered is no result', async () => {
  await open();
  put('{}', { source: 'api-gateway-rest' });
  const { run } = await started();
  expect(told(await run.succeeded('{"statusCode":502}'))).toEqual(answered('FAILED'));
});
