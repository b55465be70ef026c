import type { BacklogRow } from './row';

/** An event that waits and that a newer one of the same rule stands for. */
export interface Tick {
  readonly row: BacklogRow;
  /** As it is going to be invoked, with its qualifier. */
  readonly functionArn: string;
  readonly hasChunks: boolean;
}

export interface Superseded {
  readonly tick: Tick;
  readonly by: Tick;
}

/** Of the ticks of one rule the newest stands for all: a function is not run 240 times because a minute's schedule was held for four hours. */
export class NewestTicks {
  private readonly byRule = new Map<string, Tick>();

  /** Takes up one tick more; of its rule's two newest the one that is superseded. */
  meet(tick: Tick): Superseded | undefined {
    const rule = ruleOf(tick);
    const newest = this.byRule.get(rule);
    if (!newest) {
      this.byRule.set(rule, tick);
    }
    // The index may list a row twice: a tick must not stand aside for itself
    if (!newest || newest.row.id === tick.row.id) {
      return undefined;
    }
    const [by, other] = isNewer(tick, newest) ? [tick, newest] : [newest, tick];
    this.byRule.set(rule, by);
    return { tick: other, by };
  }

  /** One tick of each rule. */
  get all(): readonly Tick[] {
    return [...this.byRule.values()];
  }
}

/** Rules that start the same function by different aliases are different work. */
function ruleOf({ row: { functionKey, rule }, functionArn }: Tick): string {
  return JSON.stringify([functionKey, functionArn, rule]);
}

/** Two replayers must agree: at the same moment the greater request id is the newer one. */
function isNewer({ row }: Tick, { row: other }: Tick): boolean {
  return row.deferredAt !== other.deferredAt ? row.deferredAt > other.deferredAt : row.requestId > other.requestId;
}
