import { FUNCTIONS, laneOf, LANES } from '../../demo/lanes';

test('events are dealt out in turn over all sources of all functions', () => {
  const dealt = Array.from({ length: LANES.length }, (_, n) => laneOf(n));
  const lanes = new Set(dealt.map(({ fn, source }) => `${fn}/${source}`));

  expect(lanes.size).toBe(LANES.length);
  expect(lanes).toContain('StreamingOrders/direct');
  for (const source of ['s3', 'sqs', 'kinesis', 'sns', 'eventbridge', 'api']) {
    expect(FUNCTIONS.filter((fn) => lanes.has(`${fn}/${source}`))).toEqual(FUNCTIONS);
  }
  expect(laneOf(LANES.length)).toEqual(laneOf(0));
});
