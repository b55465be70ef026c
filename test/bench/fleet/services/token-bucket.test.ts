import { TokenBucket } from '../../../../bench/fleet/services/token-bucket';

let now: number;
const bucket = () => new TokenBucket(40, 40, () => now);
const taken = (from: TokenBucket, times: number) => Array.from({ length: times }, () => from.take(1)).filter(Boolean).length;

beforeEach(() => {
  now = 0;
});

test('a burst gets what was saved up, and no more', () => {
  expect(taken(bucket(), 100)).toBe(40);
});

test('it fills at its rate, up to its capacity', () => {
  const one = bucket();
  taken(one, 100);
  now += 250;
  expect(taken(one, 100)).toBe(10);
  now += 60_000;
  expect(taken(one, 100)).toBe(40);
});

test('what is refused takes nothing', () => {
  const one = bucket();
  expect([one.take(41), one.take(40)]).toEqual([false, true]);
});
