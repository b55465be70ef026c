import { memberOf, shownError } from '../../../../thrown';
import type { Mask } from '../protocol/mask';
import type { Logger } from '../types';

export type Write = (line: string) => void;

/** @param context what each line carries */
export function logger(write: Write, mask: Mask, context: object): Logger {
  const level =
    (name: string) =>
    (message: string, details: object = {}) => {
      const text = `${mask.text(line({ level: name, message, ...context, ...details }))}\n`;
      try {
        write(text);
      } catch {
        // User code may have replaced or closed standard output: an operation ends well without a log, not without an answer
      }
    };
  return { debug: level('DEBUG'), info: level('INFO'), warn: level('WARN'), error: level('ERROR') };
}

function line(fields: Readonly<Record<string, unknown>>): string {
  try {
    // The line itself has a message, and may have a stack
    const shown = (value: unknown) => (value !== fields && isError(value) ? shownError(value) : typeof value === 'bigint' ? String(value) : value);
    return JSON.stringify(fields, (_, value: unknown) => shown(value));
  } catch (error) {
    return JSON.stringify({ level: fields.level, message: String(fields.message), unreadable: shownError(error) });
  }
}

/** Errors may come from another realm, where they are of another class. */
function isError(value: unknown): boolean {
  return value instanceof Error || (typeof memberOf(value, 'message') === 'string' && typeof memberOf(value, 'stack') === 'string');
}
