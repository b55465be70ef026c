/** The failure scenarios of replay, numbered as in the design's failure analysis; the gates' and the construct's are tested with them. */
import { FUNCTION_ARN, NO_MISHAPS, OPERATOR, requestIdOf, World } from '../state-machine/world';

const MINUTE = 60_000;
const LONG = 900_000;
const MANUAL = { replay: 'MANUAL' } as const;

/** Sweeps once a minute, as the schedule does. */
async function sweeps(world: World, minutes: number, settings = {}): Promise<void> {
  for (let minute = 0; minute < minutes; minute++) {
    await world.simulation.run(world.replayer(settings).sweep(LONG));
    await world.simulation.run(world.simulation.sleep(MINUTE));
  }
}

function defer(world: World, count: number): string[] {
  return Array.from({ length: count }, (_, number) => world.defer(requestIdOf(number)));
}

const states = (world: World, ids: readonly string[]) => ids.map((id) => world.state(id));

test('3: nothing starts within cacheTtl and the settle time after a window, by whichever clock', async () => {
  const world = new World();
  const [id] = defer(world, 1);
  world.setWindow('auto'); // the operator ended the window just now
  const ended = world.simulation.now();
  let sent = 0;
  world.refuse = () => {
    sent = world.simulation.now();
    return undefined;
  };
  await sweeps(world, 2);
  expect(sent).toBeGreaterThanOrEqual(ended + 35_000);
  expect(sent).toBeLessThan(ended + 40_000); // a sweep waits rather than leave it to the next one
  expect(world.state(id)).toBe('DONE');
});

test("3: the end of an interval settles like an operator's change", async () => {
  const world = new World();
  defer(world, 1);
  world.parameters[OPERATOR] = { value: 'auto;2027-01-10T05:00Z/2027-01-10T06:00Z', modified: new Date(0) };
  const report = await world.simulation.run(world.replayer().sweep(6000));
  expect(report).toMatchObject({ ended: 'out of time', waiting: [{ why: 'settling' }] });
  expect(world.invocations).toEqual([]);
});

test('4: a window that comes on while draining stops the drain; a pointer under way is returned without costing an attempt', async () => {
  const world = new World();
  const ids = defer(world, 12);
  const sweep = world.replayer({ maxConcurrency: 2 }).sweep(LONG);
  await world.simulation.until(() => world.invocations.length === 2, Infinity);
  world.setWindow('on');
  await world.simulation.run(sweep);
  await world.simulation.run(world.simulation.sleep(2 * MINUTE));
  expect(new Set(states(world, ids))).toEqual(new Set(['PENDING']));
  expect(world.invocations.length).toBeLessThanOrEqual(4); // what was sent before the value was read again
  expect(world.runsOf.size).toBe(0);
  expect(ids.map((id) => world.database.item(id)!.attempt.N)).toEqual(ids.map(() => '0'));
  world.setWindow('auto');
  await sweeps(world, 12);
  expect([...world.runsOf.values()]).toEqual(ids.map(() => 1));
});

test('4: a drain reads the window again at least every two seconds', async () => {
  const world = new World();
  defer(world, 40);
  const sweep = world.replayer({ maxConcurrency: 40, rate: 2 }).sweep(LONG);
  await world.simulation.until(() => world.invocations.length === 6, Infinity);
  world.setWindow('on');
  await world.simulation.run(sweep);
  expect(world.invocations.length).toBeLessThanOrEqual(6 + 5); // no pointer has come back by then
});

test('5: of two replayers one wins each event', async () => {
  const world = new World(2);
  const ids = defer(world, 20);
  const [a, b] = [world.replayer({ maxConcurrency: 20 }).sweep(LONG), world.replayer({ maxConcurrency: 20 }).sweep(LONG)];
  await world.simulation.run(Promise.all([a, b]));
  await sweeps(world, 3);
  expect(states(world, ids)).toEqual(ids.map(() => 'DONE'));
  expect(world.invocations).toHaveLength(20);
});

test('5: a replayer whose events another one took while their window settled ends, and does not wait for its own time to be over', async () => {
  const world = new World(2);
  const ids = defer(world, 1);
  world.setWindow('auto'); // the operator ended the window just now
  const began = world.simulation.now();
  const runs = [1, 2].map(() => world.replayer(MANUAL).replay({}, undefined, LONG));
  await world.simulation.run(Promise.all(runs));
  expect(world.simulation.now() - began).toBeLessThan(2 * MINUTE);
  expect(world.invocations).toHaveLength(1);
  await sweeps(world, 3);
  expect(states(world, ids)).toEqual(['DONE']);
});

test('6: a replayer that dies between claim and dispatch loses nothing: the claim lapses and a later sweep goes on', async () => {
  const world = new World();
  const ids = defer(world, 3);
  world.database.after = (operation, input) => {
    if (operation === 'UpdateItem' && input.UpdateExpression?.includes(':claimed')) {
      throw new Error('the process is gone');
    }
  };
  await expect(world.simulation.run(world.replayer().sweep(LONG))).rejects.toThrow('replay: Error: the process is gone');
  expect(states(world, ids)).toContain('CLAIMED');
  expect(world.invocations).toEqual([]);
  world.database.after = () => undefined;
  await sweeps(world, 20);
  expect(states(world, ids)).toEqual(ids.map(() => 'DONE'));
});

