import { randomUUID } from 'node:crypto';

import type { Clock } from '../../clock';
import { chunkKey, chunkKeys } from '../store/keys';
import { isKept } from '../store/row';
import { completed, redirectedRow, takenOver, unfinishedRow } from './redirected-row';
import { type BacklogRow, type Item, number, readEnvelope, readRow, text } from './row';
import { sideBySide } from './side-by-side';
import type { Objection, Table, Transacted, TransactedWrite } from './table';
import type { Targets } from './targets';
import { redirectTo } from './transitions';

/**
 * What became of one event.
 * - redirected: it waits under the new key
 * - movedOn: it was claimed, ended, or redirected by somebody else meanwhile
 * - outOfTime: its chunks were not all copied; a later redirect begins again
 * - refused: it waits where it did; with functionArn: as do all that were sent to that function
 */
export type Move =
  { readonly kind: 'redirected' | 'movedOn' | 'outOfTime' } | { readonly kind: 'refused'; readonly reason: string; readonly functionArn?: string };

interface MoverParts {
  readonly table: Table;
  readonly targets: Targets;
  readonly clock: Clock;
  /** Milliseconds. */
  readonly keepFinished: number;
}

/** An event with all that is decided of its new row. */
interface Moving {
  readonly row: BacklogRow;
  readonly old: Item;
  /** The new row as it is to be in the end, but for its chunks. */
  readonly whole: Item;
}

const REDIRECTED: Move = { kind: 'redirected' };
const MOVED_ON: Move = { kind: 'movedOn' };

const CONDITION_FAILED = 'ConditionalCheckFailed';
/** What a transaction is cancelled for and may be done a moment later. */
const NOT_NOW = ['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'];
const MOST_TRIES = 6;
/** Milliseconds before the second try, twice as many before each further one. */
const FIRST_PAUSE = 50;
/** Of one event; the action moves several at once. */
const CHUNKS_AT_ONCE = 2;

/** Gives events another function key, one by one: at every moment, whatever fails, an event has exactly one row that may run. */
export class Mover {
  /** @param to the function key under which the events are to wait */
  constructor(
    private readonly parts: MoverParts,
    private readonly to: string,
  ) {}

  /**
   * @param stopped asked before each chunk
   * @throws DamagedRow
   */
  async move(id: string, stopped: () => boolean): Promise<Move> {
    const { table, targets } = this.parts;
    const old = await table.get(id);
    if (old?.state?.S !== 'PENDING') {
      return MOVED_ON;
    }
    const row = readRow(old);
    const { functionArn } = readEnvelope(old);
    const target = await targets.of(functionArn, this.to);
    if (!target.accepted) {
      return { kind: 'refused', functionArn, reason: target.reason };
    }
    const moving = { row, old, whole: redirectedRow(old, row, this.to, target) };
    const chunks = number(old, 'chunks');
    return chunks === 0 ? this.commit(moving, { create: moving.whole }) : this.moveInChunks(moving, chunks, stopped);
  }

  private async moveInChunks(moving: Moving, chunks: number, stopped: () => boolean): Promise<Move> {
    const writeId = randomUUID();
    const begun = await this.begin(moving, unfinishedRow(moving.whole, { writeId, chunks, now: this.parts.clock.now() }));
    const copied = begun ?? (await this.copy(moving, writeId, chunks, stopped));
    return copied ?? this.commit(moving, { change: completed(moving.whole, writeId) });
  }

  /** Writes the new row, unfinished, or takes over what an earlier redirect left; undefined when that is done. */
  private async begin(moving: Moving, unfinished: Item): Promise<Move | undefined> {
    const { table } = this.parts;
    const isOurs = (item: Item | undefined) => item?.writeId?.S === text(unfinished, 'writeId'); // its acknowledgement was lost
    const { done, item: there } = await table.create(unfinished);
    if (done || isOurs(there)) {
      return undefined;
    }
    if (!there) {
      return MOVED_ON;
    }
    if (there.state?.S !== 'WRITING' || there.redirectedFrom?.S !== moving.row.functionKey) {
      return this.taken(moving, there);
    }
    const { item, condition } = takenOver(unfinished, there);
    const written = await table.put(item, condition);
    return written.done || isOurs(written.item) ? undefined : MOVED_ON;
  }

