import type { Execution, SentEvent } from './lanes';

/** What became of everything that was sent. */
export interface Verdict {
  readonly sent: number;
  readonly refused: number;
  readonly ranOnce: number;
  readonly lost: readonly string[];
  readonly twice: readonly string[];
  /** Ran, but not with the bytes that were sent. */
  readonly damaged: readonly string[];
  /** Ran although the caller had been refused, or though nobody sent it. */
  readonly unexpected: readonly string[];
}

/** Compares what the handlers recorded with what was sent. */
export function judge(sent: readonly SentEvent[], executions: readonly Execution[]): Verdict {
  const recorded = new Map(executions.map((execution) => [execution.id, execution]));
  const accepted = sent.filter((event) => !event.refused);
  const damaged = accepted.filter((event) => recorded.has(event.id) && recorded.get(event.id)!.digests.some((digest) => digest !== event.digest));
  const once = accepted.filter((event) => recorded.get(event.id)?.executions === 1 && !damaged.includes(event));
  const acceptedIds = new Set(accepted.map((event) => event.id));
  return {
    sent: sent.length,
    refused: sent.length - accepted.length,
    ranOnce: once.length,
    lost: accepted.filter((event) => !recorded.has(event.id)).map((event) => event.id),
    twice: accepted.filter((event) => (recorded.get(event.id)?.executions ?? 0) > 1).map((event) => event.id),
    damaged: damaged.map((event) => event.id),
    unexpected: executions.filter((execution) => !acceptedIds.has(execution.id)).map((execution) => execution.id),
  };
}

/** Whether every accepted event ran exactly once, with what was sent. */
export function holds(verdict: Verdict): boolean {
  return verdict.ranOnce === verdict.sent - verdict.refused && verdict.unexpected.length === 0 && verdict.sent > 0;
}

/** The demo's last line. */
export function verdictLine(verdict: Verdict): string {
  const { sent, refused, ranOnce, lost, twice } = verdict;
  return `sent ${sent}, refused ${refused}, ran once ${ranOnce}, lost ${lost.length}, twice ${twice.length}`;
}

/** The ids behind a verdict that does not hold, a line for each kind, at most ten ids each. */
export function complaints(verdict: Verdict): string[] {
  const kinds = { 'lost': verdict.lost, 'ran twice': verdict.twice, 'ran with other bytes': verdict.damaged, 'ran unexpectedly': verdict.unexpected };
  return Object.entries(kinds)
    .filter(([, ids]) => ids.length > 0)
    .map(([kind, ids]) => `${kind}: ${ids.slice(0, 10).join(', ')}${ids.length > 10 ? ` and ${ids.length - 10} more` : ''}`);
}
