import { FUNCTION_ARN, NO_MISHAPS, requestIdOf, World } from '../state-machine/world';

const MINUTE = 60_000;
const LONG = 900_000;
const MANUAL = { replay: 'MANUAL' } as const;
const RULE = 'arn:aws:events:eu-west-1:000000000000:rule/every-minute';

const replay = (world: World, filter = {}, maxEvents?: number) => world.simulation.run(world.replayer(MANUAL).replay(filter, maxEvents, LONG));
const sweep = (world: World, settings: object = MANUAL) => world.simulation.run(world.replayer(settings).sweep(LONG));
const pass = (world: World, milliseconds: number) => world.simulation.run(world.simulation.sleep(milliseconds));
const runRow = (world: World, run: string) => world.database.item(`run#${run}`);

describe('a run by hand', () => {
  test('takes what its filter names and nothing else', async () => {
    const world = new World();
    const [mine, other] = [world.defer(requestIdOf(1), { source: { S: 'sqs' } }), world.defer(requestIdOf(2), { source: { S: 'sns' } })];
    await replay(world, { source: 'sqs' });
    await pass(world, LONG);
    expect([world.state(mine), world.state(other)]).toEqual(['DONE', 'PENDING']);
  });

  test.each([
    ['functionKey', { functionKey: 'bills' }, 0],
    ['functionKey', { functionKey: 'orders' }, 3],
    ['requestId', { requestId: requestIdOf(2) }, 1],
    ['nothing', {}, 3],
  ])('filters by %s: %j', async (_, filter, dispatched) => {
    const world = new World();
    [1, 2, 3].forEach((number) => world.defer(requestIdOf(number)));
    expect(await replay(world, filter)).toMatchObject({ dispatched });
  });

  test('takes up no more events than it may, by whoever goes on with it', async () => {
    const world = new World();
    const ids = [1, 2, 3, 4, 5, 6].map((number) => world.defer(requestIdOf(number)));
    const report = await replay(world, {}, 2);
    expect(report.dispatched).toBe(2);
    await pass(world, LONG);
    await sweep(world);
    expect(ids.filter((id) => world.state(id) === 'DONE')).toHaveLength(2);
    expect(world.invocations).toHaveLength(2);
    expect(runRow(world, report.run)).toMatchObject({ state: { S: 'FINISHED' }, taken: { N: '2' } });
  });

  test('goes on with its own failed events until they have ended, then finishes', async () => {
    const world = new World(7, { ...NO_MISHAPS, handlerFails: 1 });
    const id = world.defer(requestIdOf(1));
    const { run, state } = await replay(world);
    expect(state).toBe('ACTIVE');
    for (let minute = 0; minute < 30 && world.state(id) !== 'QUARANTINED'; minute++) {
      await pass(world, MINUTE);
      await sweep(world);
    }
    expect(world.state(id)).toBe('QUARANTINED');
    await sweep(world);
    expect(runRow(world, run)).toMatchObject({ state: { S: 'FINISHED' }, dispatched: { N: '5' } });
    expect(runRow(world, run)!.bpk).toBeUndefined();
    expect(runRow(world, run)!.expiresAt).toBeDefined();
  });

  test('does not take events that were deferred after it was started', async () => {
    const world = new World();
    world.setWindow('on');
    world.defer(requestIdOf(1));
    await replay(world);
    await pass(world, 60 * MINUTE);
    const late = world.defer(requestIdOf(2));
    world.setWindow('auto');
    await pass(world, MINUTE);
    await sweep(world);
    await pass(world, MINUTE);
    await sweep(world);
    expect([world.state('orders#' + requestIdOf(1)), world.state(late)]).toEqual(['DONE', 'PENDING']);
  });

  test('that finds nothing finishes at once', async () => {
    const world = new World();
    expect(await replay(world)).toMatchObject({ state: 'FINISHED', dispatched: 0, pending: 0 });
  });

  test('is written before anything is claimed for it', async () => {
    const world = new World();
    world.defer(requestIdOf(1));
    world.database.before = (operation) => {
      if (operation === 'PutItem') {
        throw new Error('no more writes');
      }
    };
    await expect(replay(world)).rejects.toThrow('no more writes');
    expect(world.state('orders#' + requestIdOf(1))).toBe('PENDING');
  });
});

