import * as fc from 'fast-check';

import { backoffVectors } from '../../../../lambda/contract/maintenance-window/store.json';
import { backoff } from '../../../../lambda/contract/maintenance-window/timing.json';
import { backoffDelay } from '../../../../lambda/maintenance-window/store/backoff';

describe('the back-off', () => {
  test.each(backoffVectors)('after attempt $attempt with a random number of $random is $delay ms', ({ attempt, random, delay }) => {
    expect(backoffDelay(attempt, random)).toBe(delay);
  });

  test('doubles from 30 seconds up to 15 minutes', () => {
    expect([1, 2, 3, 4, 5, 6, 7].map((failures) => backoffDelay(failures, 0.5))).toEqual([
      30_000, 60_000, 120_000, 240_000, 480_000, 900_000, 900_000,
    ]);
  });

  test('is spread by its jitter and no further', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.double({ min: 0, max: 1, noNaN: true }), (failures, random) => {
        const middle = backoffDelay(failures, 0.5);
        expect(Math.abs(backoffDelay(failures, random) - middle)).toBeLessThanOrEqual(middle * backoff.jitterShare + 1);
      }),
    );
  });
});
