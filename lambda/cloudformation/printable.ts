/** What of a text CloudFormation can show: it keeps its events as XML 1.0, and fails to list those of a stack that hold anything else. */
import { escapeSequence, unprintable } from '../contract/cloudformation/answer.json';
import { leavesOf } from '../json';

const ESCAPES = new RegExp(escapeSequence, 'g');
const UNPRINTABLE = new RegExp(unprintable, 'gu');
const REPLACEMENT = '\ufffd';

/** The text without colours and the like, and with a mark for what can't be shown. */
export function printable(text: string): string {
  return text.replace(ESCAPES, '').replace(UNPRINTABLE, REPLACEMENT);
}

/** The path of the first text within a value, names of members too, that can't be shown as it is; undefined without one. */
export function unprintableIn(value: unknown, path: string): string | undefined {
  for (const [leaf, where] of leavesOf(value, path)) {
    if (typeof leaf === 'string' && printable(leaf) !== leaf) {
      return printable(where);
    }
  }
  return undefined;
}