describe('a sweep', () => {
  test('starts no run in manual mode', async () => {
    const world = new World();
    const id = world.defer(requestIdOf(1));
    expect(await sweep(world)).toMatchObject({ runs: [], backlog: 1 });
    expect(world.state(id)).toBe('PENDING');
  });

  test('starts a run in automatic mode, and none when nothing is due', async () => {
    const world = new World();
    expect(await sweep(world, {})).toMatchObject({ runs: [] });
    world.defer(requestIdOf(1));
    expect(await sweep(world, {})).toMatchObject({ runs: [{ dispatched: 1 }] });
    expect([...world.database.items.keys()].filter((id) => id.startsWith('run#'))).toHaveLength(1);
  });

  test('starts no second automatic run beside one that is not finished', async () => {
    const world = new World(1, { ...NO_MISHAPS, handlerFails: 1 });
    world.defer(requestIdOf(1));
    for (let minute = 0; minute < 5; minute++) {
      await sweep(world, {});
      await pass(world, MINUTE);
    }
    expect([...world.database.items.keys()].filter((id) => id.startsWith('run#'))).toHaveLength(1);
  });

  test('whose one step fails does the others, and says which failed', async () => {
    const world = new World();
    world.defer(requestIdOf(1));
    world.database.before = (operation, input) => {
      if (operation === 'Query' && input.ExpressionAttributeValues?.[':bpk'].S?.startsWith('cleanup')) {
        throw new Error('throttled');
      }
    };
    await expect(sweep(world, {})).rejects.toThrow('sweep failed in part: remove finished chunks: Error: throttled');
    expect(world.invocations).toHaveLength(1);
  });

  test('leaves a damaged row out, says so, and serves the others', async () => {
    const world = new World();
    const damaged = world.defer(requestIdOf(1), { requestId: { N: '7' } });
    const fine = world.defer(requestIdOf(2));
    await sweep(world, {});
    await pass(world, 2 * MINUTE);
    expect([world.state(damaged), world.state(fine)]).toEqual(['PENDING', 'DONE']);
    expect(world.logged).toContainEqual({ message: 'row is left out', problem: `row '${damaged}' has no valid attribute 'requestId'` });
  });

  test('publishes the backlog and its age', async () => {
    const world = new World();
    world.defer(requestIdOf(1));
    world.setWindow('on');
    await pass(world, 10 * MINUTE);
    await sweep(world);
    const [{ dimension, values }] = world.metrics;
    expect(dimension).toBe('Store');
    expect(values.Backlog).toBe(1);
    expect(values.BacklogAge).toBeGreaterThanOrEqual(11 * 60);
    expect(values.BacklogAge).toBeLessThan(12 * 60);
  });

  test('publishes zeros when nothing waits', async () => {
    const world = new World();
    await sweep(world);
    expect(world.metrics).toEqual([
      { dimension: 'Store', values: { Backlog: 0, BacklogAge: 0 } },
      { dimension: 'Store', values: { Orphaned: 0 } },
    ]);
  });
});

