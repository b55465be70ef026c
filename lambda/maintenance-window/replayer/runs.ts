/** Replay runs: rows of the same table, so that a sweep can go on with what an invocation that died had begun. */
import { randomUUID } from 'node:crypto';

import { run as runContract } from '../../contract/maintenance-window/store.json';
import { expiry } from '../store/expiry';
import { runKey, runSortKey, shardKey } from '../store/keys';
import type { Change } from './change';
import type { RunFilter } from './request';
import { type BacklogRow, type Item, number, text } from './row';
import type { Table } from './table';

export type RunMode = 'MANUAL' | 'AUTOMATIC';

export interface Run {
  readonly runId: string;
  readonly mode: RunMode;
  readonly filter: RunFilter;
  /** Epoch milliseconds: later events are another run's. Absent for automatic runs, which take all there is. */
  readonly deferredBefore?: number;
  /** Most events that this run takes up. */
  readonly maxEvents?: number;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** Whether the circuit breaker stopped its last drain: the next one starts with one event at a time. */
  readonly tripped: boolean;
  /** Whether its row exists. An automatic run is written when it claims its first event. */
  readonly stored: boolean;
}

/** What a run's row counts, for operators; correctness rests on the events' rows alone. */
export type RunCount = (typeof runContract.counts)[number];

const ACTIVE = 'ACTIVE';
const FINISHED = 'FINISHED';

/** @param skew milliseconds by which a function's clock may be ahead of this one */
export function newRun({
  mode,
  filter,
  maxEvents,
  now,
  skew,
}: {
  mode: RunMode;
  filter: RunFilter;
  maxEvents?: number;
  now: number;
  skew: number;
}): Run {
  const deferredBefore = mode === 'MANUAL' ? now + skew : undefined;
  return { runId: randomUUID(), mode, filter, deferredBefore, maxEvents, startedAt: now, tripped: false, stored: false };
}

/** Whether an event is one of those that a filter names. */
export function meets({ functionKey, source, requestId }: RunFilter, row: BacklogRow): boolean {
  return (
    (functionKey === undefined || row.functionKey === functionKey) &&
    (source === undefined || row.source === source) &&
    (requestId === undefined || row.requestId === requestId)
  );
}

/** Whether an event is one of those that a run was started for. */
export function matches(run: Run, row: BacklogRow): boolean {
  return meets(run.filter, row) && (run.deferredBefore === undefined || row.deferredAt <= run.deferredBefore);
}

/** The run that an event belongs to: the one that took it up before, else the oldest one that matches. */
export function runOf(runs: readonly Run[], row: BacklogRow): Run | undefined {
  return runs.find(({ runId }) => runId === row.run) ?? runs.find((run) => matches(run, row));
}

export class Runs {
  constructor(
    private readonly table: Table,
    private readonly keepFinished: number,
  ) {}

  async store(run: Run): Promise<Run> {
    // Its id is random: what is there already is this very row, whose acknowledgement got lost
    await this.table.create(itemOf(run));
    return { ...run, stored: true };
  }

  /** Every run that is not finished, the oldest first. */
  async active(): Promise<Run[]> {
    const runs: Run[] = [];
    for await (const items of this.table.pages('run', 0)) {
      for (const { pk: id } of items) {
        const item = await this.table.get(id.S!);
        if (item?.state?.S === ACTIVE) {
          runs.push(readRun(item));
        }
      }
    }
    return runs.sort((a, b) => a.startedAt - b.startedAt);
  }

  /** Takes one of the events that the run may still take up; false when it may take no more. */
  async reserve(run: Run): Promise<boolean> {
    if (run.maxEvents === undefined) {
      return true;
    }
    const { done } = await this.table.change(
      changeOf(run, {
        when: '#state = :active AND #taken < :most',
        then: 'ADD #taken :one',
        values: { active: ACTIVE, most: run.maxEvents, one: 1 },
      }),
    );
    return done;
  }

  /** Gives back what {@link reserve} took, because the event was claimed by another replayer. */
  async giveBack(run: Run): Promise<void> {
    if (run.maxEvents !== undefined) {
      await this.table.change(changeOf(run, { when: 'attribute_exists(#pk)', then: 'ADD #taken :less', values: { less: -1 } }));
    }
  }

  /** Adds to a run's counts and notes whether the circuit breaker stopped it. */
  async note(run: Run, counts: Readonly<Record<RunCount, number>>, tripped: boolean): Promise<void> {
    const changed = runContract.counts.filter((name) => counts[name] > 0);
    if (changed.length === 0 && tripped === run.tripped) {
      return;
    }
    await this.table.change(
      changeOf(run, {
        when: 'attribute_exists(#pk)',
        then: `SET #tripped = :tripped${changed.length > 0 ? ` ADD ${changed.map((name) => `#${name} :${name}`).join(', ')}` : ''}`,
        values: { tripped: { BOOL: tripped }, ...Object.fromEntries(changed.map((name) => [name, counts[name]])) },
      }),
    );
  }

  async finish(run: Run, now: number): Promise<void> {
    await this.table.change(
      changeOf(run, {
        when: '#state = :active',
        then: 'SET #state = :finished, #finishedAt = :now, #expiresAt = :expires REMOVE #bpk, #bsk',
        values: { active: ACTIVE, finished: FINISHED, now, expires: expiry(now, this.keepFinished) },
      }),
    );
  }
}

function changeOf(run: Run, change: Omit<Change, 'id'>): Change {
  return { id: runKey(run.runId), ...change };
}

function itemOf(run: Run): Item {
  return {
    pk: { S: runKey(run.runId) },
    run: { S: run.runId },
    state: { S: ACTIVE },
    mode: { S: run.mode },
    filter: { M: Object.fromEntries(Object.entries(run.filter).map(([name, value]) => [name, { S: value as string }])) },
    startedAt: { N: String(run.startedAt) },
    bpk: { S: shardKey('run', 0) },
    bsk: { S: runSortKey(run.startedAt, run.runId) },
    tripped: { BOOL: false },
    taken: { N: '0' },
    ...Object.fromEntries(runContract.counts.map((name) => [name, { N: '0' }])),
    ...(run.deferredBefore === undefined ? {} : { deferredBefore: { N: String(run.deferredBefore) } }),
    ...(run.maxEvents === undefined ? {} : { maxEvents: { N: String(run.maxEvents) } }),
  };
}

function readRun(item: Item): Run {
  return {
    runId: text(item, 'run'),
    mode: text(item, 'mode') as RunMode,
    filter: Object.fromEntries(Object.entries(item.filter?.M ?? {}).map(([name, { S }]) => [name, S])),
    deferredBefore: item.deferredBefore === undefined ? undefined : number(item, 'deferredBefore'),
    maxEvents: item.maxEvents === undefined ? undefined : number(item, 'maxEvents'),
    startedAt: number(item, 'startedAt'),
    tripped: item.tripped?.BOOL ?? false,
    stored: true,
  };
}