  /** Copies the body; undefined when it is there. */
  private async copy({ old, whole }: Moving, writeId: string, chunks: number, stopped: () => boolean): Promise<Move | undefined> {
    const { table } = this.parts;
    const [from, to] = [text(old, 'pk'), text(whole, 'pk')];
    const keys = chunkKeys(from, text(old, 'writeId'), chunks).map((key, part) => ({ key, part }));
    const missing: number[] = [];
    let copied = 0;
    await sideBySide(keys, CHUNKS_AT_ONCE, async ({ key, part }) => {
      const chunk = stopped() ? undefined : await table.get(key);
      if (chunk) {
        await table.put({ ...chunk, pk: { S: chunkKey(to, writeId, part) } });
        copied++;
      } else if (!stopped()) {
        missing.push(part);
      }
    });
    if (missing.length === 0) {
      return copied === chunks ? undefined : { kind: 'outOfTime' };
    }
    // The clean-up removes the chunks of an event that has ended meanwhile
    return this.refusedIfPending(from, `of the ${chunks} parts of its body, from 0, these are missing: ${missing.join(', ')}; discard the event`);
  }

  /** The new row is there and the old one is discarded, or neither. */
  private async commit(moving: Moving, arrival: TransactedWrite): Promise<Move> {
    const { clock, keepFinished } = this.parts;
    const { row, old } = moving;
    const hasChunks = number(old, 'chunks') > 0 || (old.abandoned?.L ?? []).length > 0;
    for (let tries = 1; ; tries++) {
      const departure = redirectTo(row, { to: this.to, hasChunks, now: clock.now(), keepFinished });
      const result = await this.attempt(moving, [arrival, { change: departure }]);
      if (result.done) {
        return REDIRECTED;
      }
      const [arriving, leaving] = result.objections;
      if (leaving.code === CONDITION_FAILED) {
        return MOVED_ON;
      }
      if (arriving.code === CONDITION_FAILED) {
        return 'change' in arrival ? MOVED_ON : this.taken(moving, arriving.item);
      }
      if (tries === MOST_TRIES || !result.objections.every(mayPass)) {
        return { kind: 'refused', reason: shown(result.objections) };
      }
      await clock.sleep(FIRST_PAUSE * 2 ** (tries - 1));
    }
  }

  /** One try. An error says nothing of whether it was done: the new row does. */
  private async attempt({ row, whole }: Moving, writes: readonly TransactedWrite[]): Promise<Transacted> {
    const { table } = this.parts;
    try {
      return await table.transact(writes);
    } catch (error) {
      const there = await table.get(text(whole, 'pk'), 'pk', 'state', 'redirectedFrom').catch(() => undefined);
      if (there?.redirectedFrom?.S === row.functionKey && isKept({ state: there.state?.S })) {
        return { done: true };
      }
      throw error;
    }
  }

  private taken({ old, whole }: Moving, there: Item | undefined): Promise<Move> {
    const state = there?.state?.S;
    const row = `'${text(whole, 'pk')}' (${state ?? 'gone meanwhile'})`;
    // Of two rows one of which is discarded the other is all that is left of the event
    const remedy = state === 'DISCARDED' ? 'redirect it to a third key, or again once that row has expired' : 'discard the one that is not to run';
    return this.refusedIfPending(text(old, 'pk'), `'${this.to}' has a row of its request id already, ${row}; ${remedy}`);
  }

  /** What has moved on meanwhile needs nobody's attention. */
  private async refusedIfPending(id: string, reason: string): Promise<Move> {
    const now = await this.parts.table.get(id, 'pk', 'state');
    return now?.state?.S === 'PENDING' ? { kind: 'refused', reason } : MOVED_ON;
  }
}

function mayPass({ code }: Objection): boolean {
  return code === 'None' || NOT_NOW.includes(code);
}

function shown(objections: readonly Objection[]): string {
  const told = objections.filter(({ code }) => code !== 'None').map(({ code, message }) => (message ? `${code}: ${message}` : code));
  return `DynamoDB cancelled the transaction (${told.join('; ')}); redirect it again`;
}
