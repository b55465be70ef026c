/** One event on its way to another function key, and what may come in between. */
import { TransactionCanceledException, TransactionConflictException } from '@aws-sdk/client-dynamodb';

import { Mover } from '../../../../lambda/maintenance-window/replayer/mover';
import { Table } from '../../../../lambda/maintenance-window/replayer/table';
import { backlogKey } from '../../../../lambda/maintenance-window/store/keys';
import { OPERATOR, requestIdOf, START, type World } from '../state-machine/world';
import { chunksOf, deferBody, LARGE, movedWorld, NEW_ARN, newId, redirect, TO } from './redirecting';

const LONG = 900_000;
const DAY = 86_400_000;

const pass = (world: World, milliseconds: number) => world.simulation.run(world.simulation.sleep(milliseconds));
const sweep = (world: World) => world.simulation.run(world.replayer({ replay: 'AUTOMATIC' }).sweep(LONG));

/** Does something once, before or after the n-th operation of a name. */
function once(world: World, when: 'before' | 'after', operation: string, work: () => void, n = 1): void {
  let seen = 0;
  world.database[when] = (name) => {
    if (name === operation && ++seen === n) {
      work();
    }
  };
}

const lost = () => {
  throw new Error('socket hang up');
};

describe('an event in chunks', () => {
  test('is copied, run once with the same bytes, and both sets of chunks are removed', async () => {
    const world = movedWorld();
    const id = deferBody(world, 1, LARGE);
    expect(await redirect(world)).toMatchObject({ redirected: 1, pending: 0 });
    expect(world.database.item(id)).toMatchObject({ state: { S: 'DISCARDED' }, bpk: { S: backlogKey('cleanup', requestIdOf(1)) } });
    expect(chunksOf(world, newId(1))).toHaveLength(2);
    await sweep(world);
    await pass(world, LONG);
    expect(world.state(newId(1))).toBe('DONE');
    expect(world.loaded.get(requestIdOf(1))).toBe(LARGE.toString());
    await sweep(world);
    expect([...chunksOf(world, id), ...chunksOf(world, newId(1))]).toEqual([]);
    expect(world.database.item(id)!.expiresAt).toBeDefined();
  });

  test('keeps its own age, though its unfinished row has that of the copy: an old event is not swept away as a write that nobody finishes', async () => {
    const world = movedWorld();
    const deferredAt = { N: String(START - 3 * DAY) };
    deferBody(world, 1, LARGE, { deferredAt });
    once(world, 'before', 'TransactWriteItems', () => {
      const unfinished = world.database.item(newId(1))!;
      expect(unfinished).toMatchObject({ state: { S: 'WRITING' }, bpk: { S: backlogKey('writing', requestIdOf(1)) } });
      expect(Number(unfinished.deferredAt.N)).toBeGreaterThanOrEqual(START);
    });
    await redirect(world);
    expect(world.database.item(newId(1))).toMatchObject({
      state: { S: 'PENDING' },
      deferredAt,
      bsk: { S: `bills#${deferredAt.N}#${requestIdOf(1)}` },
      bpk: { S: backlogKey('pending', requestIdOf(1)) },
    });
  });

  test.each([
    ['after its unfinished row', 'PutItem', 1],
    ['after a chunk', 'PutItem', 2],
    ['before the last step', 'TransactWriteItems', 1],
  ] as const)('whose redirect dies %s is whole where it was, and the next one takes over', async (_, operation, n) => {
    const world = movedWorld();
    const id = deferBody(world, 1, LARGE);
    once(world, operation === 'PutItem' ? 'after' : 'before', operation, lost, n);
    await redirect(world).catch(() => undefined);
    expect([world.state(id), world.state(newId(1))]).toEqual(['PENDING', 'WRITING']);
    const earlier = world.database.item(newId(1))!.writeId;
    expect(await redirect(world)).toMatchObject({ redirected: 1 });
    const { writeId, abandoned } = world.database.item(newId(1))!;
    expect(writeId).not.toEqual(earlier);
    expect(abandoned).toEqual({ L: [{ M: { writeId: earlier, chunks: { N: '2' } } }] });
    await sweep(world);
    await pass(world, LONG);
    expect(world.loaded.get(requestIdOf(1))).toBe(LARGE.toString());
    await sweep(world);
    expect(chunksOf(world, newId(1))).toEqual([]);
  });

  test('that was tried meanwhile is taken over as it is now', async () => {
    const world = movedWorld();
    const id = deferBody(world, 1, LARGE);
    once(world, 'before', 'TransactWriteItems', lost);
    await redirect(world).catch(() => undefined);
    world.database.put({ ...world.database.item(id)!, attempt: { N: '3' }, only: { L: [{ S: 'b' }] } });
    await redirect(world);
    expect(world.database.item(newId(1))).toMatchObject({ state: { S: 'PENDING' }, attempt: { N: '3' }, only: { L: [{ S: 'b' }] } });
  });

  test('another redirect that takes it over wins; the first one leaves it', async () => {
    const world = movedWorld();
    const id = deferBody(world, 1, LARGE);
    once(world, 'before', 'TransactWriteItems', () =>
      world.database.put({ ...world.database.item(newId(1))!, writeId: { S: 'of another' }, abandoned: { L: [] } }),
    );
    expect(await redirect(world)).toMatchObject({ redirected: 0, left: { movedOn: 1 } });
    expect([world.state(id), world.state(newId(1))]).toEqual(['PENDING', 'WRITING']);
  });

  test('of which a part is missing is refused by name, and not moved', async () => {
    const world = movedWorld();
    const id = deferBody(world, 1, LARGE);
    world.database.items.delete(`${id}#w-old#1`);
    expect(await redirect(world)).toMatchObject({
      redirected: 0,
      pending: 1,
      refused: [{ requestId: requestIdOf(1), events: 1, reason: 'of the 2 parts of its body, from 0, these are missing: 1; discard the event' }],
    });
    expect(world.state(id)).toBe('PENDING');
  });

  test('that ended and was cleaned up while it was copied has moved on', async () => {
    const world = movedWorld();
    const id = deferBody(world, 1, LARGE);
    once(world, 'after', 'PutItem', () => {
      world.database.items.delete(`${id}#w-old#1`);
      world.database.put({ ...world.database.item(id)!, state: { S: 'DONE' } });
    });
    expect(await redirect(world)).toMatchObject({ redirected: 0, left: { movedOn: 1, refused: 0 }, refused: [] });
  });

  test('for which time does not suffice is left for the next call', async () => {
    const world = movedWorld();
    const id = deferBody(world, 1, LARGE);
    const target = { accepted: true, functionArn: NEW_ARN, window: { operator: OPERATOR, cacheTtl: 1, leadTime: 0 } };
    const table = new Table(world.database as never, 't');
    const parts = { table, targets: { of: () => Promise.resolve(target) } as never, clock: world.simulation, keepFinished: 1 };
    let chunks = 0;
    expect(await new Mover(parts, TO).move(id, () => ++chunks > 1)).toEqual({ kind: 'outOfTime' });
    expect([world.state(id), world.state(newId(1))]).toEqual(['PENDING', 'WRITING']);
    expect(await new Mover(parts, TO).move(id, () => false)).toEqual({ kind: 'redirected' });
  });
});

