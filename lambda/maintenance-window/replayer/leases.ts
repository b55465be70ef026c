import type { Clock } from '../../clock';
import { metrics as names } from '../../contract/names.json';
import { shownError } from '../../thrown';
import { SHARDS } from '../store/keys';
import type { Log } from './log';
import type { Metrics } from './metrics';
import { DamagedRow, type Item, text } from './row';
import { sideBySide } from './side-by-side';
import type { Table } from './table';
import { lapse, RUN_LOST } from './transitions';

export interface LapsedLeases {
  readonly returned: number;
  readonly quarantined: number;
}

/** Rows handled side by side, in each shard. */
const AT_ONCE = 4;

/** Returns what was claimed or started and then never heard of again; quarantines what was tried often enough. */
export async function returnLapsedLeases(
  { table, clock, random, log, metrics }: { table: Table; clock: Clock; random: () => number; log: Log; metrics: Metrics },
  deadline: number,
): Promise<LapsedLeases> {
  const total = { returned: 0, quarantined: 0 };

  async function settle(id: string): Promise<void> {
    const item = await table.get(id);
    const lapsed = item && lapse(item, clock.now(), random());
    if (!lapsed || !(await table.change(lapsed.change)).done) {
      return;
    }
    announce(item, lapsed.quarantined, lapsed.errorType);
  }

  function announce(item: Item, quarantined: boolean, errorType: string | undefined): void {
    const functionKey = text(item, 'functionKey');
    total[quarantined ? 'quarantined' : 'returned']++;
    if (errorType === RUN_LOST) {
      metrics.ofFunction(functionKey, names.replayFailed, 1);
    }
    if (quarantined) {
      metrics.ofFunction(functionKey, names.quarantined, 1);
      log('event is quarantined', { functionKey, requestId: text(item, 'requestId'), errorType });
    }
  }

  await sideBySide(SHARDS, SHARDS.length, async (shard) => {
    for await (const items of table.pages('active', shard, { until: clock.now() })) {
      await sideBySide(items, AT_ONCE, async ({ pk: id }) => {
        if (clock.now() < deadline) {
          await settle(id.S!).catch(leftOut(log));
        }
      });
    }
  });
  return total;
}

/** Tells of a row that nobody can read, and goes on to the next; throws anything else. */
export function leftOut(log: Log): (error: unknown) => void {
  return (error) => {
    if (!(error instanceof DamagedRow)) {
      throw error;
    }
    log('row is left out', { id: error.id, problem: shownError(error) });
  };
}
