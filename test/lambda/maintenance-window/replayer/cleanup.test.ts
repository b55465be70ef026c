import type { Item } from '../../../../lambda/maintenance-window/replayer/row';
import { requestIdOf, World } from '../state-machine/world';

const LONG = 900_000;
const DAY = 86_400_000;
const REQUEST = requestIdOf(3);
const ID = `orders#${REQUEST}`;

const sweep = (world: World) => world.simulation.run(world.replayer({ replay: 'MANUAL' }).sweep(LONG));
const chunks = (world: World) => [...world.database.items.keys()].filter((id) => id.startsWith(`${ID}#`));

function putChunks(world: World, writeId: string, count: number): void {
  for (let number = 0; number < count; number++) {
    world.database.put({ pk: { S: `${ID}#${writeId}#${number}` }, body: { B: Buffer.from('x') } });
  }
}

function writing(world: World, age: number): void {
  const at = { N: String(world.simulation.now() - age) };
  putChunks(world, 'w2', 2);
  putChunks(world, 'w1', 3);
  world.defer(REQUEST, {
    state: { S: 'WRITING' },
    bpk: { S: 'writing#09' },
    deferredAt: at,
    writeId: { S: 'w2' },
    chunks: { N: '2' },
    abandoned: { L: [{ M: { writeId: { S: 'w1' }, chunks: { N: '3' } } }] },
  });
}

function finished(world: World, state: string, changes: Item = {}): void {
  const at = { N: String(world.simulation.now() - 1000) };
  putChunks(world, 'w2', 2);
  putChunks(world, 'w1', 3);
  world.defer(REQUEST, {
    state: { S: state },
    bpk: { S: 'cleanup#09' },
    finishedAt: at,
    writeId: { S: 'w2' },
    chunks: { N: '2' },
    abandoned: { L: [{ M: { writeId: { S: 'w1' }, chunks: { N: '3' } } }] },
    ...changes,
  });
}

describe('a write that was begun and never committed', () => {
  test('is removed with its chunks, abandoned ones too, after a day', async () => {
    const world = new World();
    writing(world, DAY + 1);
    expect(await sweep(world)).toMatchObject({ unfinishedRemoved: 1 });
    expect([...world.database.items.keys()]).toEqual([]);
  });

  test('is left alone before that', async () => {
    const world = new World();
    writing(world, DAY - 60_000);
    await sweep(world);
    expect(world.state(ID)).toBe('WRITING');
    expect(chunks(world)).toHaveLength(5);
  });

  test('that is committed in the last moment keeps its chunks', async () => {
    const world = new World();
    writing(world, DAY + 1);
    world.database.before = (operation, input) => {
      if (operation === 'UpdateItem' && input.Key?.pk.S === ID && world.state(ID) === 'WRITING') {
        world.database.put({ ...world.database.item(ID)!, state: { S: 'PENDING' }, bpk: { S: 'pending#09' } });
      }
    };
    await sweep(world);
    expect(world.state(ID)).toBe('PENDING');
    expect(chunks(world)).toHaveLength(5);
  });

  test('cannot be committed once its removal has begun, and a retry that takes it over keeps its own row', async () => {
    const world = new World();
    writing(world, DAY + 1);
    world.database.after = (operation, input) => {
      if (operation === 'DeleteItem' && input.Key?.pk.S === `${ID}#w2#0`) {
        expect(world.database.item(ID)!.writeId.S).not.toBe('w2'); // what a commit by w2 asks for
        world.database.put({ ...world.database.item(ID)!, writeId: { S: 'w3' }, chunks: { N: '1' } });
        putChunks(world, 'w3', 1);
      }
    };
    await sweep(world);
    expect(world.database.item(ID)!.writeId.S).toBe('w3');
    expect(chunks(world)).toEqual([`${ID}#w3#0`]);
  });

  test('whose removal is cut off at any step is removed by a later sweep, no chunk left behind', async () => {
    for (let steps = 0; steps < 8; steps++) {
      const world = new World();
      writing(world, DAY + 1);
      let left = steps;
      world.database.before = (operation) => {
        if (['UpdateItem', 'DeleteItem'].includes(operation) && left-- <= 0) {
          throw new Error('the process is gone');
        }
      };
      await sweep(world).catch(() => undefined);
      world.database.before = () => undefined;
      await sweep(world);
      expect([...world.database.items.keys()]).toEqual([]);
    }
  });
});

describe('a finished event with chunks', () => {
  test.each(['DONE', 'DISCARDED'])('that is %s loses them, and then expires', async (state) => {
    const world = new World();
    finished(world, state);
    const finishedAt = Number(world.database.item(ID)!.finishedAt.N);
    expect(await sweep(world)).toMatchObject({ cleanedUp: 1 });
    expect(chunks(world)).toEqual([]);
    expect(world.database.item(ID)).toMatchObject({ state: { S: state }, expiresAt: { N: String(Math.ceil(finishedAt / 1000) + 1_209_600) } });
    expect(world.database.item(ID)!.bpk).toBeUndefined();
  });

  test('does not expire while a chunk could not be removed', async () => {
    const world = new World();
    finished(world, 'DONE');
    world.database.before = (operation, input) => {
      if (operation === 'DeleteItem' && input.Key?.pk.S?.endsWith('w1#2')) {
        throw new Error('throttled');
      }
    };
    await expect(sweep(world)).rejects.toThrow('remove finished chunks: Error: throttled');
    expect(world.database.item(ID)!.expiresAt).toBeUndefined();
    expect(world.database.item(ID)!.bpk).toEqual({ S: 'cleanup#09' });
    world.database.before = () => undefined;
    await sweep(world);
    expect(chunks(world)).toEqual([]);
    expect(world.database.item(ID)!.expiresAt).toBeDefined();
  });
});

test('a quarantined event keeps its chunks: an operator may requeue it', async () => {
  const world = new World();
  finished(world, 'QUARANTINED', { bpk: { S: 'quarantined#09' } });
  await sweep(world);
  expect(chunks(world)).toHaveLength(5);
});
