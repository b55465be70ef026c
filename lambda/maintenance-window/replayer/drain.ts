import type { Clock } from '../../clock';
import { shownError } from '../../thrown';
import { SHARDS } from '../store/keys';
import type { Circuit } from './circuit';
import type { Answer, Claim, Dispatcher } from './dispatcher';
import type { Flight } from './flight';
import type { Log } from './log';
import type { Pace } from './pace';
import type { Readiness } from './readiness';
import { type BacklogRow, DamagedRow, readEnvelope } from './row';
import { type Run, runOf, type Runs } from './runs';
import { sideBySide } from './side-by-side';
import type { Table } from './table';
import { NewestTicks, type Tick } from './ticks';
import { coalesce } from './transitions';

/** Milliseconds after which the index surely lists what was written before; a drain ends after two passes that found nothing. */
const INDEX_LAG = 1000;
const EMPTY_PASSES = 2;

export interface DrainParts {
  readonly table: Table;
  readonly runs: Runs;
  readonly readiness: Readiness;
  readonly dispatcher: Dispatcher;
  readonly flight: Flight;
  readonly pace: Pace;
  readonly circuit: Circuit;
  readonly clock: Clock;
  readonly log: Log;
  /** Milliseconds. */
  readonly keepFinished: number;
}

/** What was done for one run. */
export interface Counts {
  dispatched: number;
  refused: number;
  coalesced: number;
}

/** Why a drain ended. */
export type DrainEnd = 'nothing left to dispatch' | 'out of time' | 'circuit open';

/** Brings due events back to their functions, for one or more runs, until nothing is left to dispatch, time is over or too much fails. */
export class Drain {
  /** By run id. */
  readonly counts = new Map<string, Counts>();
  private readonly stored = new Map<string, Promise<Run>>();
  /** Runs that may take up no more events. */
  readonly full = new Set<string>();
  private readonly stopped = () => this.parts.circuit.open || this.parts.clock.now() >= this.deadline;

  /** @param deadline epoch milliseconds after which nothing more is dispatched */
  constructor(
    private readonly parts: DrainParts,
    readonly runs: readonly Run[],
    private readonly deadline: number,
  ) {}

  async drain(): Promise<DrainEnd> {
    const { clock, circuit, readiness } = this.parts;
    for (let empty = 0; empty < EMPTY_PASSES && !this.stopped();) {
      readiness.forgetSettling();
      const dispatched = await this.pass();
      const settling = [...readiness.waiting.values()].some(({ why }) => why === 'settling');
      empty = dispatched > 0 || settling ? 0 : empty + 1;
      if (dispatched === 0 && !this.stopped()) {
        await clock.sleep(Math.max(0, Math.min(INDEX_LAG, this.deadline - clock.now())));
      }
    }
    if (circuit.open) {
      return 'circuit open';
    }
    return clock.now() >= this.deadline ? 'out of time' : 'nothing left to dispatch';
  }

  /** Reads every shard once, side by side; how many events were dispatched. */
  private async pass(): Promise<number> {
    const { table, clock, log } = this.parts;
    const ticks = new NewestTicks();
    let dispatched = 0;
    await sideBySide(SHARDS, SHARDS.length, async (shard) => {
      for await (const rows of table.rows('pending', shard, { until: clock.now() }, (problem) =>
        log('row is left out', { problem: problem.message }),
      )) {
        for (const row of rows) {
          if (this.stopped()) {
            return;
          }
          if (row.rule !== undefined) {
            await this.meetTick(row, ticks);
          } else if (await this.consider(row)) {
            dispatched++;
          }
        }
      }
    });
    // Only who has seen every tick knows the newest
    return this.stopped() ? dispatched : dispatched + (await this.considerTicks(ticks.all));
  }

  /** Dispatches an event if it may be; whether it was. */
  private async consider(row: BacklogRow): Promise<boolean> {
    const { flight, pace, readiness } = this.parts;
    const run = this.runOf(row);
    try {
      if (!run || !(await readiness.ofRow(row))?.ready || !(await flight.take(this.stopped))) {
        return false;
      }
    } catch (error) {
      return this.leaveOut(row, error);
    }
    let claimed: Claim | undefined;
    try {
      // The window may have come on while this event waited for its place
      if ((await pace.turn(this.deadline)) && (await readiness.ofRow(row))?.ready) {
        claimed = await this.claim(row, run);
      }
    } catch (error) {
      return this.leaveOut(row, error);
    } finally {
      if (claimed) {
        flight.add(row.id, claimed.attempt);
      } else {
        flight.giveBack();
      }
    }
    return claimed !== undefined && (await this.send(claimed, run));
  }

