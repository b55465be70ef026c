/**
 * The window's value: reads both parameters' text, and says from it and a clock whether a hold is on. Pure: no clock of its own, no input or output,
 * so that gate, planner, replayer and command decide alike. Grammar, precedence and vectors: lambda/contract/maintenance-window/window.json.
 */
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

export interface Decision {
  /** Whether the handler is held. */
  readonly on: boolean;
  /** When the hold ends, epoch milliseconds; null when it is off, or on without a known end. Intervals that overlap or touch count as one. */
  readonly until: number | null;
  /** The operator's reason, while on. */
  readonly reason: string | null;
  /** Whether the planned value is past its horizon. */
  readonly plannedStale: boolean;
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
  const [head, list] = halves(hash < 0 ? text : text.slice(0, hash), ';');
  const [mode, at] = halves(head, ' ');
  return {
    mode: mode as OperatorMode,
    at: at === null ? null : timestamp(at, value),
    intervals: intervals(list, value),
    reason: hash < 0 ? null : text.slice(hash + 1).trim(),
  };
}

/**
 * Reads the planned parameter.
 *
 * @throws WindowValueError naming the code and the value's first 120 characters
 */
export function parsePlanned(value: string): PlannedValue {
  const [head, list] = halves(checked(value, PLANNED), ';');
  return { horizon: timestamp(head.slice('until '.length), value), intervals: intervals(list, value) };
}

/**
 * Whether the handler is held now.
 *
 * @param planned null when no planned parameter is configured or it is not known
 * @param lead milliseconds by which a hold begins before an interval's start
 * @param now epoch milliseconds
 */
export function decide(operator: OperatorValue, planned: PlannedValue | null, lead: number, now: number): Decision {
  const plannedStale = planned !== null && now >= planned.horizon;
  const off: Decision = { on: false, until: null, reason: null, plannedStale };
  const forced = operator.at === null || now < operator.at;
  if (forced && operator.mode.startsWith('off')) {
    return off;
  }
  const on = (until: number | null): Decision => ({ on: true, until, reason: operator.reason, plannedStale });
  if (operator.mode === 'on') {
    return on(null);
  }
  const holds = [...operator.intervals, ...(planned && !plannedStale ? planned.intervals : [])]
    .map(({ start, end }) => ({ start: start - lead, end }))
    .sort((a, b) => a.start - b.start);
  let until = forced && operator.mode === 'on-until' ? operator.at : null;
  for (const { start, end } of holds) {
    if (start <= (until ?? now) && end > (until ?? now)) {
      until = end;
    }
  }
  return until === null ? off : on(until);
}

/**
 * The next moment after now at which {@link decide} or {@link guarded} could answer otherwise for the same values; Infinity when there is none.
 *
 * @param lead milliseconds, as for decide
 * @param operatorLastModified epoch milliseconds, as for guarded
 * @param guard milliseconds, as for guarded
 */
export function nextChange(
  operator: OperatorValue,
  planned: PlannedValue | null,
  lead: number,
  operatorLastModified: number,
  guard: number,
  now: number,
): number {
  const edges = [...operator.intervals, ...(planned?.intervals ?? [])].flatMap(({ start, end }) => [start - lead, end, end + guard]);
  edges.push(operatorLastModified + guard);
  if (operator.at !== null) {
    edges.push(operator.at, operator.at + guard);
  }
  if (planned) {
    edges.push(planned.horizon);
  }
  return edges.reduce((first, edge) => (edge > now && edge < first ? edge : first), Infinity);
}

/**
 * Whether an invocation of an asynchronous source may be Lambda's retry of one that was deferred, so that its row must be looked up before it runs.
 *
 * @param operatorLastModified epoch milliseconds of the operator's last write, which may have ended a hold
 * @param guard milliseconds after the end of a hold during which a retry is looked for; 0 is off
 */
export function guarded(operator: OperatorValue, planned: PlannedValue | null, operatorLastModified: number, guard: number, now: number): boolean {
  const ends = [...operator.intervals, ...(planned?.intervals ?? [])].map(({ end }) => end);
  if (operator.mode === 'on-until' && operator.at !== null) {
    ends.push(operator.at);
  }
  // A last write in the future is this clock's error, and guards too
  return guard > 0 && (now < operatorLastModified + guard || ends.some((end) => end <= now && now < end + guard));
}

function checked(value: string, pattern: RegExp): string {
  if (value.length > mostCharacters.value) {
    throw new WindowValueError('length', value);
  }
  const text = value.replace(/^ +| +$/g, '');
  if (!pattern.test(text)) {
    throw new WindowValueError('syntax', value);
  }
  return text;
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
