import { FUNCTIONS, laneOf, LANES } from '../../demo/lanes';

test('orders are dealt out in turn over all sources of all functions; deployments have a lane of their own', () => {
  const dealt = Array.from({ length: LANES.length }, (_, n) => laneOf(n));
  const lanes = new Set(dealt.map(({ fn, source }) => `${fn}/${source}`));

  expect(lanes.size).toBe(LANES.length - 1);
  expect(lanes).toContain('StreamingOrders/direct');
  expect(lanes).not.toContain('Migrate/provider');
  for (const source of ['s3', 'sqs', 'kinesis', 'sns', 'eventbridge', 'api']) {
    expect(FUNCTIONS.filter((fn) => lanes.has(`${fn}/${source}`))).toEqual(FUNCTIONS);
  }
  expect(laneOf(lanes.size)).toEqual(laneOf(0));
});
