import type { Log } from './log';
import { DamagedRow, readEnvelope } from './row';
import { sideBySide } from './side-by-side';
import type { Table } from './table';
import type { TaggedFunctions } from './tagged-functions';
import type { Targets } from './targets';

/** Events of one function that wait. */
export interface Pending {
  readonly events: number;
  /** The id of one of their rows, which stands for all. */
  readonly sample: string;
}

/** Function keys that a sweep looks at one by one, and how many at once: Lambda allows 15 reads of configurations a second to the whole account. */
const MOST_KEYS = 60;
const LOOKS = 2;

/**
 * How many events wait for nobody. A key that exactly one function carries by its tag counts as being there, without a call to Lambda, unless the
 * drain before found it otherwise; only the others are looked at.
 *
 * @param pending by function key
 * @throws Error of the tagging API
 */
export async function countOrphans(
  { table, targets, tagged, log }: { table: Table; targets: Targets; tagged: TaggedFunctions; log: Log },
  pending: ReadonlyMap<string, Pending>,
): Promise<number> {
  if (pending.size === 0) {
    return 0;
  }
  const carriers = (await tagged.list()).map(({ functionKey }) => functionKey);
  const doubtful = [...pending].filter(
    ([functionKey]) => targets.orphaned.has(functionKey) || carriers.filter((carried) => carried === functionKey).length !== 1,
  );
  if (doubtful.length > MOST_KEYS) {
    log('more functions than a sweep looks at may be gone', { functions: doubtful.length, lookedAt: MOST_KEYS });
  }
  let orphans = 0;
  await sideBySide(doubtful.slice(0, MOST_KEYS), LOOKS, async ([functionKey, { events, sample }]) => {
    const functionArn = await functionArnOf(table, sample);
    const target = functionArn === undefined ? undefined : await targets.of(functionArn, functionKey);
    if (target && !target.accepted && target.orphaned) {
      log('events wait for a function that is gone', { functionKey, events, reason: target.reason });
      orphans += events;
    }
  });
  return orphans;
}

/** Undefined for a row that has gone meanwhile, or is damaged: that one is told elsewhere. */
async function functionArnOf(table: Table, id: string): Promise<string | undefined> {
  const item = await table.get(id, 'pk', 'envelope.functionArn');
  try {
    return item && readEnvelope(item).functionArn;
  } catch (error) {
    if (error instanceof DamagedRow) {
      return undefined;
    }
    throw error;
  }
}
