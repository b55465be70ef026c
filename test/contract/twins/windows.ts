/** What the twins are asked about values of a window. */
import fc from 'fast-check';

export interface WindowQuestion {
  readonly kind: 'window';
  readonly operator: string;
  readonly planned: string;
  readonly times: WindowTimes;
}

interface WindowTimes {
  readonly now: number;
  readonly lead: number;
  readonly guard: number;
  readonly lastModified: number;
  readonly version: number;
}

const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const HOUR = 3_600_000;
const BASE = Date.UTC(2027, 0, 10, 2);
/** Around the moments that the intervals below are made of. */
export const moment = fc.oneof(
  fc.integer({ min: -4, max: 4 }).map((hours) => BASE + hours * HOUR),
  fc.integer({ min: BASE - 5 * HOUR, max: BASE + 5 * HOUR }),
);

const timestamp = fc.oneof(
  { arbitrary: moment.map((time) => new Date(time).toISOString().replace(/\.\d+Z$/, 'Z')), weight: 6 },
  fc.constantFrom('2027-01-10T02:00+01:00', '2027-01-10T02:00:30-05:30', '2027-01-10T02:00Z', '0001-01-01T00:00Z', '9999-12-31T23:59:59Z'),
  fc.constantFrom(
    '2027-02-30T00:00Z',
    '2027-13-01T00:00Z',
    '2027-01-10T24:00Z',
    '2027-01-10T02:60Z',
    '2027-01-10T02:00+18:01',
    '2027-01-10T02:00',
    '0000-01-01T00:00Z',
  ),
);
const duration = fc.constantFrom('PT4H', 'PT30M', 'P1DT1H', 'P1D', 'PT1S', 'P', 'PT', 'PT0S', 'P1DT', 'P0D', 'PT99999H', 'P-1D', 'pt1h');
const interval = fc
  .tuple(timestamp, fc.oneof(timestamp, duration), fc.constantFrom('/', ' / ', '/ '))
  .map(([from, to, slash]) => `${from}${slash}${to}`);
const intervals = fc.array(interval, { minLength: 1, maxLength: 3 }).map((list) => list.join(', '));
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

export const operator = fc
  .tuple(
    fc.oneof(
      fc.constantFrom('auto', 'on', 'off'),
      fc.tuple(fc.constantFrom('on-until', 'off-until'), timestamp).map((parts) => parts.join(' ')),
    ),
    optional(intervals),
    optional(text),
  )
  .map(([mode, list, reason]) => `${mode}${list === undefined ? '' : `; ${list}`}${reason === undefined ? '' : ` # ${reason}`}`);
export const planned = fc.tuple(timestamp, optional(intervals)).map(([horizon, list]) => `until ${horizon}${list === undefined ? '' : `; ${list}`}`);
export const times = fc.record({
  now: moment,
  lead: fc.constantFrom(0, 60_000, 2 * HOUR),
  guard: fc.constantFrom(0, 900_000, 6 * HOUR),
  lastModified: moment,
  version: fc.constantFrom(1, 2),
});
