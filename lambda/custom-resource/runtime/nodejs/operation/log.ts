import { memberOf, shownError } from '../../../../thrown';
import type { Mask } from '../protocol/mask';
import type { Logger } from '../types';

export type Write = (line: string) => void;

/** @param context what each line carries */
export function logger(write: Write, mask: Mask, context: object): Logger {
  const level =
    (name: string) =>
    (message: string, details: object = {}) => {
      write(`${mask.text(line({ level: name, message, ...context, ...details }))}\n`);
    };
  return { debug: level('DEBUG'), info: level('INFO'), warn: level('WARN'), error: level('ERROR') };
}

function line(fields: Readonly<Record<string, unknown>>): string {
  try {
    return JSON.stringify(fields, (_, value: unknown) => (isError(value) ? shownError(value) : typeof value === 'bigint' ? String(value) : value));
  } catch (error) {
    return JSON.stringify({ level: fields.level, message: String(fields.message), unreadable: shownError(error) });
  }
}

/** Errors may come from another realm, where they are of another class. */
function isError(value: unknown): boolean {
  return value instanceof Error || (typeof memberOf(value, 'message') === 'string' && typeof memberOf(value, 'stack') === 'string');
}
