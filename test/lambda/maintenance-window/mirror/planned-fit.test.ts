import { fittingPlanned } from '../../../../lambda/maintenance-window/mirror/planned-fit';

const NOW = Date.parse('2027-01-10T03:00:00Z');
const FAR = ['2027-02-01T02:00Z/PT4H', '2027-03-01T02:00:00+01:00/2027-03-01T06:00:00+01:00', '2027-04-01T02:00Z/P1D'];

test('a value that fits stays to the letter', () => {
  const value = `until 2027-06-01T00:00Z ; ${FAR.join(' , ')} ; of=2030`;
  expect(fittingPlanned(value, value.length, NOW)).toBe(value);
});

test('what is cut is the latest, wherever it is written, and clauses of later versions stay', () => {
  const value = `until 2027-06-01T00:00Z;${[FAR[2], FAR[0], FAR[1]].join(',')};of=2030`;
  expect(fittingPlanned(value, value.length - 1, NOW)).toBe(`until 2027-04-01T02:00Z;${FAR[0]},${FAR[1]};of=2030`);
});

test('nothing but the horizon is left when nothing fits', () => {
  expect(fittingPlanned(`until 2027-06-01T00:00Z;${FAR.join(',')}`, 10, NOW)).toBe('until 2027-02-01T02:00Z');
});

test('the horizon is never put off', () => {
  expect(fittingPlanned(`until 2027-01-20T00:00Z;${FAR.join(',')}`, 10, NOW)).toBe('until 2027-01-20T00:00Z');
});

test.each([
  ['that has ended', '2027-01-01T02:00Z/PT4H', true],
  ['that has begun', '2027-01-10T02:00Z/PT4H', true],
  ['that begins within a day', '2027-01-11T02:59:59Z/PT4H', true],
  ['that begins in a day', '2027-01-11T03:00Z/PT4H', false],
])('an interval %s is kept whatever the room', (_, interval, kept) => {
  const value = fittingPlanned(`until 2027-06-01T00:00Z;${[...FAR, interval].join(',')}`, 0, NOW);
  expect(value.includes(`;${interval}`)).toBe(kept);
});

test('a value that cannot be read is given back, for others to complain of', () => {
  expect(fittingPlanned('daily', 1, NOW)).toBe('daily');
});
