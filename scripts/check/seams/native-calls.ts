/** Whether what was called of a client's native part is what the gate wraps. */
import type { Finding } from './client';

export interface Call {
  readonly name: string;
  readonly types: readonly string[];
}

/** Arguments that the gate knows; a client may pass more, which go through. */
const ARGUMENTS: Readonly<Record<string, readonly string[]>> = { next: [], done: ['string', 'string'], error: ['string', 'string', 'string'] };

/** @param calls of a process that ran an event, and failed one */
export function judge(calls: readonly Call[]): Finding {
  for (const [method, expected] of Object.entries(ARGUMENTS)) {
    const own = calls.filter(({ name }) => name === method);
    if (own.length === 0) {
      return { moved: `the native part's ${method} was never called, expected ${signature(method, expected)}` };
    }
    const other = own.find(({ types }) => expected.some((type, index) => types[index] !== type));
    if (other) {
      return { moved: `the native part's ${signature(method, other.types)} was called, expected ${signature(method, expected)}` };
    }
  }
  const used = [...new Set(calls.map(({ name, types }) => signature(name, types)))];
  return { good: `the gate was attached, held an event and saw ${used.join(', ')}` };
}

function signature(method: string, types: readonly string[]): string {
  return `${method}(${types.join(', ')})`;
}
