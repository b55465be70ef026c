import { attributes, mostBytes, readVectors } from '../../../../lambda/contract/maintenance-window/mirror.json';
import { bytesOf, type Item, itemOf, readItem } from '../../../../lambda/maintenance-window/mirror/item';
import type { Mirrored } from '../../../../lambda/maintenance-window/mirror/mirrored';
import { parsePlanned } from '../../../../lambda/maintenance-window/window/value';

const NAME = '/cdk-patient-lambda/windows/s/w/operator';
const NOW = Date.parse('2027-01-10T03:00:00Z');
const DAY = 86_400_000;

const MIRRORED: Mirrored = {
  operator: { value: 'on # db', version: 7, modified: 1_799_546_400_123 },
  planned: { value: 'until 2027-06-01T00:00Z;2027-01-10T02:00Z/PT4H', version: 3, modified: 1_799_546_400_000 },
  checkedAt: NOW,
  announced: 'OPENED',
};

describe('an item', () => {
  test('has the attributes of the contract and no other', () => {
    expect(Object.keys(itemOf(NAME, MIRRORED, undefined, NOW)).sort()).toEqual(Object.keys(attributes).sort());
  });

  test('is read as it was written', () => {
    expect(readItem(itemOf(NAME, MIRRORED, undefined, NOW))).toEqual(MIRRORED);
    const least: Mirrored = { operator: MIRRORED.operator, checkedAt: NOW };
    expect(readItem(itemOf(NAME, least, undefined, NOW))).toEqual({ ...least, planned: undefined, announced: undefined });
  });

  test.each(readVectors.flatMap((vector) => ('read' in vector ? [vector] : [])))('is read by the planner as by a gate: $name', ({ item, read }) => {
    const { operator, checkedAt } = readItem(item as unknown as Item);
    expect(operator).toEqual({ value: read!.operator, version: read!.version, modified: Date.parse(read!.lastModified) });
    expect(checkedAt).toBe(Date.parse(read!.checkedAt));
  });

  test('raises the revision, from whatever was there', () => {
    const revisionAfter = (found: Item | undefined) => itemOf(NAME, MIRRORED, found, NOW).revision;
    expect(revisionAfter(undefined)).toEqual({ N: '1' });
    expect(revisionAfter({ revision: { N: '41' } })).toEqual({ N: '42' });
    expect(revisionAfter({ revision: { S: 'damaged' } })).toEqual({ N: '1' });
  });

  test('loses its planned value with the parameter, and keeps what a later version wrote', () => {
    const found = { ...itemOf(NAME, MIRRORED, undefined, NOW), later: { S: 'x' } };
    const { planned, ...without } = MIRRORED;
    expect(planned).toBeDefined();
    const item = itemOf(NAME, without, found, NOW);
    expect(Object.keys(item).filter((name) => name.startsWith('planned'))).toEqual([]);
    expect(item.later).toEqual({ S: 'x' });
  });

  test.each(['operator', 'operatorVersion', 'operatorModified'])('without %s has no value of the operator', (missing) => {
    const item = { ...itemOf(NAME, MIRRORED, undefined, NOW), [missing]: {} };
    expect(readItem(item)).toEqual({ ...MIRRORED, operator: undefined });
  });

  test.each([{ S: 'now' }, { N: 'NaN' }, { N: '1.5' }, { N: '' }])('whose times are no numbers has no such part: %j', (damaged) => {
    const item = { ...itemOf(NAME, MIRRORED, undefined, NOW), plannedModified: damaged, checkedAt: damaged, announced: { S: 'later' } };
    expect(readItem(item)).toEqual({ operator: MIRRORED.operator });
  });
});

describe('the size of an item', () => {
  test('counts names and texts in UTF-8, and numbers no shorter than DynamoDB does', () => {
    expect(bytesOf({ größe: { S: 'ä€' } })).toBe(7 + 5);
    expect(bytesOf({ n: { N: '1799546400123' } })).toBeGreaterThanOrEqual(1 + 8);
  });

  /** So many daily intervals, from a day before now on. */
  function daily(count: number): string {
    const starts = Array.from({ length: count }, (_, day) => new Date(NOW + (day - 1) * DAY).toISOString().slice(0, 16));
    return `until 2040-01-01T00:00Z;${starts.map((start) => `${start}Z/PT4H`).join(',')}`;
  }

  const withValues = (operator: string, planned: string): Mirrored => ({
    ...MIRRORED,
    operator: { ...MIRRORED.operator, value: operator },
    planned: { ...MIRRORED.planned!, value: planned },
  });

  test('is at most what a read unit takes, and the planned value is whole up to its horizon', () => {
    const whole = daily(175);
    const item = itemOf(NAME, withValues('auto', whole), undefined, NOW);
    expect(bytesOf(item)).toBeLessThanOrEqual(mostBytes.value);
    expect(bytesOf(item)).toBeGreaterThan(mostBytes.value - 60);
    const { horizon, intervals } = parsePlanned((item.planned as { S: string }).S);
    const all = parsePlanned(whole).intervals;
    expect(intervals).toEqual(all.slice(0, intervals.length));
    expect(horizon).toBe(all[intervals.length].start);
  });

  test('is exceeded rather than cutting what has begun or begins within a day', () => {
    const operator = `auto;${Array.from({ length: 172 }, () => '2027-01-10T02:00Z/PT4H').join(',')}`;
    const item = itemOf(NAME, withValues(operator, daily(175)), undefined, NOW);
    const { horizon, intervals } = parsePlanned((item.planned as { S: string }).S);
    expect(intervals.map(({ start }) => start)).toEqual([NOW - DAY, NOW]);
    expect(horizon).toBe(NOW + DAY);
  });
});
