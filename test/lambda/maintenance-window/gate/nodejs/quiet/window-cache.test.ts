import { unreadPlannedVectors } from '../../../../../../lambda/contract/maintenance-window/window.json';
import type { Reading } from '../../../../../../lambda/maintenance-window/gate/nodejs/quiet/reading';
import { WindowCache } from '../../../../../../lambda/maintenance-window/gate/nodejs/quiet/window-cache';
import { parseOperator, parsePlanned } from '../../../../../../lambda/maintenance-window/window/value';

const START = Date.parse('2027-01-10T00:00:00Z');
const TTL = 30_000;

let now: number;
let budgets: number[];
let counted: string[];
let logged: string[];
let source: () => Reading;

const reading = (value: string, more: Partial<Reading> = {}): Reading => ({
  operator: parseOperator(value),
  version: 2,
  lastModified: 0,
  planned: null,
  ...more,
});
const failing = (cause: string) => () => {
  throw new Error(cause);
};
const cacheWith = (settings: object = {}, random = () => 0.5) =>
  new WindowCache({
    settings: { cacheTtl: TTL, leadTime: 0, duplicateCheckFor: 900_000, onWindowUnknown: 'RUN', ...settings },
    read: async (budget) => {
      budgets.push(budget);
      return source();
    },
    reporter: { count: (metric) => counted.push(metric), log: (line) => logged.push(line) },
    clock: () => now,
    random,
  });

beforeEach(() => {
  now = START;
  budgets = [];
  counted = [];
  logged = [];
  source = () => reading('auto');
});

test.each([
  [0, 24_000],
  [1, 30_000],
])('with chance %d it asks again at an age of %d ms, and not before', async (random, age) => {
  const cache = cacheWith({}, () => random);
  await cache.state(1000);
  now = START + age - 1;
  await cache.state(1000);
  expect([budgets.length, cache.isQuiet(now)]).toEqual([1, true]);
  now = START + age;
  expect(cache.isQuiet(now)).toBe(false);
  await cache.state(1000);
  expect(budgets).toHaveLength(2);
});

test('a clock that stepped back makes it ask', async () => {
  const cache = cacheWith();
  await cache.state(1000);
  now = START - 1;
  expect(cache.isQuiet(now)).toBe(false);
  await cache.state(1000);
  expect(budgets).toHaveLength(2);
});

test.each([
  ['the first', 0, 100_000, 1000],
  ['the first, with little left', 0, 2000, 500],
  ['the first, at boot', 0, Infinity, 1000],
  ['one after a freeze', 3 * TTL, 100_000, 1000],
  ['one in the course of things', 1.5 * TTL, 100_000, 300],
])('budget of a read: %s', async (_, age, remaining, expected) => {
  const cache = cacheWith();
  if (age > 0) {
    await cache.state(Infinity);
    now += age;
  }
  await cache.state(remaining);
  expect(budgets.pop()).toBe(expected);
});

test('the edges of a window are exact from a cached value', async () => {
  source = () => reading('auto;2027-01-10T00:00:10Z/PT5S # db');
  const cache = cacheWith();
  const at = async (seconds: number) => {
    now = START + seconds * 1000;
    const state = await cache.state(1000);
    return state.known && { on: state.decision.on, guarded: state.guarded, quiet: cache.isQuiet(now) };
  };
  expect(await at(0)).toEqual({ on: false, guarded: false, quiet: true });
  expect(cache.isQuiet(START + 9999)).toBe(true);
  expect(cache.isQuiet(START + 10_000)).toBe(false);
  expect(await at(10)).toEqual({ on: true, guarded: false, quiet: false });
  expect(await at(15)).toEqual({ on: false, guarded: true, quiet: false });
  expect(budgets).toHaveLength(1);
});

test('the last known value counts for ten times the TTL, then the window is unknown', async () => {
  source = () => reading('on');
  const cache = cacheWith();
  await cache.state(1000);
  source = failing('no answer');
  now = START + 10 * TTL;
  expect(await cache.state(1000)).toMatchObject({ known: true, decision: { on: true } });
  now += 1;
  expect(await cache.state(1000)).toEqual({ known: false, cause: 'no answer' });
  expect(counted).toEqual(['windowStale']);
});

test('a failure is asked again, not by every invocation, and logged once per cause', async () => {
  source = failing('refused');
  const cache = cacheWith();
  for (const milliseconds of [0, 1, 100, 300, 301]) {
    now = START + milliseconds;
    expect(await cache.state(1000)).toEqual({ known: false, cause: 'refused' });
    expect(cache.isQuiet(now)).toBe(false);
  }
  expect(budgets).toHaveLength(2);
  source = failing('deleted');
  now = START + 11_000;
  await cache.state(1000);
  source = () => reading('auto');
  now = START + 17_000;
  expect(await cache.state(1000)).toMatchObject({ known: true });
  expect(cache.isQuiet(now)).toBe(true);
  expect(logged).toEqual([
    'the maintenance window could not be read (onWindowUnknown: RUN): refused',
    'the maintenance window could not be read (onWindowUnknown: RUN): deleted',
    'the maintenance window can be read again',
  ]);
  expect(counted).toEqual(['windowStale', 'windowStale', 'windowStale']);
});

