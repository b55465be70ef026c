import type { Clock } from '../../clock';
import { SHARDS } from '../store/keys';
import { type Item, number } from './row';
import { sideBySide } from './side-by-side';
import type { Table } from './table';

/** How one dispatched event ended; returned: the gate met a window and gave it back. */
export type Ending = 'succeeded' | 'failed' | 'returned';

interface Flying {
  /** Runs started before the dispatch. */
  readonly attempt: number;
  nextLook: number;
  delay: number;
}

/** Milliseconds. A run is looked at soon, then less and less often: it may take 15 minutes. */
const FIRST_LOOK = 150;
const MOST_BETWEEN_LOOKS = 5000;
const LOOK_GROWTH = 1.5;
/** Milliseconds between two tries to get a free place. */
const STEP = 100;
/** Reads side by side. */
const READS = 16;
/** Milliseconds for which the count of other replayers' leases is believed, and for which the index may still list what has ended. */
const FOREIGN_FRESH_FOR = 2000;
const INDEX_LAG = 10_000;

/** Counts claims and runs that are live, those of other replayers included, and learns how this drain's own end. */
export class Flight {
  private readonly own = new Map<string, Flying>();
  private readonly ended = new Map<string, number>();
  private reserved = 0;
  private foreign = 0;
  private foreignReadAt = -Infinity;
  private looking: Promise<void> | undefined;

  /** @param limit most that may be live at once */
  constructor(
    private readonly table: Table,
    private readonly clock: Clock,
    public limit: number,
    private readonly onEnding: (ending: Ending) => void,
  ) {}

  /** Waits for a free place, in short steps, and takes it; false once stopped. Every place taken is given to {@link add} or {@link giveBack}. */
  async take(stopped: () => boolean): Promise<boolean> {
    while (!stopped()) {
      await this.look();
      if (this.own.size + this.reserved + this.foreign < this.limit) {
        this.reserved++;
        return true;
      }
      await this.clock.sleep(STEP);
    }
    return false;
  }

  /** The place taken is now an event in flight. */
  add(id: string, attempt: number): void {
    this.reserved--;
    this.own.set(id, { attempt, nextLook: this.clock.now() + FIRST_LOOK, delay: FIRST_LOOK });
  }

  giveBack(): void {
    this.reserved--;
  }

  get size(): number {
    return this.own.size;
  }

  /** Looks at what is due to be looked at; callers at the same time share one look. */
  look(): Promise<void> {
    this.looking ??= this.lookNow().finally(() => {
      this.looking = undefined;
    });
    return this.looking;
  }

  private async lookNow(): Promise<void> {
    const now = this.clock.now();
    if (now - this.foreignReadAt >= FOREIGN_FRESH_FOR) {
      await this.countForeign(now);
    }
    const due = [...this.own].filter(([, flying]) => flying.nextLook <= now);
    await sideBySide(due, READS, async ([id, flying]) => {
      const ending = endingOf(await this.table.get(id, 'pk', 'state', 'attempt'), flying.attempt);
      if (ending === 'flying') {
        flying.delay = Math.min(MOST_BETWEEN_LOOKS, flying.delay * LOOK_GROWTH);
        flying.nextLook = this.clock.now() + flying.delay;
        return;
      }
      this.own.delete(id);
      this.ended.set(id, this.clock.now());
      if (ending !== 'gone') {
        this.onEnding(ending);
      }
    });
  }

  private async countForeign(now: number): Promise<void> {
    for (const [id, at] of this.ended) {
      if (now - at > INDEX_LAG) {
        this.ended.delete(id);
      }
    }
    let count = 0;
    await sideBySide(SHARDS, SHARDS.length, async (shard) => {
      for await (const items of this.table.pages('active', shard, { after: now })) {
        count += items.filter(({ pk: id }) => !this.own.has(id.S!) && !this.ended.has(id.S!)).length;
      }
    });
    this.foreign = count;
    this.foreignReadAt = now;
  }
}

/** What a row says about a dispatch that was made when it had had so many attempts. */
export function endingOf(item: Item | undefined, attempt: number): Ending | 'flying' | 'gone' {
  switch (item?.state?.S) {
    case 'CLAIMED':
    case 'RUNNING':
      return 'flying';
    case 'DONE':
      return 'succeeded';
    case 'QUARANTINED':
      return 'failed';
    case 'PENDING':
      return number(item, 'attempt', 0) > attempt ? 'failed' : 'returned';
    default:
      return 'gone';
  }
}
