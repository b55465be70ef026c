import * as contract from '../../../../lambda/contract/maintenance-window/window.json';
import { parseOperator, parsePlanned, WindowValueError } from '../../../../lambda/maintenance-window/window/value';

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