describe.each([
  ['small', Buffer.from('{}')],
  ['in chunks', LARGE],
])('an event, %s,', (_, body) => {
  test('that is claimed in the last moment runs where it was, and nowhere else', async () => {
    const world = movedWorld();
    const id = deferBody(world, 1, body);
    once(world, 'before', 'TransactWriteItems', () =>
      world.database.put({ ...world.database.item(id)!, state: { S: 'CLAIMED' }, token: { S: 't' } }),
    );
    expect(await redirect(world)).toMatchObject({ redirected: 0, left: { movedOn: 1 } });
    expect(world.database.item(id)).toMatchObject({ state: { S: 'CLAIMED' }, token: { S: 't' } });
    expect(['WRITING', undefined]).toContain(world.state(newId(1)));
  });

  test.each([
    ['attempt', { attempt: { N: '1' } }],
    ['nextAttempt', { nextAttempt: { N: '1' } }],
  ])('that was tried and returned in the last moment is not moved as it was before: %s', async (_name, change) => {
    const world = movedWorld();
    const id = deferBody(world, 1, body);
    once(world, 'before', 'TransactWriteItems', () => world.database.put({ ...world.database.item(id)!, ...change }));
    // The next pass would take it as it is now: it ends with one that moved nothing
    expect(await redirect(world)).toMatchObject({ redirected: 0, left: { movedOn: 1 }, pending: 1 });
    expect(await redirect(world)).toMatchObject({ redirected: 1 });
    expect(world.database.item(newId(1))).toMatchObject(change);
  });

  test('whose transaction was done and its acknowledgement lost is redirected', async () => {
    const world = movedWorld();
    const id = deferBody(world, 1, body);
    once(world, 'after', 'TransactWriteItems', lost);
    expect(await redirect(world)).toMatchObject({ redirected: 1, left: { movedOn: 0 } });
    expect([world.state(id), world.state(newId(1))]).toEqual(['DISCARDED', 'PENDING']);
  });

  test('whose transaction failed before it was done is not, and the call fails', async () => {
    const world = movedWorld();
    const id = deferBody(world, 1, body);
    once(world, 'before', 'TransactWriteItems', lost);
    await expect(redirect(world)).rejects.toThrow('socket hang up');
    expect(world.state(id)).toBe('PENDING');
  });

  test.each(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'])('that meets %s is tried again', async (Code) => {
    const world = movedWorld();
    deferBody(world, 1, body);
    once(world, 'before', 'TransactWriteItems', () => {
      throw new TransactionCanceledException({ message: 'm', $metadata: {}, CancellationReasons: [{ Code: 'None' }, { Code, Message: 'busy' }] });
    });
    expect(await redirect(world)).toMatchObject({ redirected: 1 });
  });

  test('that meets nothing but conflicts is refused in the end, by what DynamoDB says', async () => {
    const world = movedWorld();
    const id = deferBody(world, 1, body);
    let tries = 0;
    world.database.before = (operation) => {
      if (operation === 'TransactWriteItems') {
        tries++;
        const CancellationReasons = [{ Code: 'None' }, { Code: 'TransactionConflict', Message: 'busy' }];
        throw new TransactionCanceledException({ message: 'm', $metadata: {}, CancellationReasons });
      }
    };
    const { refused } = await redirect(world);
    expect(refused).toEqual([
      {
        requestId: requestIdOf(1),
        events: 1,
        reason: 'DynamoDB cancelled the transaction (TransactionConflict: busy); redirect it again',
      },
    ]);
    expect([tries, world.state(id)]).toEqual([6, 'PENDING']);
  });

  test('that DynamoDB does not take at all is refused at once', async () => {
    const world = movedWorld();
    deferBody(world, 1, body);
    let tries = 0;
    world.database.before = (operation) => {
      if (operation === 'TransactWriteItems') {
        tries++;
        const CancellationReasons = [{ Code: 'ValidationError', Message: 'Item size has exceeded' }, { Code: 'None' }];
        throw new TransactionCanceledException({ message: 'm', $metadata: {}, CancellationReasons });
      }
    };
    const { refused } = await redirect(world);
    expect([tries, refused[0].reason]).toEqual([1, expect.stringContaining('(ValidationError: Item size has exceeded)')]);
  });

  test.each(['PENDING', 'DONE', 'WRITING'])(
    'whose request id the new key has already, %s, is refused by name; neither row is touched',
    async (state) => {
      const world = movedWorld();
      const id = deferBody(world, 1, body);
      const there = { pk: { S: newId(1) }, state: { S: state }, writeId: { S: 'of its own gate' } };
      world.database.put(there);
      const { refused } = await redirect(world);
      expect(refused).toEqual([
        {
          requestId: requestIdOf(1),
          events: 1,
          reason: `'bills' has a row of its request id already, '${newId(1)}' (${state}); discard the one that is not to run`,
        },
      ]);
      expect(world.database.item(newId(1))).toEqual(there);
      expect(world.state(id)).toBe('PENDING');
    },
  );

  test('that another redirect moves at the same time is moved once', async () => {
    const world = movedWorld();
    const ids = [1, 2, 3].map((number) => deferBody(world, number, body));
    const reports = await Promise.all([redirect(world), redirect(world)]);
    expect(reports.reduce((sum, { redirected }) => sum + redirected, 0)).toBeLessThanOrEqual(3);
    await redirect(world); // takes what each of the two left to the other
    expect(ids.map((id) => world.state(id))).toEqual(['DISCARDED', 'DISCARDED', 'DISCARDED']);
    expect([1, 2, 3].map((number) => world.state(newId(number)))).toEqual(['PENDING', 'PENDING', 'PENDING']);
    expect(reports.flatMap(({ refused }) => refused)).toEqual([]);
  });
});

