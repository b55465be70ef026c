import { MirrorWorld, operatorOf, plannedOf, refusal, START } from './mirror-world';

let world: MirrorWorld;

beforeEach(() => {
  world = new MirrorWorld();
});

describe('a round', () => {
  test('copies both values of every window, in calls of ten names, a tenth of a second apart', async () => {
    const windows = Array.from({ length: 12 }, (_, index) => `Window${index}`);
    windows.forEach((window, index) => world.parameters.put(operatorOf(window), `off # ${index}`));
    world.parameters.put(plannedOf('Window7'), 'until 2027-06-01T00:00Z');
    const outcomes = await world.round(...windows);
    expect(outcomes.map(({ window, troubles }) => [window.window, troubles])).toEqual(windows.map((window) => [window, []]));
    expect(world.parameters.calls.map((names) => names.length)).toEqual([10, 10, 4]);
    expect(world.now - START).toBe(200);
    expect(world.item('Window11')!.operator).toEqual({ value: 'off # 11', version: 1, modified: START });
    expect(world.item('Window7')!.planned!.value).toBe('until 2027-06-01T00:00Z');
    expect(world.item('Window6')!.planned).toBeUndefined();
  });

  test('of a window that is being made does nothing, and has nothing to complain of', async () => {
    expect(await world.round('Window')).toEqual([
      { window: { stack: 'Orders', window: 'Window' }, state: undefined, troubles: [], untold: undefined },
    ]);
    expect(world.dynamodb.items.size).toBe(0);
  });

  test('says when Parameter Store was asked by the attempt that was answered', async () => {
    world.parameters.put(operatorOf('Window'), 'auto');
    world.parameters.before = (_, attempt) => {
      if (attempt < 3) {
        throw refusal('ThrottlingException');
      }
    };
    await world.round('Window');
    expect(world.item('Window')!.checkedAt).toBe(world.now);
    expect(world.now).toBeGreaterThan(START);
  });

  test('writes a newer value over an older one, and never the other way round', async () => {
    world.parameters.put(operatorOf('Window'), 'auto');
    await world.round('Window');
    world.now += 60_000;
    world.parameters.put(operatorOf('Window'), 'off');
    const stale = { value: 'auto', version: 1, modified: START };
    await world.round('Window');
    world.parameters.stored.set(operatorOf('Window'), stale);
    await world.round('Window');
    expect(world.item('Window')!.operator).toEqual({ value: 'off', version: 2, modified: START + 60_000 });
  });

  test('that comes too late for a write of another one reads again and merges', async () => {
    world.parameters.put(operatorOf('Window'), 'auto');
    await world.round('Window');
    world.now += 1000;
    let once = true;
    world.dynamodb.before = (operation) => {
      if (operation === 'PutItem' && once) {
        once = false;
        const item = world.dynamodb.item(operatorOf('Window'))!;
        const newer = { operator: { S: 'off' }, operatorVersion: { N: '2' }, operatorModified: { N: String(world.now) }, revision: { N: '2' } };
        world.dynamodb.put({ ...item, ...newer });
      }
    };
    expect((await world.round('Window'))[0]).toMatchObject({ troubles: [], state: { operator: { mode: 'off' } } });
    expect(world.item('Window')!.operator!.value).toBe('off');
    expect(world.dynamodb.item(operatorOf('Window'))!.revision).toEqual({ N: '3' });
  });

  test('takes its own write for its own when the answer was lost', async () => {
    world.parameters.put(operatorOf('Window'), 'on');
    let once = true;
    world.dynamodb.after = (operation) => {
      if (operation === 'PutItem' && once) {
        once = false;
        throw new Error('socket hang up');
      }
    };
    expect((await world.round('Window'))[0]).toMatchObject({ troubles: [], untold: undefined });
    expect(world.told).toEqual(['Opened Window']);
    expect(world.item('Window')!.announced).toBe('OPENED');
  });

  test('does not make an item again that a Delete has removed meanwhile', async () => {
    world.parameters.put(operatorOf('Window'), 'auto');
    await world.round('Window');
    world.dynamodb.before = (operation) => {
      if (operation === 'PutItem') {
        world.dynamodb.items.clear();
      }
    };
    expect((await world.round('Window'))[0]).toMatchObject({ troubles: [] });
    expect(world.dynamodb.items.size).toBe(0);
  });

  test('ends in time when others write the item again and again', async () => {
    world.parameters.put(operatorOf('Window'), 'auto');
    await world.round('Window');
    const begin = world.now;
    let revision = 100;
    world.dynamodb.before = (operation) => {
      if (operation === 'PutItem') {
        world.dynamodb.put({ ...world.dynamodb.item(operatorOf('Window'))!, revision: { N: String(revision++) } });
      }
    };
    expect((await world.round('Window'))[0].troubles).toEqual([expect.objectContaining({ cause: expect.stringContaining('others write it') })]);
    expect(world.now - begin).toBeLessThanOrEqual(50_000);
  });
});

