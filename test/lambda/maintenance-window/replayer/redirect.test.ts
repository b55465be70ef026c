import type { Clock } from '../../../../lambda/clock';
import { environment } from '../../../../lambda/contract/names.json';
import type { Mover } from '../../../../lambda/maintenance-window/replayer/mover';
import { Redirect } from '../../../../lambda/maintenance-window/replayer/redirect';
import type { Table } from '../../../../lambda/maintenance-window/replayer/table';
import { backlogKey } from '../../../../lambda/maintenance-window/store/keys';
import { awsError, FUNCTION_ARN, FUNCTION_KEY, requestIdOf, START, World } from '../state-machine/world';
import { deferBody, movedWorld, NEW_ARN, newId, redirect, TO } from './redirecting';

const NOTHING_LEFT = { refused: 0, movedOn: 0, damaged: 0, active: 0, quarantined: 0 };
const LONG = 900_000;

async function replayAll(world: World): Promise<void> {
  await world.simulation.run(world.replayer({ replay: 'MANUAL' }).replay({}, undefined, LONG));
  await world.simulation.run(world.simulation.sleep(LONG));
}

test('events that wait for a function that is gone run on one with another key', async () => {
  const world = movedWorld();
  const ids = [1, 2, 3].map((number) => world.defer(requestIdOf(number)));
  expect(await redirect(world)).toEqual({ redirected: 3, left: NOTHING_LEFT, pending: 0, ended: 'nothing left to redirect', refused: [] });
  expect(ids.map((id) => world.state(id))).toEqual(['DISCARDED', 'DISCARDED', 'DISCARDED']);
  await replayAll(world);
  expect([1, 2, 3].map((number) => world.state(newId(number)))).toEqual(['DONE', 'DONE', 'DONE']);
  expect(new Set(world.invocations.map(({ functionArn }) => functionArn))).toEqual(new Set([NEW_ARN]));
  expect([...world.runsOf.values()]).toEqual([1, 1, 1]);
});

test('the new row is the event as it was, for the new function and its window', async () => {
  const world = movedWorld();
  world.guard(NEW_ARN, {
    [environment.functionKey]: TO,
    [environment.operatorParameter]: '/w/b/operator',
    [environment.plannedParameter]: '/w/b/planned',
    [environment.cacheTtl]: '10',
    [environment.leadTime]: '60',
  });
  const waited = {
    attempt: { N: '2' },
    maxAttempt: { N: '7' },
    dispatches: { N: '3' },
    nextAttempt: { N: String(START + 600_000) },
    only: { L: [{ S: 'b' }] },
    rule: { S: 'payload:1' },
    outcome: { M: { errorType: { S: 'E' }, errorMessage: { S: 'm' } } },
    run: { S: 'run-1' },
    later: { S: 'an attribute that a later release adds' },
  };
  const kept = { clientContext: { S: '{}' }, identity: { S: 'i' }, tenantId: { S: 't' }, traceId: { S: 'x' }, reason: { S: 'db' } };
  const replaced = { functionVersion: { S: '7' }, operatorVersion: { N: '4' }, plannedParameter: { S: '/w/a/planned' }, cacheTtl: { N: '30' } };
  const id = world.defer(requestIdOf(1), { body: { B: Buffer.from('{}') }, ...waited }, { ...kept, ...replaced });
  const old = world.database.item(id)!;
  await redirect(world);
  const { run: _, ...event } = old;
  expect(world.database.item(newId(1))).toEqual({
    ...event,
    pk: { S: newId(1) },
    functionKey: { S: TO },
    redirectedFrom: { S: FUNCTION_KEY },
    target: { S: NEW_ARN },
    dispatches: { N: '0' },
    bsk: { S: `${TO}#${old.deferredAt.N}#${requestIdOf(1)}` },
    envelope: {
      M: {
        ...kept,
        sourceIds: { L: [] },
        functionArn: { S: NEW_ARN },
        operatorParameter: { S: '/w/b/operator' },
        plannedParameter: { S: '/w/b/planned' },
        cacheTtl: { N: '10' },
        leadTime: { N: '60' },
      },
    },
  });
});

test('the old row says where its event went, and expires', async () => {
  const world = movedWorld();
  const id = world.defer(requestIdOf(1));
  await redirect(world);
  expect(world.database.item(id)).toMatchObject({
    state: { S: 'DISCARDED' },
    outcome: { M: { errorType: { S: 'redirected' }, errorMessage: { S: "Waits under the function key 'bills' since an operator redirected it." } } },
    expiresAt: { N: expect.stringMatching(/^\d{10}$/) },
  });
  expect(world.database.item(id)).not.toHaveProperty('bpk');
});

