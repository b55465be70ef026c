import { sources } from '../../../../../../lambda/contract/maintenance-window/sources.json';
import { vectors } from '../../../../../../lambda/contract/maintenance-window/sources.vectors.json';
import { environment as names } from '../../../../../../lambda/contract/names.json';
import { type Answer, GUARDED, HOP, HTTP, OFF, ON, S3, told, UNKNOWN, World } from '../world';

const UNREAD = new Error('AccessDeniedException');
const CONTEXT = 'lambda-runtime-client-context';

let world: World;
const open = async (answer: Answer, variables?: Record<string, string>) => {
  world = await World.open(answer, variables);
};
afterEach(() => world.close());

test("the handler sees the caller's context without a forged mark", async () => {
  await open(OFF);
  const step = await world.plan(UNKNOWN, 'r-9', { [CONTEXT]: '{"custom":{"maintenanceReplay":{},"own":1}}' });
  expect(step).toMatchObject({ do: 'run', invocation: { bodyJson: UNKNOWN, headers: { [CONTEXT]: '{"custom":{"own":1}}' } } });
});

test('a client context is not the warm path, for it may hold a forged mark', async () => {
  await open(OFF);
  await world.plan(UNKNOWN);
  expect(world.gate.isQuiet(UNKNOWN)).toBe(true);
  expect(world.gate.isQuiet(UNKNOWN, '{}')).toBe(false);
  expect(world.gate.isQuiet('{"$maintenanceReplay":1}')).toBe(false);
});

test('inside a window an event is kept with all that its replay needs', async () => {
  await open(ON);
  const step = await world.plan(S3, 'r-9', { [CONTEXT]: '{"custom":{}}' });
  expect(told(step)).toEqual({ maintenanceWindow: { status: 'DEFERRED', requestId: 'r-9', until: null } });
  expect(world.row('fn#r-9')).toMatchObject({ body: Buffer.from(S3), source: 's3' });
  expect(world.row('fn#r-9').envelope).toEqual({
    schema: 1,
    functionArn: 'arn:f:live',
    functionVersion: '7',
    sourceIds: ['1'],
    clientContext: '{"custom":{}}',
    tenantId: 'tenant',
    operatorParameter: '/w/operator',
    operatorVersion: 2,
    cacheTtl: 30,
    leadTime: 0,
    reason: 'db',
  });
  expect(world.counted).toEqual(['deferred']);
});

test('a tick of a rule is kept with its rule', async () => {
  await open(ON);
  await world.plan('{"detail-type":"Scheduled Event","source":"aws.events","resources":["arn:rule","arn:other"]}');
  expect(world.row('fn#r-9')).toMatchObject({ source: 'scheduled', rule: 'arn:rule' });
});

test('an unknown event is counted as such', async () => {
  await open(ON);
  await world.plan(UNKNOWN);
  expect(world.counted).toEqual(['deferred', 'unrecognizedSource']);
});

test('what is not JSON is kept and answered', async () => {
  await open(ON);
  expect(told(await world.plan('\u{fffd}{'))).toMatchObject({ maintenanceWindow: { status: 'DEFERRED' } });
  expect(world.row('fn#r-9').body).toEqual(Buffer.from('\u{fffd}{'));
});

test.each<[string, Answer, Record<string, string>]>([
  ['on', ON, {}],
  ['just over', GUARDED, {}],
  ['unknown', UNREAD, { [names.onWindowUnknown]: 'FAIL' }],
])('a hop of a running operation always runs: the window is %s', async (_, answer, variables) => {
  await open(answer, variables);
  expect(told(await world.plan(HOP))).toBe('run');
  expect(world.events.operations).toEqual([]);
});

test('HTTP is rejected in its own shape', async () => {
  await open(ON);
  expect(told(await world.plan(HTTP))).toMatchObject({ statusCode: 503 });
  expect([world.counted, world.events.operations]).toEqual([['rejected'], []]);
});

test.each([
  ['RUN', 'run'],
  ['REJECT', 'MaintenanceWindowActive'],
])('a source can be treated otherwise: %s', async (action, expected) => {
  await open(ON, { [names.deferral]: JSON.stringify({ s3: action }) });
  expect(told(await world.plan(S3))).toBe(expected);
});

const EVENTS = new Map(vectors.flatMap((vector) => ('event' in vector ? [[vector.source, vector.event]] : [])));
const ELSEWHERE = ['cloudformation', 'direct', 'sqs-fifo'];

test.each(sources.filter(({ name }) => !ELSEWHERE.includes(name)))('$name gets what the contract says', async ({ name, action, answer }) => {
  await open(ON);
  const step = await world.plan(JSON.stringify(EVENTS.get(name)));
  expect(world.events.rows.items.has('fn#r-9')).toBe(action === 'DEFER');
  expect(step.do).toBe(action === 'DEFER' || answer === 'http' || answer === 'alb' ? 'reply' : 'fail');
});

test.each([
  ['RUN', 'run'],
  ['DEFER', { maintenanceWindow: { status: 'DEFERRED', requestId: 'r-9', until: null } }],
  ['FAIL', 'MaintenanceWindowUnknown'],
])('a window that is not known: %s', async (mode, expected) => {
  await open(UNREAD, { [names.onWindowUnknown]: mode });
  const step = await world.plan(UNKNOWN);
  expect(told(step)).toEqual(expected);
  if (step.do === 'fail') {
    expect(step.error.message).toContain('AccessDeniedException');
  }
});

test.each<[string, Answer, string, boolean]>([
  ['on', ON, 'RUN', true],
  ['off', OFF, 'DEFER', false],
  ['unknown', UNREAD, 'RUN', false],
  ['unknown', UNREAD, 'DEFER', true],
  ['unknown', UNREAD, 'FAIL', true],
])('at boot a window that is %s, onWindowUnknown %s %s', async (_, answer, mode, holds) => {
  await open(answer, { [names.onWindowUnknown]: mode });
  expect(await world.gate.holdsAtBoot()).toBe(holds);
});

test.each([
  [{}, 1],
  [{ AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand' }, 1],
  [{ AWS_LAMBDA_INITIALIZATION_TYPE: 'snap-start' }, 0],
])('the start reads, but not before a snapshot: %j', async (variables, reads) => {
  await open(OFF, variables);
  world.gate.start();
  expect(world.reads).toBe(reads);
  await world.plan(UNKNOWN);
  expect(world.reads).toBe(1);
});
