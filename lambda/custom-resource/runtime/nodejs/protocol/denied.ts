import { denied } from '../../../../contract/custom-resource/custom-resource.json';
import { memberOf } from '../../../../thrown';

const NAMES: ReadonlySet<unknown> = new Set(denied.names);

/** Whether AWS says that a permission is missing. */
export function isDenied(error: unknown): boolean {
  return NAMES.has(memberOf(error, 'name')) || NAMES.has(memberOf(error, 'code')) || NAMES.has(memberOf(error, 'Code'));
}