test('events may be redirected again, to a third key; not back, while their discarded rows are kept', async () => {
  const world = movedWorld();
  world.defer(requestIdOf(1));
  await redirect(world);
  world.guard(FUNCTION_ARN.replace(':live', ''));
  world.guard(`${NEW_ARN}-2`, { [environment.functionKey]: 'third' });
  const again = (to: string) => world.simulation.run(world.replayer().redirect({ action: 'redirect', filter: { functionKey: TO }, to }, LONG));
  const taken = `'orders' has a row of its request id already, '${FUNCTION_KEY}#${requestIdOf(1)}' (DISCARDED); redirect it to a third key`;
  expect(await again(FUNCTION_KEY)).toMatchObject({ redirected: 0, pending: 1, refused: [{ reason: expect.stringContaining(taken) }] });
  expect(await again('third')).toMatchObject({ redirected: 1, pending: 0 });
  expect(world.database.item(`third#${requestIdOf(1)}`)).toMatchObject({ state: { S: 'PENDING' }, redirectedFrom: { S: TO } });
});

describe('which events', () => {
  test('of the function key alone, not of one that begins with it', async () => {
    const world = movedWorld();
    world.defer(requestIdOf(1));
    const other = world.defer(requestIdOf(2), { functionKey: { S: 'orders-2' }, bsk: { S: `orders-2#1#${requestIdOf(2)}` } });
    expect(await redirect(world)).toMatchObject({ redirected: 1, pending: 0 });
    expect(world.state(other)).toBe('PENDING');
  });

  test.each([
    [{ source: 'sqs' }, 1],
    [{ requestId: requestIdOf(3) }, 1],
    [{ requestId: requestIdOf(9) }, 0],
    [{}, 3],
  ])('%j', async (filter, redirected) => {
    const world = movedWorld();
    [1, 2].forEach((number) => world.defer(requestIdOf(number)));
    world.defer(requestIdOf(3), { source: { S: 'sqs' } });
    expect(await redirect(world, filter)).toMatchObject({ redirected, pending: 0 });
  });

  test('no more than maxEvents, and the next call takes the rest', async () => {
    const world = movedWorld();
    Array.from({ length: 20 }, (_, number) => world.defer(requestIdOf(number)));
    expect(await redirect(world, { maxEvents: 9 })).toMatchObject({ redirected: 9, pending: 11, ended: 'maxEvents reached' });
    expect(await redirect(world)).toMatchObject({ redirected: 11, pending: 0, ended: 'nothing left to redirect' });
  });

  test('maxEvents counts what was redirected, not what was refused or had moved on', async () => {
    const world = movedWorld();
    Array.from({ length: 6 }, (_, number) => world.defer(requestIdOf(number)));
    world.database.put({ pk: { S: newId(0) }, state: { S: 'DONE' } });
    expect(await redirect(world, { maxEvents: 5 })).toMatchObject({ redirected: 5, left: { refused: 1 } });
  });

  test('those whose next attempt is later go too; those under way and in quarantine are left and counted', async () => {
    const world = movedWorld();
    world.defer(requestIdOf(1), { nextAttempt: { N: String(START + LONG) } });
    const group = (name: 'active' | 'quarantined', number: number, state: string) =>
      world.defer(requestIdOf(number), { state: { S: state }, bpk: { S: backlogKey(name, requestIdOf(number)) } });
    const left = [group('active', 2, 'CLAIMED'), group('active', 3, 'RUNNING'), group('quarantined', 4, 'QUARANTINED')];
    expect(await redirect(world)).toMatchObject({ redirected: 1, left: { ...NOTHING_LEFT, active: 2, quarantined: 1 } });
    expect(left.map((id) => world.state(id))).toEqual(['CLAIMED', 'RUNNING', 'QUARANTINED']);
  });

  test('a damaged row is left out, named once, and does not keep the others', async () => {
    const world = movedWorld();
    const damaged = world.defer(requestIdOf(1), { envelope: { M: {} } });
    world.defer(requestIdOf(2));
    expect(await redirect(world)).toMatchObject({ redirected: 1, left: { damaged: 1 }, pending: 1 });
    expect(world.logged.filter(({ id }) => id === damaged)).toEqual([
      { message: 'row is left out', id: damaged, problem: `row '${damaged}' has no valid attribute 'envelope.functionArn'` },
    ]);
  });
});

