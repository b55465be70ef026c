import { FUNCTIONS, laneOf, LANES, SOURCES } from '../../demo/lanes';

test('events are dealt out in turn over all sources and both functions', () => {
  const dealt = Array.from({ length: LANES.length }, (_, n) => laneOf(n));

  expect(new Set(dealt.map(({ fn, source }) => `${fn}/${source}`)).size).toBe(SOURCES.length * FUNCTIONS.length);
  expect(laneOf(LANES.length)).toEqual(laneOf(0));
});
