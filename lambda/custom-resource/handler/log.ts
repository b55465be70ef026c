import type { Mask } from './mask';

type Details = Readonly<Record<string, unknown>>;

/** One line of JSON for each call. Resolved secrets and the ResponseURL are masked, whatever they stand in. */
export interface Logger {
  debug(message: string, details?: Details): void;
  info(message: string, details?: Details): void;
  warn(message: string, details?: Details): void;
  error(message: string, details?: Details): void;
}

export type Write = (line: string) => void;

/** @param context what each line carries */
export function logger(write: Write, mask: Mask, context: Details): Logger {
  const level = (name: string) => (message: string, details: Details = {}) => {
    write(`${mask.text(line({ level: name, message, ...context, ...details }))}\n`);
  };
  return { debug: level('DEBUG'), info: level('INFO'), warn: level('WARN'), error: level('ERROR') };
}

function line(fields: Details): string {
  try {
    return JSON.stringify(fields, (_, value: unknown) => isError(value) ? shownError(value) : typeof value === 'bigint' ? String(value) : value);
  } catch (error) {
    return JSON.stringify({ level: fields.level, message: String(fields.message), unreadable: shownError(error) });
  }
}

/** Errors may come from another realm, where they are of another class. */
function isError(value: unknown): boolean {
  const { message, stack } = (value ?? {}) as Partial<Error>;
  return value instanceof Error || (typeof message === 'string' && typeof stack === 'string');
}

const DEEPEST_CAUSE = 5;

/** An error in one line: its name, message and causes. Takes anything that was thrown. */
export function shownError(error: unknown, depth = 0): string {
  try {
    const { name, message, cause, errors } = (error ?? {}) as Partial<AggregateError>;
    if (typeof message !== 'string') {
      return typeof error === 'string' ? error : JSON.stringify(error) ?? String(error);
    }
    const inner: unknown[] = [...Array.isArray(errors) ? errors : [], ...cause === undefined ? [] : [cause]];
    const own = [name, message].filter(Boolean).join(': ');
    return depth < DEEPEST_CAUSE && inner.length > 0 ? `${own} (${inner.map((each) => shownError(each, depth + 1)).join('; ')})` : own;
  } catch {
    return 'an error that can\'t be shown';
  }
}
