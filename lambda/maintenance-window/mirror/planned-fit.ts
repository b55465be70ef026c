/** Cuts the planned value to the room that the mirror's item has for it. */
import { keptWhole } from '../../contract/maintenance-window/mirror.json';
import { type Interval, parsePlanned } from '../window/value';

/**
 * The planned value with as many of its intervals as fit, the earliest ones. Its horizon becomes the start of the first one that is left out, up to
 * which it is whole. What has begun or begins within a day stays whatever the room.
 *
 * @param value a planned value that can be read; one that can't is given back as it is
 * @param room bytes in UTF-8
 * @param now epoch milliseconds
 */
export function fittingPlanned(value: string, room: number, now: number): string {
  if (Buffer.byteLength(value) <= room) {
    return value;
  }
  const parts = partsOf(value);
  if (!parts) {
    return value;
  }
  const { intervals } = parts;
  let kept = intervals.filter(({ start }) => start < now + keptWhole.value).length;
  while (kept < intervals.length && Buffer.byteLength(withFirst(parts, kept + 1)) <= room) {
    kept++;
  }
  return withFirst(parts, kept);
}

interface PlannedText extends Interval {
  readonly text: string;
}

interface Parts {
  readonly head: string;
  readonly horizon: number;
  /** The earliest first. */
  readonly intervals: readonly PlannedText[];
  readonly clauses: readonly string[];
}

function partsOf(value: string): Parts | undefined {
  let planned;
  try {
    planned = parsePlanned(value);
  } catch {
    return undefined;
  }
  const [head, ...rest] = value.split(';').map((part) => part.trim());
  const texts = planned.intervals.length > 0 ? rest[0].split(',').map((text) => text.trim()) : [];
  return {
    head,
    horizon: planned.horizon,
    intervals: planned.intervals.map((interval, index) => ({ ...interval, text: texts[index] })).sort((a, b) => a.start - b.start),
    clauses: planned.intervals.length > 0 ? rest.slice(1) : rest,
  };
}

function withFirst({ head, horizon, intervals, clauses }: Parts, count: number): string {
  const next = intervals[count];
  const until = next && next.start < horizon ? `until ${next.text.split('/')[0].trim()}` : head;
  const list = intervals.slice(0, count).map(({ text }) => text);
  return [until, ...(list.length > 0 ? [list.join(',')] : []), ...clauses].join(';');
}
