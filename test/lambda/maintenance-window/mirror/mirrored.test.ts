import { merged, type MirroredValue } from '../../../../lambda/maintenance-window/mirror/mirrored';

const NOW = 1_800_000_000_000;

function written(value: string, modified: number, version = 1): MirroredValue {
  return { value, modified, version };
}

const OLD = written('auto', NOW - 9_000, 3);
const NEW = written('on', NOW - 5_000, 4);
const PLANNED = written('until 2027-06-01T00:00Z', NOW - 8_000);

describe("the operator's value after a read", () => {
  test('is the one that was read when there is no item', () => {
    expect(merged(undefined, { at: NOW, operator: OLD, planned: 'absent' }, NOW)).toEqual({ operator: OLD, checkedAt: NOW });
  });

  test('is the newer one, whichever that is', () => {
    expect(merged({ operator: OLD, checkedAt: 1 }, { at: NOW, operator: NEW }, NOW)!.operator).toBe(NEW);
    expect(merged({ operator: NEW, checkedAt: 1 }, { at: NOW, operator: OLD }, NOW)!.operator).toBe(NEW);
  });

  test("is Parameter Store's when both are the same write: who has changed the item by hand does not last", () => {
    expect(merged({ operator: { ...OLD, value: 'off' } }, { at: NOW, operator: OLD }, NOW)!.operator).toBe(OLD);
  });

  test('is that of a parameter that was made again, whose version is 1', () => {
    const again = written('auto', NOW - 1_000, 1);
    expect(merged({ operator: NEW }, { at: NOW, operator: again }, NOW)!.operator).toBe(again);
  });

  test('stays when the parameter is missing or malformed, which counts as checked', () => {
    expect(merged({ operator: NEW, checkedAt: NOW - 60_000 }, { at: NOW - 10 }, NOW)).toEqual({ operator: NEW, checkedAt: NOW - 10 });
  });

  test('stays as it is without an answer', () => {
    expect(merged({ operator: NEW, planned: PLANNED, checkedAt: 7, announced: 'OPENED' }, undefined, NOW)).toEqual({
      operator: NEW,
      planned: PLANNED,
      checkedAt: 7,
      announced: 'OPENED',
    });
  });

  test('is unknown when nobody ever read a good one', () => {
    expect(merged(undefined, { at: NOW }, NOW)).toBeUndefined();
    expect(merged({ checkedAt: 1, planned: PLANNED }, undefined, NOW)).toBeUndefined();
  });
});

describe('the planned value after a read', () => {
  const before = { operator: OLD, planned: PLANNED, checkedAt: NOW - 60_000 };

  test('goes when there is no planned parameter any more', () => {
    expect(merged(before, { at: NOW, operator: OLD, planned: 'absent' }, NOW)!.planned).toBeUndefined();
  });

  test('does not go by a read that began before the last one', () => {
    expect(merged(before, { at: NOW - 61_000, operator: OLD, planned: 'absent' }, NOW)!.planned).toBe(PLANNED);
  });

  test('stays when it is malformed', () => {
    expect(merged(before, { at: NOW, operator: OLD }, NOW)!.planned).toBe(PLANNED);
  });

  test('is newer on its own account, not by the operator', () => {
    const later = written('until 2027-07-01T00:00Z', NOW - 7_000, 2);
    expect(merged({ ...before, operator: NEW }, { at: NOW, operator: OLD, planned: later }, NOW)).toMatchObject({ operator: NEW, planned: later });
  });
});

describe('checkedAt', () => {
  test('never goes back', () => {
    expect(merged({ operator: OLD, checkedAt: NOW - 1 }, { at: NOW - 5, operator: OLD }, NOW)!.checkedAt).toBe(NOW - 1);
  });

  test('does not stay in the future, where nobody would find the item stale', () => {
    expect(merged({ operator: OLD, checkedAt: NOW + 1 }, { at: NOW - 5, operator: OLD }, NOW)!.checkedAt).toBe(NOW - 5);
  });
});
