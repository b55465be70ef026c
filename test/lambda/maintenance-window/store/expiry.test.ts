import { expiryVectors } from '../../../../lambda/contract/maintenance-window/store.json';
import { expiry } from '../../../../lambda/maintenance-window/store/expiry';

test.each(expiryVectors)(
  'a row finished at $finishedAt and kept for $keepFinished ms expires at $expiresAt',
  ({ finishedAt, keepFinished, expiresAt }) => {
    expect(expiry(finishedAt, keepFinished)).toBe(expiresAt);
  },
);

test('rows expire no earlier than they may', () => {
  expect(expiry(1_500, 10_000)).toBe(12);
});
