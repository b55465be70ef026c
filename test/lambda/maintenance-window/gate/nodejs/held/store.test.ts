import { createHash, randomBytes } from 'node:crypto';

import { AwsClient } from '../../../../../../lambda/aws/nodejs/client';
import { limits } from '../../../../../../lambda/contract/maintenance-window/store.json';
import { decodeRow, type Row } from '../../../../../../lambda/maintenance-window/gate/nodejs/held/items';
import { Store } from '../../../../../../lambda/maintenance-window/gate/nodejs/held/store';
import { Table } from '../../../../../../lambda/maintenance-window/gate/nodejs/held/table';
import { Replays } from '../../../../../../lambda/maintenance-window/gate/nodejs/replay/replays';
import type { EventRow } from '../../../../../../lambda/maintenance-window/store/row';
import { KeptEvents } from '../kept-events';
import type { Reply } from '../loopback-service';

const THROTTLE: Reply = { status: 400, body: { __type: 'ProvisionedThroughputExceededException', message: 'slow down' } };
const DENIED: Reply = { status: 400, body: { __type: 'AccessDeniedException', message: 'no dynamodb:PutItem' } };
const SMALL = Buffer.from('{"n":1.10,"n":12345678901234567890}');
/** Three chunks. */
const LARGE = Buffer.from(
  JSON.stringify(
    randomBytes(3 * limits.chunkBytes.value)
      .toString('base64')
      .slice(0, Math.floor((2.5 * limits.chunkBytes.value) / 0.76)),
  ),
);
const KEY = 'stack/fn#r-a';

let events: KeptEvents;

beforeEach(async () => {
  events = await KeptEvents.listen();
});
afterEach(() => events.service.close());

const table = () => new Table(new AwsClient(events.service.environment), 'events');
const store = () => new Store(table(), 'stack/fn');
const defer = (body = SMALL, milliseconds = 10_000) =>
  store().defer(
    { requestId: 'r-a', source: 's3', body, envelope: { schema: 1, functionArn: 'arn', tenantId: undefined, reason: 'db' } },
    Date.now() + milliseconds,
  );
const row = (): Row => decodeRow(events.rows.item(KEY)!);
const chunkIds = () => [...events.rows.items.keys()].filter((id) => id !== KEY);
const loaded = () =>
  new Replays(table(), { functionKey: 'stack/fn', cacheTtl: 1, keepFinished: 1, logStream: '' }).load(
    row() as unknown as EventRow,
    Date.now() + 10_000,
  );

test('a small event is one write: bytes, digest, size, envelope, backlog', async () => {
  await defer();
  expect(events.operations).toEqual(['PutItem']);
  const { body, deferredAt, ...kept } = row();
  expect(body).toEqual(SMALL);
  expect(kept).toEqual({
    pk: KEY,
    functionKey: 'stack/fn',
    requestId: 'r-a',
    source: 's3',
    state: 'PENDING',
    encoding: 'identity',
    bodySize: SMALL.length,
    chunks: 0,
    bodySha256: createHash('sha256').update(SMALL).digest('hex'),
    envelope: { schema: 1, functionArn: 'arn', reason: 'db' },
    attempt: 0,
    maxAttempt: 5,
    dispatches: 0,
    nextAttempt: deferredAt,
    target: 'arn',
    bsk: `stack/fn#${deferredAt as number}#r-a`,
    bpk: 'pending#09',
  });
});

test('a large event is header, chunks and commit, and comes back byte for byte', async () => {
  await defer(LARGE);
  expect([events.operations[0], events.operations.at(-1), events.operations.length]).toEqual(['PutItem', 'UpdateItem', 5]);
  expect(row()).toMatchObject({ state: 'PENDING', chunks: 3, bpk: 'pending#09' });
  expect(chunkIds().sort()).toEqual([0, 1, 2].map((number) => `${KEY}#${row().writeId as string}#${number}`));
  expect((await loaded()).equals(LARGE)).toBe(true);
});

