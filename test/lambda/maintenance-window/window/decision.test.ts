import * as contract from '../../../../lambda/contract/maintenance-window/window.json';
import { decide, guarded, lastOperated, nextChange } from '../../../../lambda/maintenance-window/window/decision';
import { parseOperator, parsePlanned } from '../../../../lambda/maintenance-window/window/value';

const ms = (iso: string | null | undefined): number | null => (typeof iso === 'string' ? Date.parse(iso) : null);

describe('the decision', () => {
  test.each(contract.decisionVectors.map((vector) => [vector.name, vector] as const))('%s', (_, vector) => {
    const planned = vector.planned === null ? null : parsePlanned(vector.planned);
    expect(decide(parseOperator(vector.operator), planned, vector.leadSeconds * 1000, Date.parse(vector.now))).toEqual({
      on: vector.on,
      until: ms(vector.until),
      reason: vector.reason,
      plannedStale: vector.plannedStale,
    });
  });

  test('does not change before the next change', () => {
    for (const vector of contract.decisionVectors) {
      const operator = parseOperator(vector.operator);
      const planned = vector.planned === null ? null : parsePlanned(vector.planned);
      const [lead, now] = [vector.leadSeconds * 1000, Date.parse(vector.now)];
      const next = nextChange(operator, planned, lead, 0, 0, now);
      const last = Number.isFinite(next) ? next - 1 : now + 366 * 86400_000;
      expect(next).toBeGreaterThan(now);
      expect(decide(operator, planned, lead, last).on).toBe(vector.on);
    }
  });
});

describe('the retry guard', () => {
  test.each(contract.guardVectors.map((vector) => [vector.name, vector] as const))('%s', (_, vector) => {
    const planned = vector.planned === null ? null : parsePlanned(vector.planned);
    const guard = vector.guardSeconds * 1000;
    const operator = parseOperator(vector.operator);
    const operated = lastOperated(operator, vector.operatorVersion, Date.parse(vector.operatorLastModified));
    expect(guarded(operator, planned, operated, guard, Date.parse(vector.now))).toBe(vector.guarded);
  });

  test('of zero is off even when the last write seems to lie ahead', () => {
    expect(guarded(parseOperator('auto'), null, 2000, 0, 1000)).toBe(false);
    expect(guarded(parseOperator('auto'), null, 2000, 1, 1000)).toBe(true);
  });

  test('does not change before the next change', () => {
    for (const vector of contract.guardVectors) {
      const operator = parseOperator(vector.operator);
      const planned = vector.planned === null ? null : parsePlanned(vector.planned);
      const [guard, now] = [vector.guardSeconds * 1000, Date.parse(vector.now)];
      const operated = lastOperated(operator, vector.operatorVersion, Date.parse(vector.operatorLastModified));
      const next = nextChange(operator, planned, 0, operated, guard, now);
      expect(guarded(operator, planned, operated, guard, Number.isFinite(next) ? next - 1 : now + 1)).toBe(vector.guarded);
    }
  });
});
