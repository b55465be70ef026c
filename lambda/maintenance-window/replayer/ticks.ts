import type { BacklogRow, Envelope } from './row';

/** A scheduled event that waits, with what its envelope says. */
export interface Tick {
  readonly row: BacklogRow;
  readonly envelope: Envelope;
  readonly hasChunks: boolean;
}

export interface Coalesced {
  /** One tick of each rule, and every tick whose rule is not known. */
  readonly newest: readonly Tick[];
  readonly superseded: readonly { readonly tick: Tick; readonly by: Tick }[];
}

/** Of the ticks of one rule the newest stands for all: a function is not run 240 times because a minute's schedule was held for four hours. */
export function coalesceTicks(ticks: readonly Tick[]): Coalesced {
  const newest = new Map<string, Tick>();
  for (const tick of ticks) {
    const rule = ruleOf(tick);
    const best = newest.get(rule);
    if (!best || isNewer(tick, best)) {
      newest.set(rule, tick);
    }
  }
  return {
    newest: [...newest.values()],
    superseded: ticks.filter((tick) => newest.get(ruleOf(tick)) !== tick).map((tick) => ({ tick, by: newest.get(ruleOf(tick))! })),
  };
}

/** Rules that start the same function by different aliases are different work. */
function ruleOf({ row, envelope }: Tick): string {
  return envelope.sourceIds.length > 0 ? JSON.stringify([row.functionKey, envelope.functionArn, envelope.sourceIds]) : row.id;
}

/** Two replayers must agree: at the same moment the greater request id is the newer one. */
function isNewer(a: Tick, b: Tick): boolean {
  return a.row.deferredAt !== b.row.deferredAt ? a.row.deferredAt > b.row.deferredAt : a.row.requestId > b.row.requestId;
}
