/** Brings deferred events back: what a sweep and a run by hand do, put together from their parts. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api';
import type { SSMClient } from '@aws-sdk/client-ssm';

import type { Clock } from '../../clock';
import { settle } from '../../contract/maintenance-window/timing.json';
import { metrics as names } from '../../contract/names.json';
import { shownError } from '../../thrown';
import { type Census, takeCensus } from './census';
import { Circuit } from './circuit';
import { removeFinishedChunks, removeUnfinished } from './cleanup';
import { reportMissingGates } from './deployed-gates';
import { Dispatcher } from './dispatcher';
import { Drain, type DrainEnd } from './drain';
import { Flight } from './flight';
import { returnLapsedLeases } from './leases';
import type { Log } from './log';
import type { Metrics } from './metrics';
import { Mover } from './mover';
import { countOrphans } from './orphans';
import { Pace } from './pace';
import { Readiness, type Waiting } from './readiness';
import { Redirect, type RedirectReport } from './redirect';
import type { Request, RunFilter } from './request';
import { newRun, type Run, Runs } from './runs';
import type { Settings } from './settings';
import { Table } from './table';
import { TaggedFunctions } from './tagged-functions';
import { Targets } from './targets';
import { Windows } from './windows';

export interface ReplayerParts {
  readonly dynamodb: DynamoDBClient;
  readonly lambda: LambdaClient;
  readonly ssm: SSMClient;
  readonly tagging: ResourceGroupsTaggingAPIClient;
  readonly settings: Settings;
  readonly clock: Clock;
  /** 0 to 1. */
  readonly random: () => number;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** What became of a run so far. */
export interface RunReport {
  readonly run: string;
  readonly state: 'ACTIVE' | 'FINISHED';
  /** Pointers that Lambda accepted in this invocation. */
  readonly dispatched: number;
  /** Pointers that Lambda refused; their events wait for a next attempt. */
  readonly refused: number;
  /** Ticks discarded for a newer one of the same rule. */
  readonly coalesced: number;
  /** Events that the run still has to do or that are under way. */
  readonly pending: number;
}

export interface DrainReport {
  readonly runs: readonly RunReport[];
  readonly ended: DrainEnd;
  /** Functions whose events were not dispatched, and why. */
  readonly waiting: readonly Waiting[];
}

export interface SweepReport extends DrainReport {
  readonly returned: number;
  readonly quarantined: number;
  readonly unfinishedRemoved: number;
  readonly cleanedUp: number;
  readonly backlog: number;
  /** Events of the backlog that wait for a function that is gone; undefined when that could not be told. */
  readonly orphaned?: number;
}

/** What one invocation knows of the store's functions. */
interface Known {
  readonly tagged: TaggedFunctions;
  readonly targets: Targets;
}

/** Milliseconds kept back from the end of an invocation, for the last dispatch and the counts after it. */
const MARGIN = 5000;
/** Milliseconds for which a sweep dispatches: the next one comes every minute, and two at once would help nobody. */
const SWEEP_BUDGET = 50_000;

export class Replayer {
  private readonly table: Table;
  private readonly runs: Runs;
  private readonly windows: Windows;

  constructor(private readonly parts: ReplayerParts) {
    this.table = new Table(parts.dynamodb, parts.settings.table);
    this.runs = new Runs(this.table, parts.settings.keepFinished);
    this.windows = new Windows(parts.ssm, parts.clock);
  }

  /**
   * Starts a run by hand and works on it for as long as this invocation may; sweeps go on with what is left.
   *
   * @param remaining milliseconds that this invocation has left
   */
  async replay(filter: RunFilter, maxEvents: number | undefined, remaining: number): Promise<RunReport & Omit<DrainReport, 'runs'>> {
    const { clock, log } = this.parts;
    const run = await this.runs.store(newRun({ mode: 'MANUAL', filter, maxEvents, now: clock.now(), skew: settle.value }));
    log('run is started', { run: run.runId, filter, maxEvents });
    const {
      runs: [report],
      ...drain
    } = (await this.work([run], clock.now() + remaining - MARGIN, this.known())).report;
    return { ...report, ...drain };
  }

  /**
   * Gives events that wait under one function key to the function of another one. What is left when this invocation ends is taken by calling again.
   *
   * @param remaining milliseconds that this invocation has left
   */
  async redirect(request: Extract<Request, { action: 'redirect' }>, remaining: number): Promise<RedirectReport> {
    const { clock, settings, log } = this.parts;
    const { filter, to, maxEvents } = request;
    log('redirect is started', { filter, to, maxEvents });
    const parts = { table: this.table, targets: this.known().targets, clock, log, keepFinished: settings.keepFinished };
    const redirect = new Redirect({ ...parts, mover: new Mover(parts, to) }, filter, clock.now() + remaining, maxEvents);
    try {
      return await redirect.redirect();
    } finally {
      log('redirect has ended', { ...redirect.progress });
    }
  }