test.each([
  [0, [250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]],
  [1, [125, 250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000]],
])('failures in a row are remembered ever longer, never beyond cacheTtl: with a draw of %p', async (draw, ages) => {
  source = failing('refused');
  const cache = cacheWith({}, () => draw);
  for (const age of ages) {
    const asked = budgets.length;
    await cache.state(1000);
    expect(budgets).toHaveLength(asked + 1);
    now += age - 1;
    await cache.state(1000);
    expect(budgets).toHaveLength(asked + 1);
    now += 1;
  }
  source = () => reading('auto');
  await cache.state(1000);
  source = failing('refused');
  now += 31_000;
  await cache.state(1000);
  const asked = budgets.length;
  now += ages[0];
  await cache.state(1000);
  expect(budgets).toHaveLength(asked + 1);
});

test('a read that was begun at the start is the one that the first invocation waits for', async () => {
  const cache = cacheWith();
  cache.start();
  expect(await cache.state(1000)).toMatchObject({ known: true });
  expect(budgets).toEqual([1000]);
});

test('a read that failed because the environment was frozen says nothing: the next invocation asks again', async () => {
  let fail: (error: Error) => void;
  const begun = new Promise<Reading>((_, reject) => {
    fail = reject;
  });
  const reads = [() => begun, async () => reading('on')];
  const cache = new WindowCache({
    settings: { cacheTtl: TTL, leadTime: 0, duplicateCheckFor: 900_000, onWindowUnknown: 'RUN' },
    read: () => reads.shift()!(),
    reporter: { count: (metric) => counted.push(metric), log: (line) => logged.push(line) },
    clock: () => now,
  });
  cache.start();
  now += 3_600_000; // thawed: the connection is dead
  fail!(new Error('socket hang up'));
  expect(await cache.state(60_000)).toMatchObject({ known: true, decision: { on: true } });
});

describe('a planned value that is expected and cannot be read', () => {
  const planned = parsePlanned('until 2027-06-01T00:00Z;2027-01-09T23:00Z/PT4H');

  test('counts as it was last known', async () => {
    source = () => reading('auto', { planned });
    const cache = cacheWith();
    await cache.state(1000);
    source = () => reading('auto', { plannedFailure: 'deleted' });
    now += 2 * TTL;
    expect(await cache.state(1000)).toMatchObject({ known: true, decision: { on: true } });
    expect(counted).toEqual(['windowStale']);
  });

  test.each(unreadPlannedVectors.map((vector) => [vector.name, vector] as const))('and never was: %s', async (_, vector) => {
    now = Date.parse(vector.now);
    source = () => reading(vector.operator, { plannedFailure: 'deleted' });
    const cache = cacheWith();
    const state = await cache.state(1000);
    expect(state).toMatchObject(vector.known ? { known: true, decision: { on: vector.on } } : { known: false, cause: 'deleted' });
    expect(cache.isQuiet(now)).toBe(vector.known && !vector.on);
    expect(counted).toEqual(['windowStale']);
  });

  test('past its horizon it counts as empty, and somebody is told', async () => {
    source = () => reading('auto', { planned: parsePlanned('until 2027-01-10T00:00Z;2027-01-09T23:00Z/PT4H') });
    expect(await cacheWith().state(1000)).toMatchObject({ known: true, decision: { on: false, plannedStale: true } });
    expect(counted).toEqual(['windowStale']);
  });
});

test("a newer value of the operator's is not lost to an older one that is read after it", async () => {
  source = () => reading('on', { version: 8, lastModified: START - 1000 });
  const cache = cacheWith();
  await cache.state(1000);
  now = START + TTL;
  source = () => reading('auto', { version: 7, lastModified: START - 60_000, stale: 'the mirror is old' });
  expect(await cache.state(1000)).toMatchObject({ known: true, decision: { on: true }, version: 8 });
  expect(counted).toEqual(['windowStale']);
});

test('a parameter that was made again counts, although its version is lower', async () => {
  source = () => reading('on', { version: 40, lastModified: START - 60_000 });
  const cache = cacheWith();
  await cache.state(1000);
  now = START + TTL;
  source = () => reading('auto', { version: 1, lastModified: START - 1000 });
  expect(await cache.state(1000)).toMatchObject({ known: true, decision: { on: false }, version: 1 });
});

test('a value that may be out of date counts, is counted each time and said once', async () => {
  source = () => reading('on', { stale: 'the mirror was last checked long ago' });
  const cache = cacheWith();
  for (now = START; now < START + 4 * TTL; now += TTL) {
    expect(await cache.state(1000)).toMatchObject({ known: true, decision: { on: true } });
  }
  expect(counted).toEqual(Array(4).fill('windowStale'));
  expect(logged).toEqual([expect.stringContaining('the mirror was last checked long ago')]);
});

test('what keeps the mirror from being read is counted each time and said once, although the value is fresh', async () => {
  const cache = cacheWith();
  for (const mirrorFailure of ['denied', 'denied', undefined, 'denied']) {
    source = () => reading('auto', { mirrorFailure });
    await cache.state(1000);
    now += TTL;
  }
  expect(counted).toEqual(Array(3).fill('windowStale'));
  expect(logged).toEqual(Array(2).fill('the mirror of the maintenance window could not be read, so Parameter Store was asked: denied'));
});