  private async claim(row: BacklogRow, run: Run): Promise<Claim | undefined> {
    const { dispatcher, runs } = this.parts;
    const stored = await this.storedRun(run);
    const taken = row.run === run.runId;
    if (!taken && !(await runs.reserve(stored))) {
      this.full.add(run.runId);
      return undefined;
    }
    const claimed = await dispatcher.claim(row, run.runId);
    if (!claimed && !taken) {
      await runs.giveBack(stored);
    }
    return claimed;
  }

  private async send(claimed: Claim, run: Run): Promise<boolean> {
    const { dispatcher, readiness, pace, log } = this.parts;
    const {
      row: { functionKey, requestId },
      envelope,
    } = claimed;
    const functionArn = await readiness.ofEnvelope(envelope, functionKey);
    if (functionArn === undefined) {
      await dispatcher.giveBack(claimed);
      return false;
    }
    const answer: Answer = await dispatcher.send(claimed, functionArn);
    const counts = this.countsOf(run);
    switch (answer.kind) {
      case 'accepted':
        pace.faster();
        counts.dispatched++;
        return true;
      case 'throttled':
        pace.slower();
        counts.refused++;
        return false;
      case 'refused':
        readiness.refuse(envelope.functionArn, functionKey, answer.reason);
        counts.refused++;
        return false;
      case 'unclear':
        pace.slower();
        log('it is not clear whether Lambda took a pointer; its claim lapses unless a run starts', { requestId, reason: answer.reason });
        counts.dispatched++;
        return true;
    }
  }

  /** Discards the older of two ticks of one rule, as soon as they are read: a rule may have any number of them. */
  private async meetTick(row: BacklogRow, ticks: NewestTicks): Promise<void> {
    const { clock, table, keepFinished } = this.parts;
    const tick = this.runOf(row) && (await this.readyTick(row));
    const superseded = tick && ticks.meet(tick);
    const run = superseded && this.runOf(superseded.tick.row);
    if (!run) {
      return;
    }
    const { tick: older, by } = superseded;
    await this.storedRun(run);
    const { done } = await table.change(
      coalesce(older.row, { newest: by.row.requestId, hasChunks: older.hasChunks, now: clock.now(), keepFinished }),
    );
    this.countsOf(run).coalesced += done ? 1 : 0;
  }

  private async considerTicks(ticks: readonly Tick[]): Promise<number> {
    let dispatched = 0;
    await sideBySide(ticks, SHARDS.length, async ({ row }) => {
      dispatched += !this.stopped() && (await this.consider(row)) ? 1 : 0;
    });
    return dispatched;
  }

  /** A tick whose function may run now: none is discarded while its window is on, because a newer one may still come. */
  private async readyTick(row: BacklogRow): Promise<Tick | undefined> {
    const { readiness, table } = this.parts;
    try {
      const item = await table.get(row.id, 'pk', 'state', 'envelope', 'chunks', 'abandoned');
      const envelope = item?.state?.S === 'PENDING' ? readEnvelope(item) : undefined;
      const functionArn = envelope && (await readiness.ofEnvelope(envelope, row.functionKey));
      if (!item || functionArn === undefined) {
        return undefined;
      }
      return { row, functionArn, hasChunks: Number(item.chunks?.N ?? 0) > 0 || (item.abandoned?.L ?? []).length > 0 };
    } catch (error) {
      this.leaveOut(row, error);
      return undefined;
    }
  }

  private runOf(row: BacklogRow): Run | undefined {
    return runOf(
      this.runs.filter(({ runId }) => runId === row.run || !this.full.has(runId)),
      row,
    );
  }

  /** A damaged row must not stop the others; anything else must. */
  private leaveOut(row: BacklogRow, error: unknown): false {
    if (!(error instanceof DamagedRow)) {
      throw error;
    }
    this.parts.log('row is left out', { id: row.id, problem: shownError(error) });
    return false;
  }

  /** The run, with its row written: no event is claimed for a run that nobody would go on with. */
  private storedRun(run: Run): Promise<Run> {
    let stored = this.stored.get(run.runId);
    if (!stored) {
      stored = run.stored ? Promise.resolve(run) : this.parts.runs.store(run);
      this.stored.set(run.runId, stored);
    }
    return stored;
  }

  countsOf(run: Run): Counts {
    let counts = this.counts.get(run.runId);
    if (!counts) {
      counts = { dispatched: 0, refused: 0, coalesced: 0 };
      this.counts.set(run.runId, counts);
    }
    return counts;
  }
}
