import { backoffVectors, expiryVectors } from '../../../../lambda/contract/maintenance-window/store.json';
import { backoff } from '../../../../lambda/contract/maintenance-window/timing.json';
import { backoffDelay } from '../../../../lambda/maintenance-window/store/backoff';
import { expiry } from '../../../../lambda/maintenance-window/store/expiry';

test.each(backoffVectors)('after attempt $attempt and a random number of $random, the next is $delay ms later', ({ attempt, random, delay }) => {
  expect(backoffDelay(attempt, random)).toBe(delay);
});

test('the jitter stays within its share', () => {
  for (let attempt = 1; attempt < 9; attempt++) {
    const middle = backoffDelay(attempt, 0.5);
    for (const random of [0, 0.1, 0.9, 1]) {
      expect(Math.abs(backoffDelay(attempt, random) - middle)).toBeLessThanOrEqual(middle * backoff.jitterShare + 1);
    }
  }
});

test.each(expiryVectors)(
  'a row finished at $finishedAt and kept for $keepFinished ms expires at $expiresAt',
  ({ finishedAt, keepFinished, expiresAt }) => {
    expect(expiry(finishedAt, keepFinished)).toBe(expiresAt);
    expect(expiresAt * 1000 - finishedAt).toBeGreaterThanOrEqual(keepFinished);
  },
);