test('an unfinished row whose acknowledgement got lost is our own', async () => {
  const world = movedWorld();
  deferBody(world, 1, LARGE);
  const { perform } = world.database;
  let done = false;
  // As the SDK does: what was not acknowledged is sent again
  world.database.perform = (operation, input) => {
    if (operation === 'PutItem' && !done) {
      done = true;
      perform.call(world.database, operation, input);
    }
    return perform.call(world.database, operation, input);
  };
  expect(await redirect(world)).toMatchObject({ redirected: 1 });
  expect(world.database.item(newId(1))).not.toHaveProperty('abandoned');
});

test("a drain that meets another's transaction goes on with the next event", async () => {
  const world = movedWorld();
  [1, 2].forEach((number) => deferBody(world, number, Buffer.from('{}')));
  await redirect(world);
  let conflicts = 0;
  world.database.before = (operation, input) => {
    if (operation === 'UpdateItem' && input.Key?.pk.S === newId(1) && conflicts++ === 0) {
      throw new TransactionConflictException({ message: 'ongoing', $metadata: {} });
    }
  };
  await sweep(world);
  await pass(world, LONG);
  expect([world.state(newId(1)), world.state(newId(2))]).toEqual(['DONE', 'DONE']);
  expect(conflicts).toBeGreaterThan(1);
});
