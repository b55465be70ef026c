import { transient } from '../../contract/custom-resource.json';

const NAMES: ReadonlySet<string> = new Set(transient.names);
const CODES: ReadonlySet<string> = new Set(transient.codes);
const DEEPEST_CAUSE = 5;

/** Whether an error of a poll may go away by itself: throttling, a server's 5xx, the network. */
export function isTransient(error: unknown, depth = 0): boolean {
  if (typeof error !== 'object' || error === null || depth > DEEPEST_CAUSE) {
    return false;
  }
  const { name, code, status, statusCode, $metadata, cause } = error as Record<string, unknown>;
  return NAMES.has(String(name)) || NAMES.has(String(code)) || CODES.has(String(code))
    || [status, statusCode, ($metadata as Record<string, unknown> | undefined)?.httpStatusCode].some((http) => http === 429 || (typeof http === 'number' && http >= 500 && http < 600))
    || isTransient(cause, depth + 1);
}