describe("one window's trouble", () => {
  test.each([
    ['a malformed value', 'enabled', 'does not match the grammar'],
    ['a value that was deleted', undefined, 'it does not exist'],
  ])('%s keeps the last good one, is said with its fix, and keeps no other from being mirrored', async (_, bad, cause) => {
    world.parameters.put(operatorOf('Bad'), 'on # upgrade');
    await world.round('Bad', 'Good');
    world.now += 60_000;
    world.parameters.put(operatorOf('Good'), 'off');
    if (bad === undefined) {
      world.parameters.stored.delete(operatorOf('Bad'));
    } else {
      world.parameters.put(operatorOf('Bad'), bad);
    }
    const [outcome, good] = await world.round('Bad', 'Good');
    expect(outcome.troubles).toEqual([
      { parameter: operatorOf('Bad'), cause: expect.stringContaining(cause), fix: expect.stringContaining("'auto'") },
    ]);
    expect(outcome.state).toMatchObject({ operator: { mode: 'on' }, modified: START });
    expect(world.item('Bad')).toMatchObject({ operator: { value: 'on # upgrade', version: 1 }, checkedAt: world.now });
    expect(good.troubles).toEqual([]);
    expect(world.item('Good')!.operator!.value).toBe('off');
  });

  test('a malformed value of a window without an item leaves it without one, which is said', async () => {
    world.parameters.put(operatorOf('Window'), 'enabled');
    const [{ state, troubles }] = await world.round('Window');
    expect(state).toBeUndefined();
    expect(troubles).toHaveLength(1);
    expect(world.dynamodb.items.size).toBe(0);
  });

  test("a malformed planned value is complained of by its own name, and the operator's is mirrored", async () => {
    world.parameters.put(operatorOf('Window'), 'off');
    world.parameters.put(plannedOf('Window'), 'daily');
    expect((await world.round('Window'))[0].troubles).toEqual([expect.objectContaining({ parameter: plannedOf('Window') })]);
    expect(world.item('Window')!.operator!.value).toBe('off');
  });

  test('a parameter that may not be read keeps no window of its call from being read', async () => {
    ['A', 'B', 'C'].forEach((window) => world.parameters.put(operatorOf(window), 'auto'));
    world.parameters.before = (names) => {
      if (names.includes(operatorOf('B'))) {
        throw refusal('AccessDeniedException');
      }
    };
    const outcomes = await world.round('A', 'B', 'C');
    expect(outcomes.map(({ troubles }) => troubles.length)).toEqual([0, 1, 0]);
    expect(outcomes[1].troubles[0].cause).toContain('ssm:GetParameters failed, AccessDeniedException');
    expect(world.now).toBe(START);
  });

  test('an item that cannot be written keeps no other from being', async () => {
    ['A', 'B'].forEach((window) => world.parameters.put(operatorOf(window), 'on'));
    world.dynamodb.before = (_, input) => {
      if ((input.Key ?? input.Item)!.pk.S === operatorOf('A')) {
        throw refusal('AccessDeniedException');
      }
    };
    const [a, b] = await world.round('A', 'B');
    expect(a).toMatchObject({
      state: { decision: { on: true } },
      troubles: [{ parameter: operatorOf('A'), cause: expect.stringContaining('could not be written') }],
    });
    expect(b.troubles).toEqual([]);
    expect(world.item('B')).toBeDefined();
  });

  test('an item that says it is newer than Parameter Store is complained of, unless Parameter Store may just lag behind', async () => {
    world.parameters.put(operatorOf('Window'), 'auto');
    await world.round('Window');
    const later = (milliseconds: number) =>
      world.dynamodb.put({ ...world.dynamodb.item(operatorOf('Window'))!, operatorModified: { N: String(world.now + milliseconds) } });
    later(50);
    expect((await world.round('Window'))[0].troubles).toEqual([]);
    later(86_400_000);
    expect((await world.round('Window'))[0].troubles).toEqual([
      expect.objectContaining({ fix: expect.stringContaining("write the parameter's value again") }),
    ]);
  });

  test('an item that this version cannot read, and nothing replaces, is complained of', async () => {
    world.parameters.put(operatorOf('Window'), 'auto');
    await world.round('Window');
    const later = { operator: { S: 'perhaps' }, operatorModified: { N: String(world.now + 1) } };
    world.dynamodb.put({ ...world.dynamodb.item(operatorOf('Window'))!, ...later });
    const [{ state, troubles }] = await world.round('Window');
    expect(state).toBeUndefined();
    expect(troubles).toEqual([expect.objectContaining({ cause: expect.stringContaining('cannot read') })]);
  });
});

describe('services that fail', () => {
  test('throttles, failures and silence are tried again with growing pauses, as long as the round lasts', async () => {
    world.parameters.put(operatorOf('Window'), 'off');
    world.parameters.before = (_, attempt) => {
      if (attempt <= 3) {
        throw [refusal('ThrottlingException'), refusal('InternalServerError', 500), new Error('socket hang up')][attempt - 1];
      }
    };
    world.dynamodb.before = () => {
      if (world.now < START + 5_000) {
        throw refusal('ProvisionedThroughputExceededException');
      }
    };
    expect((await world.round('Window'))[0].troubles).toEqual([]);
    expect(world.item('Window')!.operator!.value).toBe('off');
  });

  test('Parameter Store throttling on and on ends with the round, and the item stays as it is', async () => {
    world.parameters.put(operatorOf('Window'), 'off');
    await world.round('Window');
    const begin = world.now;
    const item = world.dynamodb.item(operatorOf('Window'));
    world.parameters.before = () => {
      throw refusal('ThrottlingException');
    };
    const [{ state, troubles }] = await world.round('Window');
    expect(troubles).toEqual([expect.objectContaining({ cause: expect.stringContaining('ThrottlingException') })]);
    expect(state!.operator.mode).toBe('off');
    expect(world.now - begin).toBeLessThanOrEqual(50_000);
    expect(world.parameters.calls.length).toBeLessThan(25);
    expect(world.dynamodb.item(operatorOf('Window'))).toEqual(item);
  });

  test('a table that is not there is said once, and at once', async () => {
    world.parameters.put(operatorOf('Window'), 'on');
    world.dynamodb.before = () => {
      throw refusal('ResourceNotFoundException');
    };
    const [{ state, troubles }] = await world.round('Window');
    expect([state!.decision.on, troubles.length, world.now]).toEqual([true, 1, START]);
    expect(world.told).toEqual([]);
  });
});