  /**
   * What the schedule does every minute. A step that fails does not keep the others from being done.
   *
   * @param remaining milliseconds that this invocation has left
   * @throws Error naming each step that failed
   */
  async sweep(remaining: number): Promise<SweepReport> {
    const { clock, settings, log } = this.parts;
    const failures: string[] = [];
    const step = async <T>(name: string, work: () => T | Promise<T>): Promise<T | undefined> => {
      try {
        return await work();
      } catch (error) {
        failures.push(`${name}: ${shownError(error)}`);
        return undefined;
      }
    };
    const known = this.known();
    const parts = { ...this.parts, ...known, table: this.table, keepFinished: settings.keepFinished };
    const deadline = clock.now() + Math.min(remaining - MARGIN, SWEEP_BUDGET);

    const leases = await step('return lapsed leases', () => returnLapsedLeases(parts, deadline));
    const unfinishedRemoved = (await step('remove unfinished writes', () => removeUnfinished(parts, deadline))) ?? 0;
    const cleanedUp = (await step('remove finished chunks', () => removeFinishedChunks(parts, deadline))) ?? 0;
    const worked = await step('replay', async () => this.work(await this.dueRuns(), deadline, known));
    const census = worked?.census ?? (await step('count the backlog', () => takeCensus(parts, [], new Set())));
    if (census) {
      await step('publish metrics', () => this.publish(census));
    }
    const orphaned = census && (await step('count events without a function', () => this.countOrphans(parts, census)));
    await step('look at deployed gates', () => reportMissingGates(parts, settings.store, clock.now()));
    const report: SweepReport = {
      returned: 0,
      quarantined: 0,
      ...leases,
      unfinishedRemoved,
      cleanedUp,
      backlog: census?.backlog ?? 0,
      ...(orphaned === undefined ? {} : { orphaned }),
      ...(worked?.report ?? { runs: [], ended: 'out of time', waiting: [] }),
    };
    log('sweep', { ...report, failures });
    if (failures.length > 0) {
      throw new Error(`sweep failed in part: ${failures.join('; ')}`);
    }
    return report;
  }

  /** Runs to go on with; in automatic mode also one that takes whatever there is. */
  private async dueRuns(): Promise<Run[]> {
    const { settings, clock } = this.parts;
    const active = await this.runs.active();
    // One that is not finished comes first and takes all: the new one then stays empty, and is never written
    return settings.replay === 'MANUAL' ? active : [...active, newRun({ mode: 'AUTOMATIC', filter: {}, now: clock.now(), skew: settle.value })];
  }

  /** Drains for these runs, finishes those that have nothing left to do, and says how it went. */
  private async work(runs: readonly Run[], deadline: number, { targets }: Known): Promise<{ report: DrainReport; census: Census }> {
    const { clock } = this.parts;
    const { drain, readiness, circuit, flight } = this.newDrain(runs, deadline, targets);
    const ended = runs.length === 0 ? 'nothing left to dispatch' : await drain.drain();
    await flight.look();
    const census = await takeCensus({ ...this.parts, table: this.table }, runs, drain.full);
    const reports: RunReport[] = [];
    for (const run of runs.filter((each) => each.stored || drain.counts.has(each.runId))) {
      const counts = drain.countsOf(run);
      await this.runs.note(run, { ...counts }, circuit.open);
      const pending = census.work.get(run.runId) ?? 0;
      // The index may not list for a moment what has just changed its group; what was dispatched is known by consistent reads
      const finished = pending === 0 && flight.size === 0 && ended === 'nothing left to dispatch';
      if (finished) {
        await this.runs.finish(run, clock.now());
      }
      reports.push({ run: run.runId, state: finished ? 'FINISHED' : 'ACTIVE', ...counts, pending });
    }
    return { report: { runs: reports, ended, waiting: [...readiness.waiting.values()] }, census };
  }

  private newDrain(runs: readonly Run[], deadline: number, targets: Targets) {
    const { lambda, clock, random, log, settings } = this.parts;
    const circuit = new Circuit();
    const most = settings.maxConcurrency;
    // After the breaker stopped a drain the next one begins with one event, and grows with each success
    const flight = new Flight(this.table, clock, runs.some(({ tripped }) => tripped) ? 1 : most, (ending) => {
      if (ending === 'returned') {
        this.windows.forget();
        return;
      }
      circuit.record(ending === 'succeeded');
      if (ending === 'succeeded') {
        flight.limit = Math.min(most, flight.limit * 2);
      }
    });
    const readiness = new Readiness(this.table, targets, this.windows);
    const drain = new Drain(
      {
        table: this.table,
        runs: this.runs,
        readiness,
        dispatcher: new Dispatcher(this.table, lambda, clock, random),
        flight,
        pace: new Pace(clock, settings.rate),
        circuit,
        clock,
        log,
        keepFinished: settings.keepFinished,
      },
      runs,
      deadline,
    );
    return { drain, readiness, circuit, flight };
  }

  private known(): Known {
    const { tagging, lambda, settings } = this.parts;
    const tagged = new TaggedFunctions(tagging, settings.store);
    return { tagged, targets: new Targets(lambda, tagged) };
  }

  private async countOrphans(parts: Parameters<typeof countOrphans>[0], { pending }: Census): Promise<number> {
    const orphaned = await countOrphans(parts, pending);
    this.parts.metrics.ofStore({ [names.orphaned]: [orphaned, 'Count'] });
    return orphaned;
  }

  private publish(census: Census): void {
    this.parts.metrics.ofStore({
      [names.backlog]: [census.backlog, 'Count'],
      [names.backlogAge]: [census.age / 1000, 'Seconds'],
    });
  }
}