describe('the function', () => {
  test('is taken by the alias that the events were sent to, where it has one of that name', async () => {
    const world = movedWorld();
    world.guard(`${NEW_ARN}:live`, { [environment.functionKey]: TO });
    world.defer(requestIdOf(1));
    await redirect(world);
    expect(world.database.item(newId(1))!.target).toEqual({ S: `${NEW_ARN}:live` });
  });

  test('is the old one, when that has the new key by now', async () => {
    const world = new World();
    world.guard(FUNCTION_ARN, { [environment.functionKey]: TO });
    world.defer(requestIdOf(1));
    expect(await redirect(world)).toMatchObject({ redirected: 1 });
    expect(world.database.item(newId(1))!.target).toEqual({ S: FUNCTION_ARN });
  });

  test('is looked for once for all events of one ARN', async () => {
    const world = movedWorld();
    Array.from({ length: 30 }, (_, number) => world.defer(requestIdOf(number)));
    await redirect(world);
    expect(world.looks).toEqual([FUNCTION_ARN, `${NEW_ARN}:live`, NEW_ARN]);
  });

  test.each<[string, (world: World) => void, string]>([
    ['that does not exist', (world) => world.tagged.clear(), "no function of the store carries its key 'bills'"],
    [
      'of which there are two',
      (world) => world.guard(`${NEW_ARN}-2`, { [environment.functionKey]: TO }),
      "more than one function carries its key 'bills': bills, bills-2",
    ],
    [
      'without its gate',
      (world) => world.guard(NEW_ARN, { [environment.functionKey]: TO, [environment.wrapper]: '' }),
      "bills (lacks the gate: AWS_LAMBDA_EXEC_WRAPPER is ''",
    ],
    ['that cannot be looked for', (world) => (world.refuseTags = () => awsError('AccessDeniedException', 400)), 'could not be asked: AccessDenied'],
  ])('%s is refused, and nothing is moved', async (_, change, reason) => {
    const world = movedWorld();
    change(world);
    const ids = [1, 2].map((number) => world.defer(requestIdOf(number)));
    const before = new Map(world.database.items);
    expect(await redirect(world)).toEqual({
      redirected: 0,
      left: { ...NOTHING_LEFT, refused: 2 },
      pending: 2,
      ended: 'nothing left to redirect',
      refused: [{ functionArn: FUNCTION_ARN, events: 2, reason: expect.stringContaining(reason) }],
    });
    expect(ids.map((id) => world.state(id))).toEqual(['PENDING', 'PENDING']);
    expect(world.database.items).toEqual(before);
  });

  test('of one ARN may be refused while that of another is not', async () => {
    const world = movedWorld();
    const lost = 'arn:aws:lambda:eu-west-1:000000000000:function:lost';
    world.functions.set(lost, {});
    world.defer(requestIdOf(1));
    world.defer(requestIdOf(2), {}, { functionArn: { S: lost } });
    expect(await redirect(world)).toMatchObject({ redirected: 1, refused: [{ functionArn: lost, events: 1 }], pending: 1 });
  });
});

test('events that the index lists a moment longer are neither moved again nor counted as waiting', async () => {
  const world = movedWorld();
  [1, 2].forEach((number) => world.defer(requestIdOf(number)));
  const { perform } = world.database;
  const listed = new Map<string, unknown>();
  world.database.perform = (operation, input) => {
    const group = operation === 'Query' ? input.ExpressionAttributeValues![':bpk'].S! : undefined;
    if (group === undefined) {
      return perform.call(world.database, operation, input);
    }
    listed.set(group, listed.get(group) ?? perform.call(world.database, operation, input));
    return listed.get(group);
  };
  expect(await redirect(world)).toEqual({ redirected: 2, left: NOTHING_LEFT, pending: 0, ended: 'nothing left to redirect', refused: [] });
});

test('when time is over the rest waits where it did, and is taken by the next call', async () => {
  const world = movedWorld();
  Array.from({ length: 200 }, (_, number) => world.defer(requestIdOf(number)));
  const report = await redirect(world, {}, 5300);
  expect(report.ended).toBe('out of time');
  expect(report.redirected).toBeGreaterThan(0);
  expect(report.redirected + report.pending).toBe(200);
  expect(await redirect(world)).toMatchObject({ redirected: report.pending, pending: 0 });
});

test('ends in time though no page of the index holds anything of its filter', async () => {
  let now = 0;
  const row = { id: 'orders#r', requestId: 'r', functionKey: 'orders', source: 'sns' };
  const table = {
    async *rows() {
      for (let page = 0; page < 10_000; page++) {
        now += 300;
        yield await Promise.resolve([row]);
      }
    },
  } as unknown as Table;
  const clock = { now: () => now, sleep: () => Promise.resolve() } as unknown as Clock;
  const parts = { table, clock, mover: undefined as unknown as Mover, log: () => undefined };
  expect(await new Redirect(parts, { functionKey: 'orders', source: 's3' }, LONG).redirect()).toMatchObject({ redirected: 0, ended: 'out of time' });
  expect(now).toBeLessThanOrEqual(LONG);
});

test('a store that fails in the middle fails the call, loses nothing, and the log has what was done', async () => {
  const world = movedWorld();
  Array.from({ length: 20 }, (_, number) => deferBody(world, number, Buffer.from('{}')));
  let transactions = 0;
  world.database.before = (operation) => {
    if (operation === 'TransactWriteItems' && ++transactions === 10) {
      throw awsError('ProvisionedThroughputExceededException', 400);
    }
  };
  await expect(redirect(world)).rejects.toThrow('said ProvisionedThroughputExceededException');
  const { redirected } = world.logged.find(({ message }) => message === 'redirect has ended')! as unknown as { redirected: number };
  expect(redirected).toBeGreaterThanOrEqual(8);
  expect(await redirect(world)).toMatchObject({ redirected: 20 - redirected, pending: 0 });
});

test('more refusals than an answer holds are counted', async () => {
  const world = movedWorld();
  for (let number = 0; number < 101; number++) {
    world.defer(requestIdOf(number));
    world.database.put({ pk: { S: newId(number) }, state: { S: 'DONE' } });
  }
  const { refused, left } = await redirect(world);
  expect([refused.length, left.refused]).toEqual([100, 101]);
});
