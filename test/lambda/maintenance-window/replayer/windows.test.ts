import { Windows } from '../../../../lambda/maintenance-window/replayer/windows';

const HOUR = 3_600_000;
const NOW = Date.parse('2027-01-10T07:00:00Z');
const LONG_AGO = new Date('2026-01-01T00:00:00Z');
const NAMES = { operator: '/w/operator', planned: '/w/planned', cacheTtl: 30_000, leadTime: 0 };

class Store {
  now = NOW;
  reads = 0;
  values: Record<string, { value: string; modified?: Date }> = {
    '/w/operator': { value: 'auto' },
    '/w/planned': { value: 'until 2027-06-01T00:00Z' },
  };
  failure: Error | undefined;
  readonly windows = new Windows(
    {
      send: ({ input: { Names } }: { input: { Names: string[] } }) => {
        this.reads++;
        return this.failure
          ? Promise.reject(this.failure)
          : Promise.resolve({
              Parameters: Names.filter((name) => this.values[name]).map((Name) => ({
                Name,
                Value: this.values[Name].value,
                LastModifiedDate: this.values[Name].modified ?? LONG_AGO,
              })),
            });
      },
    } as never,
    { now: () => this.now, sleep: () => Promise.resolve(), alarm: () => Promise.resolve() },
  );
}

test('off since long ago is off', async () => {
  expect(await new Store().windows.stateOf(NAMES)).toEqual({ state: 'off' });
});

test.each([
  ["an operator's interval", '/w/operator', 'auto;2027-01-10T06:00Z/PT2H'],
  ['a planned interval', '/w/planned', 'until 2027-06-01T00:00Z;2027-01-10T06:00Z/PT2H'],
])('%s is on until its end', async (_, name, value) => {
  const store = new Store();
  store.values[name] = { value };
  expect(await store.windows.stateOf(NAMES)).toEqual({ state: 'on', until: NOW + HOUR });
});

test('a bare on has no end', async () => {
  const store = new Store();
  store.values['/w/operator'] = { value: 'on', modified: new Date(NOW - 2 * HOUR) };
  expect(await store.windows.stateOf(NAMES)).toEqual({ state: 'on', until: null });
});

test('a lead holds before the start', async () => {
  const store = new Store();
  store.values['/w/operator'] = { value: 'auto;2027-01-10T07:01Z/PT2H' };
  expect(await store.windows.stateOf(NAMES)).toEqual({ state: 'off' });
  expect(await store.windows.stateOf({ ...NAMES, leadTime: 60_000 })).toMatchObject({ state: 'on' });
});

test.each([
  ["an operator's interval ended", '/w/operator', 'auto;2027-01-10T06:00Z/PT1H', LONG_AGO],
  ['a planned interval ended', '/w/planned', 'until 2027-06-01T00:00Z;2027-01-10T06:00Z/PT1H', LONG_AGO],
  ['the operator wrote', '/w/operator', 'auto', new Date(NOW)],
  ['the planner took an interval back', '/w/planned', 'until 2027-06-01T00:00Z', new Date(NOW)],
])('after %s it settles for cacheTtl and five seconds', async (_, name, value, modified) => {
  const store = new Store();
  store.values[name] = { value, modified };
  expect(await store.windows.stateOf(NAMES)).toEqual({ state: 'settling' });
  store.now = NOW + 34_999;
  expect(await store.windows.stateOf(NAMES)).toEqual({ state: 'settling' });
  store.now = NOW + 35_000;
  expect(await store.windows.stateOf(NAMES)).toEqual({ state: 'off' });
});

describe('a window that cannot be read is unknown, and names', () => {
  test.each([
    ['a missing parameter', (store: Store) => delete store.values['/w/planned'], "parameter '/w/planned' does not exist"],
    [
      'a malformed value',
      (store: Store) => (store.values['/w/operator'] = { value: 'perhaps' }),
      "parameter '/w/operator' does not match the grammar (syntax): 'perhaps'",
    ],
    [
      'scenario 10, a denial',
      (store: Store) => (store.failure = Object.assign(new Error('no ssm:GetParameters'), { name: 'AccessDeniedException' })),
      'AccessDeniedException: no ssm:GetParameters',
    ],
  ])('%s', async (_, damage, cause) => {
    const store = new Store();
    damage(store);
    expect(await store.windows.stateOf(NAMES)).toEqual({ state: 'unknown', cause: expect.stringContaining(cause) });
  });
});

test('a value is read once in two seconds, for all who ask; sooner after a gate said that it is old, or when the clock steps back', async () => {
  const store = new Store();
  await Promise.all([store.windows.stateOf(NAMES), store.windows.stateOf(NAMES)]);
  store.now += 1999;
  await store.windows.stateOf(NAMES);
  expect(store.reads).toBe(1);
  store.now += 1;
  await store.windows.stateOf(NAMES);
  expect(store.reads).toBe(2);
  store.windows.forget();
  await store.windows.stateOf(NAMES);
  expect(store.reads).toBe(3);
  store.now -= 60_000;
  await store.windows.stateOf(NAMES);
  expect(store.reads).toBe(4);
});
