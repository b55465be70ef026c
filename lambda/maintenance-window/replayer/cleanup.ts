/** Removes chunks that nobody will read. A chunk goes before the row that names it, so that none is ever left without a name. */
import { randomUUID } from 'node:crypto';

import type { Clock } from '../../clock';
import { unfinishedWrite } from '../../contract/maintenance-window/timing.json';
import { expiry } from '../store/expiry';
import { chunkKeys, SHARDS } from '../store/keys';
import type { Writer } from '../store/row';
import type { Change } from './change';
import { leftOut } from './leases';
import type { Log } from './log';
import { type Item, number, text } from './row';
import { sideBySide } from './side-by-side';
import type { Table, TimeRange } from './table';

interface Parts {
  readonly table: Table;
  readonly clock: Clock;
  readonly log: Log;
  /** Milliseconds. */
  readonly keepFinished: number;
}

/** Chunks removed side by side; one event has at most 18 (6 MB). */
const CHUNKS_AT_ONCE = 8;

/** Removes writes that were begun and never committed; how many. */
export function removeUnfinished(parts: Parts, deadline: number): Promise<number> {
  return each(parts, 'writing', { until: parts.clock.now() - unfinishedWrite.value }, deadline, async (item) => {
    const id = text(item, 'pk');
    // First the write is taken over, as a gate's retry would: from here on the writer that may still be alive cannot commit
    const mine = randomUUID();
    const { done, item: row } = await parts.table.change(takeOver(item, mine));
    if (!done || !row) {
      return false;
    }
    await removeChunks(parts.table, id, row);
    return parts.table.remove(id, { when: '#state = :writing AND #writeId = :mine', values: { writing: 'WRITING', mine } });
  });
}

function takeOver(item: Item, writeId: string): Change {
  const old = text(item, 'writeId');
  return {
    id: text(item, 'pk'),
    when: '#state = :writing AND #writeId = :old',
    then: 'SET #writeId = :mine, #chunks = :none, #abandoned = list_append(if_not_exists(#abandoned, :empty), :more)',
    values: {
      writing: 'WRITING',
      old,
      mine: writeId,
      none: 0,
      empty: { L: [] },
      more: { L: [{ M: { writeId: { S: old }, chunks: { N: String(number(item, 'chunks', 0)) } } }] },
    },
  };
}

/** Removes the chunks of finished events, those of abandoned writers too, then lets the rows expire; how many rows. */
export function removeFinishedChunks(parts: Parts, deadline: number): Promise<number> {
  return each(parts, 'cleanup', {}, deadline, async (item) => {
    const state = item.state?.S;
    if (state !== 'DONE' && state !== 'DISCARDED') {
      return false;
    }
    const id = text(item, 'pk');
    await removeChunks(parts.table, id, item);
    const { done } = await parts.table.change({
      id,
      when: '#state = :state AND #bpk = :backlog',
      then: 'SET #expiresAt = :expires, #chunks = :none REMOVE #bpk, #bsk, #abandoned, #writeId',
      values: { state, backlog: text(item, 'bpk'), expires: expiry(number(item, 'finishedAt'), parts.keepFinished), none: 0 },
    });
    return done;
  });
}

/** Every chunk that a row names, of its writer and of those that were taken over. */
export function chunkIds(id: string, item: Item): string[] {
  const abandoned = (item.abandoned?.L ?? []).flatMap(({ M: writer = {} }) => writerIn(writer));
  return [...writerIn(item), ...abandoned].flatMap(({ writeId, chunks }) => chunkKeys(id, writeId, chunks));
}

function writerIn({ writeId, chunks }: Item): Writer[] {
  return writeId?.S === undefined ? [] : [{ writeId: writeId.S, chunks: Number(chunks?.N ?? 0) }];
}

async function removeChunks(table: Table, id: string, item: Item): Promise<void> {
  await sideBySide(chunkIds(id, item), CHUNKS_AT_ONCE, async (chunk) => {
    await table.remove(chunk);
  });
}

/** Calls `work` on each of a group's rows in a range, read anew from the table; how many times it said yes. */
async function each(
  { table, clock, log }: Parts,
  group: 'writing' | 'cleanup',
  range: TimeRange,
  deadline: number,
  work: (item: Item) => Promise<boolean>,
): Promise<number> {
  let count = 0;
  await sideBySide(SHARDS, SHARDS.length, async (shard) => {
    for await (const items of table.pages(group, shard, range)) {
      for (const { pk: id } of items) {
        const item = clock.now() < deadline ? await table.get(id.S!) : undefined;
        if (item) {
          count += (await work(item).catch(leftOut(log))) ? 1 : 0;
        }
      }
    }
  });
  return count;
}
