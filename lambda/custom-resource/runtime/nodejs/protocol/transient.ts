import { transient } from '../../../../contract/custom-resource/custom-resource.json';
import { memberOf } from '../../../../thrown';

const NAMES: ReadonlySet<unknown> = new Set(transient.names);
const CODES: ReadonlySet<unknown> = new Set(transient.codes);
const DEEPEST_CAUSE = 5;

/** Whether an error of a poll may go away by itself: throttling, a server's 5xx, the network. */
export function isTransient(error: unknown, depth = 0): boolean {
  if (typeof error !== 'object' || error === null || depth > DEEPEST_CAUSE) {
    return false;
  }
  const [name, code] = [memberOf(error, 'name'), memberOf(error, 'code')];
  const statuses = [memberOf(error, 'status'), memberOf(error, 'statusCode'), memberOf(memberOf(error, '$metadata'), 'httpStatusCode')];
  return NAMES.has(name) || NAMES.has(code) || CODES.has(code) || statuses.some(isServersFault) || isTransient(memberOf(error, 'cause'), depth + 1);
}

function isServersFault(status: unknown): boolean {
  return typeof status === 'number' && (status === 429 || (status >= 500 && status < 600));
}
