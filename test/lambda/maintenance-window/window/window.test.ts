import * as contract from '../../../../lambda/contract/maintenance-window/window.json';
import { decide, guarded, nextChange, parseOperator, parsePlanned, WindowValueError } from '../../../../lambda/maintenance-window/window/window';

const ms = (iso: string | null | undefined): number | null => (typeof iso === 'string' ? Date.parse(iso) : null);
const pairs = (intervals: readonly (readonly string[])[]) => intervals.map(([start, end]) => ({ start: Date.parse(start), end: Date.parse(end) }));

function refusal(parse: () => unknown): WindowValueError {
  try {
    parse();
  } catch (error) {
    if (error instanceof WindowValueError) {
      return error;
    }
    throw error;
  }
  throw new Error('was not refused');
}

describe("the operator's value", () => {
  test.each(contract.operatorVectors.map((vector) => [vector.value.slice(0, 100), vector] as const))('%j', (_, vector) => {
    if ('error' in vector) {
      expect(refusal(() => parseOperator(vector.value)).code).toBe(vector.error);
    } else {
      const { mode, at, intervals, reason } = vector as { mode: string; at?: string; intervals: string[][]; reason: string | null };
      expect(parseOperator(vector.value)).toEqual({ mode, at: ms(at), intervals: pairs(intervals), reason });
    }
  });

  test('a refused value is shown by its first 120 characters, with the code', () => {
    const { message } = refusal(() => parseOperator('x'.repeat(500)));
    expect(message).toContain(`'${'x'.repeat(120)}'`);
    expect(message).toContain('syntax');
  });

  test('no value makes the grammar backtrack without end', () => {
    expect(refusal(() => parseOperator(`auto;${'2027-01-10T02:00Z/PT1H,'.repeat(170)}`)).code).toBe('syntax');
    expect(refusal(() => parseOperator(`auto${' '.repeat(4000)}x`)).code).toBe('syntax');
  });
});

describe('the planned value', () => {
  test.each(contract.plannedVectors.map((vector) => [vector.value, vector] as const))('%j', (_, vector) => {
    if ('error' in vector) {
      expect(refusal(() => parsePlanned(vector.value)).code).toBe(vector.error);
    } else {
      const { horizon, intervals } = vector as { horizon: string; intervals: string[][] };
      expect(parsePlanned(vector.value)).toEqual({ horizon: ms(horizon), intervals: pairs(intervals) });
    }
  });
});

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
    const modified = Date.parse(vector.operatorLastModified);
    expect(guarded(parseOperator(vector.operator), planned, modified, guard, Date.parse(vector.now))).toBe(vector.guarded);
  });

  test('of zero is off even when the last write seems to lie ahead', () => {
    expect(guarded(parseOperator('auto'), null, 2000, 0, 1000)).toBe(false);
    expect(guarded(parseOperator('auto'), null, 2000, 1, 1000)).toBe(true);
  });

  test('does not change before the next change', () => {
    for (const vector of contract.guardVectors) {
      const operator = parseOperator(vector.operator);
      const planned = vector.planned === null ? null : parsePlanned(vector.planned);
      const [guard, now, modified] = [vector.guardSeconds * 1000, Date.parse(vector.now), Date.parse(vector.operatorLastModified)];
      const next = nextChange(operator, planned, 0, modified, guard, now);
      expect(guarded(operator, planned, modified, guard, Number.isFinite(next) ? next - 1 : now + 1)).toBe(vector.guarded);
    }
  });
});
