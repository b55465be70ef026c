import type { Clock } from '../../clock';
import { SHARDS } from '../store/keys';
import type { Log } from './log';
import type { Pending } from './orphans';
import type { BacklogRow } from './row';
import { matches, type Run } from './runs';
import { sideBySide } from './side-by-side';
import type { Table } from './table';

/** What waits in the store. */
export interface Census {
  /** Events that are neither finished nor quarantined. */
  readonly backlog: number;
  /** Milliseconds since the oldest of them was deferred; 0 without any. */
  readonly age: number;
  /** How many events each run still has to do, by run id. */
  readonly work: ReadonlyMap<string, number>;
  /** Events that wait, by function key. */
  readonly pending: ReadonlyMap<string, Pending>;
}

/** Counts the backlog and what is left of each run in one reading of the index. */
export async function takeCensus(
  { table, clock, log }: { table: Table; clock: Clock; log: Log },
  runs: readonly Run[],
  full: ReadonlySet<string>,
): Promise<Census> {
  const now = clock.now();
  const work = new Map<string, number>();
  const pending = new Map<string, Pending>();
  let backlog = 0;
  let oldest = now;
  const groups = (['pending', 'active'] as const).flatMap((group) => SHARDS.map((shard) => ({ group, shard })));
  await sideBySide(groups, groups.length, async ({ group, shard }) => {
    for await (const rows of table.rows(group, shard, {}, (problem) => log('row is left out', { problem: problem.message }))) {
      for (const row of rows) {
        backlog++;
        oldest = Math.min(oldest, row.deferredAt);
        if (group === 'pending') {
          const { events, sample } = pending.get(row.functionKey) ?? { events: 0, sample: row.id };
          pending.set(row.functionKey, { events: events + 1, sample });
        }
        for (const run of runs.filter((each) => isWorkOf(each, row, now, full))) {
          work.set(run.runId, (work.get(run.runId) ?? 0) + 1);
        }
      }
    }
  });
  return { backlog, age: now - oldest, work, pending };
}

/** What a run took up is its work until it ends, its retries included; else what it was started for and is due, as long as it may take up more. */
export function isWorkOf(run: Run, row: BacklogRow, now: number, full: ReadonlySet<string>): boolean {
  return row.run === run.runId || (row.state === 'PENDING' && row.nextAttempt <= now && matches(run, row) && !full.has(run.runId));
}
