/**
 * Whether a hold is on, from the window's values and a clock. Pure: no clock of its own, no input or output, so that gate, planner, replayer and command
 * decide alike. Precedence and vectors: lambda/contract/maintenance-window/window.json.
 */
import type { OperatorValue, PlannedValue } from './value';

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
 * @param operated epoch milliseconds, as for guarded
 * @param guard milliseconds, as for guarded
 */
export function nextChange(
  operator: OperatorValue,
  planned: PlannedValue | null,
  lead: number,
  operated: number,
  guard: number,
  now: number,
): number {
  const starts = [...operator.intervals, ...(planned?.intervals ?? [])].map(({ start }) => start - lead);
  const edges = [...starts, ...endsOf(operator, planned).flatMap((end) => [end, end + guard])];
  edges.push(operated + guard);
  if (operator.at !== null) {
    edges.push(operator.at);
  }
  if (planned) {
    edges.push(planned.horizon);
  }
  return edges.reduce((first, edge) => (edge > now && edge < first ? edge : first), Infinity);
}

/**
 * Whether an invocation of an asynchronous source may be Lambda's retry of one that was deferred, so that its row must be looked up before it runs.
 *
 * @param operated when the operator's last write may have ended a hold, epoch milliseconds: {@link lastOperated}
 * @param guard milliseconds after the end of a hold during which a retry is looked for; 0 is off
 */
export function guarded(operator: OperatorValue, planned: PlannedValue | null, operated: number, guard: number, now: number): boolean {
  const ends = endsOf(operator, planned);
  // A last write in the future is this clock's error, and guards too
  return guard > 0 && (now < operated + guard || ends.some((end) => end <= now && now < end + guard));
}

/**
 * When the operator's parameter was last written in a way that may have ended a hold, epoch milliseconds. Version 1 with the value `auto` is how the
 * planner makes it: no hold was before that, so it is -Infinity.
 */
export function lastOperated(operator: OperatorValue, version: number, lastModified: number): number {
  const asMade = version === 1 && operator.mode === 'auto' && operator.intervals.length === 0 && operator.reason === null;
  return asMade ? -Infinity : lastModified;
}

/** The ends of all holds that the values name. */
function endsOf(operator: OperatorValue, planned: PlannedValue | null): number[] {
  const ends = [...operator.intervals, ...(planned?.intervals ?? [])].map(({ end }) => end);
  return operator.mode === 'on-until' && operator.at !== null ? [...ends, operator.at] : ends;
}
