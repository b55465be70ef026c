import type { Clock } from '../../clock';
import { type Group, shardOf, SHARDS } from '../store/keys';
import type { Log } from './log';
import type { Move, Mover } from './mover';
import type { RedirectFilter } from './request';
import { type BacklogRow, DamagedRow } from './row';
import { meets } from './runs';
import { sideBySide } from './side-by-side';
import type { Table } from './table';

/** Why events, or one of them, still wait under the old function key. */
export interface RefusedEvents {
  /** The function that they were sent to, when all of its events are refused. */
  readonly functionArn?: string;
  /** The one event that is. */
  readonly requestId?: string;
  readonly events: number;
  readonly reason: string;
}

/** How many events were left, by why. */
export interface Left {
  /** Nothing was changed: `refused` tells why. */
  readonly refused: number;
  /** Claimed, ended or redirected by somebody else meanwhile. */
  readonly movedOn: number;
  /** Rows that cannot be read; the log names them. */
  readonly damaged: number;
  /** Claimed or running. */
  readonly active: number;
  readonly quarantined: number;
}

export type RedirectEnd = 'nothing left to redirect' | 'out of time' | 'maxEvents reached';

export interface RedirectReport {
  readonly redirected: number;
  readonly left: Left;
  /** Events of the old function key that still wait, as far as there was time to see. */
  readonly pending: number;
  readonly ended: RedirectEnd;
  /** The first of them; `left.refused` counts all. */
  readonly refused: readonly RefusedEvents[];
}

/** What is told of an invocation that fails on its way, too. */
export type Progress = Pick<RedirectReport, 'redirected' | 'refused'> & { readonly left: Omit<Left, 'active' | 'quarantined'> };

/** Events moved side by side; a large one is copied in up to 18 parts. */
const AT_ONCE = 8;
/** Milliseconds after which the index surely lists what was written before. */
const INDEX_LAG = 1000;
/** Milliseconds before the invocation's end: when no event is begun any more, and when no row is counted any more. */
const MOVING_MARGIN = 5000;
const COUNTING_MARGIN = 1000;
/** Refusals that an answer lists; Lambda takes 6 MB of it. */
const MOST_REFUSED = 100;

interface RedirectParts {
  readonly table: Table;
  readonly mover: Mover;
  readonly clock: Clock;
  readonly log: Log;
}

/** Gives all events of one function key that wait, or some of them, to another one. */
export class Redirect {
  /** What became of each event, by its row's id; of one that is met again, the last. */
  private readonly outcomes = new Map<string, Move['kind'] | 'damaged'>();
  private readonly refusals = new Map<string, RefusedEvents>();
  private redirected = 0;
  private readonly stopped = () => this.parts.clock.now() >= this.end - MOVING_MARGIN;

  /** @param end of the invocation, epoch milliseconds */
  constructor(
    private readonly parts: RedirectParts,
    private readonly filter: RedirectFilter,
    private readonly end: number,
    private readonly maxEvents = Infinity,
  ) {}

  async redirect(): Promise<RedirectReport> {
    for (let moved = await this.pass(); moved > 0 && !this.over; moved = await this.pass()) {
      await this.parts.clock.sleep(INDEX_LAG); // what was given back while this pass read on is listed by then
    }
    const ended = this.ended;
    const [waiting, active, quarantined] = [await this.count('pending'), await this.count('active'), await this.count('quarantined')];
    const { left, ...progress } = this.progress;
    return { ...progress, left: { ...left, active, quarantined }, pending: waiting, ended };
  }

  get progress(): Progress {
    const count = (wanted: string) => [...this.outcomes.values()].filter((outcome) => outcome === wanted).length;
    return {
      redirected: this.redirected,
      left: { refused: count('refused'), movedOn: count('movedOn'), damaged: count('damaged') },
      refused: [...this.refusals.values()].slice(0, MOST_REFUSED),
    };
  }

  private get ended(): RedirectEnd {
    if (this.redirected >= this.maxEvents) {
      return 'maxEvents reached';
    }
    return this.stopped() ? 'out of time' : 'nothing left to redirect';
  }

  private get over(): boolean {
    return this.ended !== 'nothing left to redirect';
  }

  /** Reads all that wait once; how many events were redirected. */
  private async pass(): Promise<number> {
    const before = this.redirected;
    let together: BacklogRow[] = [];
    for await (const row of this.rows('pending', this.end - MOVING_MARGIN)) {
      if (this.over) {
        break;
      }
      if (!this.isSettled(row.id)) {
        together.push(row);
      }
      if (together.length >= Math.min(AT_ONCE, this.maxEvents - this.redirected)) {
        await this.moveAll(together);
        together = [];
      }
    }
    if (!this.over) {
      await this.moveAll(together);
    }
    return this.redirected - before;
  }

  /** Redirected or refused already: the index lists for a moment what is not there any more, and a refusal lasts. */
  private isSettled(id: string): boolean {
    const outcome = this.outcomes.get(id);
    return outcome === 'damaged' || outcome === 'redirected' || outcome === 'refused';
  }

  private moveAll(rows: readonly BacklogRow[]): Promise<void> {
    return sideBySide(rows, AT_ONCE, (row) => this.move(row));
  }

  private async move(row: BacklogRow): Promise<void> {
    try {
      const move = await this.parts.mover.move(row.id, this.stopped);
      this.outcomes.set(row.id, move.kind);
      if (move.kind === 'redirected') {
        this.redirected++;
      } else if (move.kind === 'refused') {
        this.refuse(row, move);
      }
    } catch (error) {
      if (!(error instanceof DamagedRow)) {
        throw error;
      }
      this.leaveOut(error);
    }
  }

  private leaveOut(problem: DamagedRow): void {
    if (!this.outcomes.has(problem.id)) {
      this.parts.log('row is left out', { id: problem.id, problem: problem.message });
    }
    this.outcomes.set(problem.id, 'damaged');
  }

  private refuse({ requestId }: BacklogRow, { functionArn, reason }: Extract<Move, { kind: 'refused' }>): void {
    const key = functionArn ?? requestId;
    const events = (this.refusals.get(key)?.events ?? 0) + 1;
    this.refusals.set(key, { ...(functionArn === undefined ? { requestId } : { functionArn }), events, reason });
  }

  /** How many events of the filter are in a group, but for those of which the index does not know yet that they were redirected. */
  private async count(group: Group): Promise<number> {
    let count = 0;
    for await (const { id } of this.rows(group, this.end - COUNTING_MARGIN)) {
      count += this.outcomes.get(id) === 'redirected' ? 0 : 1;
    }
    return count;
  }

  /** @param until epoch milliseconds after which no page is read: one may hold nothing of the filter */
  private async *rows(group: Group, until: number): AsyncGenerator<BacklogRow> {
    const { functionKey, requestId } = this.filter;
    const damaged = (problem: DamagedRow) => this.leaveOut(problem);
    for (const shard of requestId === undefined ? SHARDS : [shardOf(requestId)]) {
      for await (const rows of this.parts.table.rows(group, shard, {}, damaged, functionKey)) {
        yield* rows.filter((row) => meets(this.filter, row));
        if (this.parts.clock.now() >= until) {
          return;
        }
      }
    }
  }
}