test("an event beyond Lambda's own limit is refused by size", async () => {
  await expect(defer(Buffer.alloc(limits.mostBytes.value + 1))).rejects.toThrow(`${limits.mostBytes.value + 1} bytes`);
  expect(events.operations).toEqual([]);
});

test.each<[string, Reply | 'lost']>([
  ['throttle', THROTTLE],
  ['failure of the service', { status: 500, body: '' }],
  ['dropped connection', 'drop'],
  ['lost acknowledgement', 'lost'],
])('after a %s the write is repeated, and there is one row', async (_, fault) => {
  events.fault = (_call, number) => (number === 0 ? fault : undefined);
  await defer();
  expect([...events.rows.items.keys()]).toEqual([KEY]);
});

test.each([0, 1, 2, 3, 4])('of a large event call %d may lose its acknowledgement', async (lost) => {
  events.fault = (_call, number) => (number === lost ? 'lost' : undefined);
  await defer(LARGE);
  expect(row().state).toBe('PENDING');
  expect((await loaded()).equals(LARGE)).toBe(true);
});

test.each([
  ['denied', DENIED, 'AccessDeniedException: no dynamodb:PutItem'],
  ['missing', { status: 400, body: { __type: 'ResourceNotFoundException', message: 'no table' } }, 'ResourceNotFoundException: no table'],
])('a table that is %s is said at once', async (_, reply, cause) => {
  events.fault = () => reply;
  await expect(defer()).rejects.toThrow(cause);
  expect(events.operations).toHaveLength(1);
});

test.each<[string, Reply]>([
  ['throttles', THROTTLE],
  ['hangs', 'hang'],
])('a table that %s for ever is an error before the time is over', async (_, reply) => {
  events.fault = () => reply;
  const until = Date.now() + 700;
  await expect(defer(SMALL, 700)).rejects.toThrow('dynamodb:PutItem failed');
  expect(Date.now()).toBeLessThan(until + 500);
  expect(events.operations.length).toBeGreaterThan(1);
});

test('a writer that fails between chunks has acknowledged nothing, and its retry takes over', async () => {
  events.fault = (_call, number) => (number >= 2 ? DENIED : undefined);
  await expect(defer(LARGE)).rejects.toThrow('AccessDeniedException');
  expect(row()).toMatchObject({ state: 'WRITING', bpk: 'writing#09' });
  const { writeId } = row();
  events.fault = () => undefined;
  await defer(LARGE);
  expect(row()).toMatchObject({ state: 'PENDING', abandoned: [{ writeId, chunks: 3 }] });
  expect(row().writeId).not.toBe(writeId);
  expect((await loaded()).equals(LARGE)).toBe(true);
});

test('a writer that was taken over learns it at its commit, and does not acknowledge', async () => {
  events.fault = (call, number) => {
    if (call.operation === 'UpdateItem' && number === 4) {
      // its own commit: another attempt comes first
      events.rows.put({ ...events.rows.item(KEY)!, writeId: { S: 'other' } });
    }
    return undefined;
  };
  await expect(defer(LARGE)).rejects.toThrow('took over');
});

test('the retry of an event that is kept writes nothing', async () => {
  await defer();
  const before = events.rows.item(KEY);
  await defer();
  expect(events.rows.item(KEY)).toBe(before);
});

test('a part that is missing is damage by its number, and so are other bytes', async () => {
  await defer(LARGE);
  events.rows.items.delete(`${KEY}#${row().writeId as string}#1`);
  await expect(loaded()).rejects.toThrow('parts 1 of 3 are missing');
  events.rows.put({ pk: { S: `${KEY}#${row().writeId as string}#1` }, body: { B: 'AAAA' } } as never);
  await expect(loaded()).rejects.toThrow(/bytes that were received|cannot be unpacked/);
});

test('other bytes of the same length are damage too', async () => {
  await defer();
  events.rows.put({ ...events.rows.item(KEY)!, body: { B: Buffer.alloc(SMALL.length, 'x').toString('base64') } } as never);
  await expect(loaded()).rejects.toThrow('bytes that were received');
});