describe('scheduled ticks', () => {
  const tick = (world: World, number: number, minutesAgo: number, attributes: object = {}, envelope: object = {}) => {
    const at = { N: String(world.simulation.now() - minutesAgo * MINUTE) };
    return world.defer(requestIdOf(number), { source: { S: 'scheduled' }, rule: { S: RULE }, deferredAt: at, ...attributes }, envelope as never);
  };

  test('of one rule are coalesced: the newest runs, the others are discarded', async () => {
    const world = new World();
    const ids = [5, 4, 3, 2, 1].map((minutesAgo, number) => tick(world, number, minutesAgo));
    const report = await replay(world);
    await pass(world, 2 * MINUTE);
    expect(ids.map((id) => world.state(id))).toEqual(['DISCARDED', 'DISCARDED', 'DISCARDED', 'DISCARDED', 'DONE']);
    expect(world.database.item(ids[0])).toMatchObject({ outcome: { M: { errorType: { S: 'coalesced' } } } });
    expect(report).toMatchObject({ dispatched: 1, coalesced: 4 });
  });

  test('of two rules, or of two aliases, or of none that is known, are not', async () => {
    const world = new World();
    const other = FUNCTION_ARN.replace(':live', ':blue');
    world.guard(other);
    const ids = [
      tick(world, 1, 3),
      tick(world, 2, 2, { rule: { S: 'another rule' } }),
      tick(world, 3, 1, {}, { functionArn: { S: other } }),
      world.defer(requestIdOf(4), { source: { S: 'scheduled' } }),
      world.defer(requestIdOf(5), { source: { S: 'scheduled' } }),
    ];
    await replay(world);
    await pass(world, 2 * MINUTE);
    expect(ids.map((id) => world.state(id))).toEqual(ids.map(() => 'DONE'));
  });

  test('known by their input, and events of the same payload, are coalesced each for itself; others beside them all run', async () => {
    const world = new World();
    const [input, payload] = ['input:1a', 'payload:1a'].map((rule) => ({ rule: { S: rule } }));
    const direct = { source: { S: 'direct' }, ...payload };
    const ids = [
      tick(world, 1, 6),
      tick(world, 2, 5),
      tick(world, 3, 4, input),
      tick(world, 4, 3, input),
      tick(world, 5, 2, direct),
      tick(world, 6, 1, direct),
      world.defer(requestIdOf(7), { source: { S: 'direct' } }),
      world.defer(requestIdOf(8), { source: { S: 'direct' } }),
      world.defer(requestIdOf(9), { source: { S: 's3' } }),
    ];
    expect(await replay(world)).toMatchObject({ coalesced: 3 });
    await pass(world, LONG);
    expect(ids.map((id) => world.state(id))).toEqual(['DISCARDED', 'DONE', 'DISCARDED', 'DONE', 'DISCARDED', 'DONE', 'DONE', 'DONE', 'DONE']);
  });

  test('do not stand aside for one that the index lists and an operator has discarded', async () => {
    const world = new World();
    const older = tick(world, 1, 2);
    tick(world, 2, 1, { state: { S: 'DISCARDED' } });
    await replay(world);
    await pass(world, 2 * MINUTE);
    expect(world.state(older)).toBe('DONE');
  });

  test('that fail are tried again as any event', async () => {
    const world = new World(7, { ...NO_MISHAPS, handlerFails: 1 });
    const [older, newest] = [2, 1].map((minutesAgo, number) => tick(world, number, minutesAgo, { rule: { S: 'input:1a' } }));
    await replay(world);
    for (let minute = 0; minute < 30 && world.state(newest) !== 'QUARANTINED'; minute++) {
      await pass(world, MINUTE);
      await sweep(world);
    }
    expect([world.state(older), world.state(newest)]).toEqual(['DISCARDED', 'QUARANTINED']);
  });

  test('are not discarded while the window is on', async () => {
    const world = new World();
    world.setWindow('on');
    const ids = [2, 1].map((minutesAgo, number) => tick(world, number, minutesAgo));
    await replay(world);
    expect(ids.map((id) => world.state(id))).toEqual(['PENDING', 'PENDING']);
  });

  test('racing replayers discard all but one', async () => {
    const world = new World(9);
    const ids = [5, 4, 3, 2, 1].map((minutesAgo, number) => tick(world, number, minutesAgo));
    await world.simulation.run(Promise.all([world.replayer().sweep(LONG), world.replayer().sweep(LONG)]));
    await pass(world, 2 * MINUTE);
    expect(ids.map((id) => world.state(id))).toEqual(['DISCARDED', 'DISCARDED', 'DISCARDED', 'DISCARDED', 'DONE']);
  });
});