test('7: a handler that always fails gets five attempts, then its event is quarantined; the others go on', async () => {
  const world = new World(3, { ...NO_MISHAPS, handlerFails: 1 });
  const [id] = defer(world, 1);
  await sweeps(world, 30);
  expect(world.state(id)).toBe('QUARANTINED');
  expect(world.runsOf.get(requestIdOf(0))).toBe(5);
});

test("8: an event that kills its process reaches quarantine after five runs, and the alarm's metric says so", async () => {
  const world = new World(4, { ...NO_MISHAPS, runLost: 1 });
  const [id] = defer(world, 1);
  await sweeps(world, 40);
  expect(world.database.item(id)).toMatchObject({ state: { S: 'QUARANTINED' }, outcome: { M: { errorType: { S: 'RunLost' } } } });
  expect(world.runsOf.get(requestIdOf(0))).toBe(5);
  expect(world.metrics.filter(({ values }) => 'Quarantined' in values)).toEqual([{ dimension: 'orders', values: { Quarantined: 1 } }]);
  expect(world.metrics.filter(({ values }) => 'ReplayFailed' in values)).toHaveLength(5);
});

test('8: a function that never starts a run is given five pointers', async () => {
  const world = new World(5, { ...NO_MISHAPS, neverDelivered: 1 });
  const [id] = defer(world, 1);
  await sweeps(world, 90);
  expect(world.database.item(id)).toMatchObject({
    state: { S: 'QUARANTINED' },
    attempt: { N: '0' },
    outcome: { M: { errorType: { S: 'NeverStarted' } } },
  });
  expect(world.invocations).toHaveLength(5);
});

test.each([
  ['deleted', undefined, 'does not exist or may not be read'],
  ['malformed', 'auto;2027-02-30T02:00Z/PT4H', 'does not exist, or an offset beyond'],
])('9: while the parameter is %s nothing is replayed, and the report says why', async (_, value, cause) => {
  const world = new World();
  const [id] = defer(world, 1);
  world.parameters = value === undefined ? {} : { [OPERATOR]: { value, modified: new Date(0) } };
  const report = await world.simulation.run(world.replayer().sweep(LONG));
  expect(report.waiting).toEqual([
    { functionKey: 'orders', functionArn: FUNCTION_ARN, why: 'window unknown', detail: expect.stringContaining(cause) },
  ]);
  expect(report.waiting[0].detail).toContain(OPERATOR);
  expect(world.state(id)).toBe('PENDING');
});

test('18: a function that is gone is reported by name, and others are served', async () => {
  const world = new World();
  const gone = world.defer(requestIdOf(1), {}, { functionArn: { S: `${FUNCTION_ARN}-old` } });
  const alive = world.defer(requestIdOf(2));
  const report = await world.simulation.run(world.replayer().sweep(LONG));
  expect(report.waiting).toEqual([
    expect.objectContaining({ functionArn: `${FUNCTION_ARN}-old`, why: 'refused', detail: expect.stringContaining('ResourceNotFoundException') }),
  ]);
  await sweeps(world, 2);
  expect(states(world, [gone, alive])).toEqual(['PENDING', 'DONE']);
});

describe("20: a long window's backlog", () => {
  test('never has more events under way than allowed', async () => {
    const world = new World();
    const ids = defer(world, 30);
    await sweeps(world, 30, { maxConcurrency: 3 });
    expect(states(world, ids)).toEqual(ids.map(() => 'DONE'));
    expect(world.mostAtOnce).toBeLessThanOrEqual(3);
    expect(world.mostAtOnce).toBeGreaterThan(1);
  });

  test('is dispatched no faster than the rate', async () => {
    const world = new World();
    defer(world, 20);
    const from = world.simulation.now();
    await world.simulation.run(world.replayer({ rate: 1, maxConcurrency: 100 }).replay({}, undefined, LONG));
    expect(world.invocations).toHaveLength(20);
    expect(world.simulation.now() - from).toBeGreaterThanOrEqual(19_000);
  });

  test('stops when most runs fail, and goes on with one event at a time', async () => {
    const world = new World(6, { ...NO_MISHAPS, handlerFails: 1 });
    defer(world, 60);
    const report = await world.simulation.run(world.replayer({ maxConcurrency: 5 }).replay({}, undefined, LONG));
    expect(report).toMatchObject({ state: 'ACTIVE', ended: 'circuit open' });
    expect(world.invocations.length).toBeLessThan(20);
    const before = world.invocations.length;
    await world.simulation.run(world.simulation.sleep(2 * MINUTE)); // whatever was under way has ended
    world.mostAtOnce = 0;
    await world.simulation.run(world.replayer({ ...MANUAL, maxConcurrency: 5 }).sweep(LONG));
    expect(world.invocations.length).toBeGreaterThan(before);
    expect(world.mostAtOnce).toBe(1);
  });
});
