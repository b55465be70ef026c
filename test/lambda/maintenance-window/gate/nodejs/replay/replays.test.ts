import { AwsClient } from '../../../../../../lambda/aws/nodejs/client';
import { decodeRow, encodeRow, type Row } from '../../../../../../lambda/maintenance-window/gate/nodejs/held/items';
import { Table } from '../../../../../../lambda/maintenance-window/gate/nodejs/held/table';
import { failed } from '../../../../../../lambda/maintenance-window/gate/nodejs/replay/outcome';
import { Refused, Replays } from '../../../../../../lambda/maintenance-window/gate/nodejs/replay/replays';
import { type Fault, KeptEvents } from '../kept-events';

const NOW = Date.parse('2027-01-10T06:00:00Z');
const POINTER = { requestId: 'r-1', token: 't' };
const CLAIMED = {
  pk: 'fn#r-1',
  state: 'CLAIMED',
  token: 't',
  lease: NOW + 900_000,
  functionKey: 'fn',
  requestId: 'r-1',
  attempt: 0,
  maxAttempt: 5,
  dispatches: 1,
  chunks: 0,
  bpk: 'active#10',
  run: 'run-1',
};

let events: KeptEvents;

beforeEach(async () => {
  events = await KeptEvents.listen();
  events.rows.put(encodeRow(CLAIMED) as never);
});
afterEach(() => events.service.close());

const replays = () =>
  new Replays(
    new Table(new AwsClient(events.service.environment), 't'),
    { functionKey: 'fn', cacheTtl: 30_000, keepFinished: 1_209_600_000, logStream: 'stream' },
    () => NOW,
  );
const until = () => Date.now() + 5000;
const row = (): Row => decodeRow(events.rows.item('fn#r-1')!);
const start = () => replays().start(POINTER, NOW + 60_000, until());
const losing =
  (lost: number) =>
  (_: unknown, number: number): Fault =>
    number === lost ? 'lost' : undefined;

test('a start counts the attempt, forgets the dispatches and outlives the invocation', async () => {
  const { row: started, nonce } = await start();
  expect(started).toEqual({ ...CLAIMED, state: 'RUNNING', nonce, attempt: 1, dispatches: 0, lease: NOW + 90_000 });
});

test('a start whose acknowledgement is lost goes on, once', async () => {
  events.fault = losing(0);
  expect((await start()).row.attempt).toBe(1);
  await expect(start()).rejects.toThrow(Refused);
  expect(row().attempt).toBe(1);
});

test.each([
  ['of another token', { requestId: 'r-1', token: 'x' }],
  ['of no row', { requestId: 'r-2', token: 't' }],
  ['longer than any key', { requestId: 'r'.repeat(2049), token: 't' }],
])('a pointer %s is refused', async (_, pointer) => {
  await expect(replays().start(pointer, NOW, until())).rejects.toThrow(Refused);
  expect([...events.rows.items.keys()]).toEqual(['fn#r-1']);
});

test.each([undefined, 0])('a claim is given back without an attempt; acknowledgement lost: %s', async (lost) => {
  events.fault = lost === undefined ? () => undefined : losing(lost);
  await replays().giveBack(POINTER, until());
  const { token: _, lease: __, ...rest } = CLAIMED;
  expect(row()).toEqual({ ...rest, state: 'PENDING', dispatches: 0, nextAttempt: NOW + 30_000, bpk: 'pending#10' });
});

test('a claim that another token holds is not given back', async () => {
  await expect(replays().giveBack({ ...POINTER, token: 'x' }, until())).rejects.toThrow(Refused);
  expect(row()).toEqual(CLAIMED);
});

test.each([undefined, 1])('success ends the row; acknowledgement lost: %s', async (lost) => {
  events.fault = lost === undefined ? () => undefined : losing(lost);
  expect(await replays().finish(await start(), { status: 'DONE' }, until())).toBe('DONE');
  expect(row()).toEqual({
    pk: 'fn#r-1',
    state: 'DONE',
    functionKey: 'fn',
    requestId: 'r-1',
    attempt: 1,
    maxAttempt: 5,
    dispatches: 0,
    chunks: 0,
    run: 'run-1',
    finishedAt: NOW,
    expiresAt: (NOW + 1_209_600_000) / 1000,
  });
});

test.each([{ chunks: 2 }, { abandoned: [{ writeId: 'w', chunks: 1 }] }])('a row with %j stays until they are cleaned up', async (more) => {
  events.rows.put(encodeRow({ ...CLAIMED, ...more }) as never);
  await replays().finish(await start(), { status: 'DONE' }, until());
  expect(row()).toMatchObject({ state: 'DONE', bpk: 'cleanup#10' });
  expect(row()).not.toHaveProperty('expiresAt');
});

test.each([undefined, 1])('a failure waits for its next attempt; acknowledgement lost: %s', async (lost) => {
  events.fault = lost === undefined ? () => undefined : losing(lost);
  expect(await replays().finish(await start(), failed('T'.repeat(2000), 'm'.repeat(2000)), until())).toBe('PENDING');
  expect(row()).toMatchObject({
    state: 'PENDING',
    bpk: 'pending#10',
    outcome: { errorType: 'T'.repeat(1024), errorMessage: 'm'.repeat(1024), logStream: 'stream' },
  });
  expect(Object.keys(row())).not.toEqual(expect.arrayContaining(['token', 'nonce', 'lease']));
});

test("the last attempt's failure is quarantined", async () => {
  events.rows.put(encodeRow({ ...CLAIMED, attempt: 4 }) as never);
  expect(await replays().finish(await start(), failed('E', ''), until())).toBe('QUARANTINED');
  expect(row()).toMatchObject({ state: 'QUARANTINED', bpk: 'quarantined#10', finishedAt: NOW, attempt: 5 });
});

test('a partial failure names what is still to run', async () => {
  await replays().finish(await start(), { status: 'PARTIAL', errorType: 'P', errorMessage: '', only: ['b'] }, until());
  expect(row()).toMatchObject({ state: 'PENDING', only: ['b'] });
});

test('a run whose lease lapsed and that was claimed again writes nothing', async () => {
  const run = await start();
  events.rows.put(encodeRow({ ...CLAIMED, attempt: 1, token: 'next' }) as never);
  await expect(replays().finish(run, { status: 'DONE' }, until())).rejects.toThrow('lost its lease');
  expect(row()).toMatchObject({ state: 'CLAIMED', token: 'next' });
});
