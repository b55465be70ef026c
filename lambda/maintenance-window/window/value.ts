/** The window's value: the grammar of both parameters' text, and what it says. Grammar and vectors: lambda/contract/maintenance-window/window.json. */
import { allowedPattern, errorCodes, mostCharacters } from '../../contract/maintenance-window/window.json';

/** Half-open: a moment t is inside when start <= t < end. Epoch milliseconds. */
export interface Interval {
  readonly start: number;
  readonly end: number;
}

export type OperatorMode = 'auto' | 'on' | 'off' | 'on-until' | 'off-until';

/** What the operator's parameter says. */
export interface OperatorValue {
  readonly mode: OperatorMode;
  /** Epoch milliseconds; null unless the mode is `on-until` or `off-until`. */
  readonly at: number | null;
  readonly intervals: readonly Interval[];
  readonly reason: string | null;
}

/** What the planned parameter says. */
export interface PlannedValue {
  /** Epoch milliseconds from which on the value counts as empty, because nobody has planned that far. */
  readonly horizon: number;
  readonly intervals: readonly Interval[];
}

export type WindowErrorCode = keyof typeof errorCodes;

/** Characters of a refused value that an error shows. */
const SHOWN_CHARACTERS = 120;

/** A parameter's value that cannot be read. */
export class WindowValueError extends Error {
  constructor(
    readonly code: WindowErrorCode,
    readonly value: string,
  ) {
    super(`${errorCodes[code]} (${code}): '${[...value].slice(0, SHOWN_CHARACTERS).join('')}'`);
    this.name = 'WindowValueError';
  }
}

const OPERATOR = new RegExp(allowedPattern.operator, 'u');
const PLANNED = new RegExp(allowedPattern.planned, 'u');
const TIMESTAMP = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d))?(?:Z|([+-])(\d\d):(\d\d))$/;
const DURATION = /^P(?:(\d+)D)?(T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Minutes; ISO 8601 and java.time agree on +-18:00. */
const MOST_OFFSET = 18 * 60;

/**
 * Reads the operator's parameter.
 *
 * @throws WindowValueError naming the code and the value's first 120 characters
 */
export function parseOperator(value: string): OperatorValue {
  const text = checked(value, OPERATOR);
  const hash = text.indexOf('#');
  const [head, list] = parts(hash < 0 ? text : text.slice(0, hash));
  const [mode, at] = halves(head, ' ');
  return {
    mode: mode as OperatorMode,
    at: at === null ? null : timestamp(at, value),
    intervals: intervals(list, value),
    reason: hash < 0 ? null : withoutSpaces(text.slice(hash + 1)),
  };
}

/**
 * Reads the planned parameter.
 *
 * @throws WindowValueError naming the code and the value's first 120 characters
 */
export function parsePlanned(value: string): PlannedValue {
  const [head, list] = parts(checked(value, PLANNED));
  return { horizon: timestamp(head.slice('until '.length), value), intervals: intervals(list, value) };
}

/** Spaces alone: the grammar knows no other blank, and a reason may begin with one that is not a space. */
function withoutSpaces(text: string): string {
  return text.replace(/^ +| +$/g, '');
}

function checked(value: string, pattern: RegExp): string {
  if (value.length > mostCharacters.value) {
    throw new WindowValueError('length', value);
  }
  const text = withoutSpaces(value);
  if (!pattern.test(text)) {
    throw new WindowValueError('syntax', value);
  }
  return text;
}

/** What stands before the first `;`, and the intervals, if any. What follows are clauses, all of them of a later version. */
function parts(text: string): [head: string, list: string | null] {
  const [head, list = null] = text.split(';');
  return [head.trim(), list === null || list.includes('=') ? null : list.trim()];
}

function halves(text: string, separator: string): [string, string | null] {
  const trimmed = text.trim();
  const index = trimmed.indexOf(separator);
  return index < 0 ? [trimmed, null] : [trimmed.slice(0, index).trim(), trimmed.slice(index + 1).trim()];
}

function intervals(list: string | null, value: string): Interval[] {
  return list === null
    ? []
    : list.split(',').map((item) => {
        const [from, to] = halves(item, '/') as [string, string];
        const start = timestamp(from, value);
        const end = to.startsWith('P') ? start + duration(to, value) : timestamp(to, value);
        if (end <= start) {
          throw new WindowValueError('order', value);
        }
        return { start, end };
      });
}

function timestamp(text: string, value: string): number {
  const [, year, month, day, hour, minute, second, sign, offsetHour, offsetMinute] = TIMESTAMP.exec(text)!;
  const date = new Date(0);
  date.setUTCFullYear(+year, +month - 1, +day); // Date.UTC would read the years 0 to 99 as 1900 to 1999
  const offset = sign ? +offsetHour * 60 + +offsetMinute : 0;
  const isTime = +hour <= 23 && +minute <= 59 && +(second ?? 0) <= 59;
  const exists = isTime && +year >= 1 && date.getUTCMonth() === +month - 1 && date.getUTCDate() === +day;
  if (!exists || offset > MOST_OFFSET || +(offsetMinute ?? 0) > 59) {
    throw new WindowValueError('timestamp', value);
  }
  return date.getTime() + +hour * HOUR + (+minute - (sign === '-' ? -offset : offset)) * MINUTE + +(second ?? 0) * SECOND;
}

function duration(text: string, value: string): number {
  const [, days = 0, , hours = 0, minutes = 0, seconds = 0] = DURATION.exec(text)!;
  const milliseconds = +days * DAY + +hours * HOUR + +minutes * MINUTE + +seconds * SECOND;
  if (milliseconds === 0 || text.endsWith('T')) {
    throw new WindowValueError('duration', value);
  }
  return milliseconds;
}
