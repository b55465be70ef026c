/** Runs one case and tells what came of it. */
import { Account } from './account';
import type { Wave, WindowSource } from './fleet';
import type { Service } from './services/service';
import { inVirtualTime } from './virtual-time';

export interface FleetCase {
  readonly title: string;
  readonly source: WindowSource;
  /** The operator's value before anything happens. */
  readonly initial: 'auto' | 'on';
  readonly waves: readonly Wave[];
  /** Milliseconds between an environment's invocations. */
  readonly period: number;
  /** What happens, in this order, each not before its time, milliseconds after the start. */
  readonly steps: readonly Step[];
  /** No handler may run from so many milliseconds after the operator's last write on; null: from the start on. */
  readonly promise: number | null;
  /** Milliseconds after the start. */
  readonly end: number;
  /** Ends as soon as all are held after the promise. */
  readonly endsWhenHeld?: boolean;
}

export interface Step {
  readonly at: number;
  readonly act: (account: Account) => void | Promise<void>;
}

/** Counts begin with the first environment. */
export interface Outcome {
  /** Null when the operator's write was never accepted. */
  readonly runsAfterPromise: number | null;
  /** Seconds after the operator's last write (without one, after the first environment) at which the last handler began; null: none did. */
  readonly lastRun: number | null;
  /** Seconds that the operator took to write; null: no write, or none that was accepted. */
  readonly operatorTook: number | null;
  /** Handlers that began in an environment that had held the invocation before. */
  readonly relapses: number;
  /** Environments whose handlers were still run at the end. */
  readonly stillRunning: number;
  /** Reads of the gates that found no quota left. */
  readonly refusedReads: { readonly parameterStore: number; readonly mirror: number };
  /** Requests of others in the account that Parameter Store refused. */
  readonly lost: { readonly reads: number; readonly writes: number };
  /** Requests of the gates a second. */
  readonly rates: { readonly parameterStore: Rate; readonly mirror: Rate };
  /** Minutes and events that the planner failed at. */
  readonly plannerFailures: number;
}

export interface Rate {
  readonly mean: number;
  readonly peak: number;
}

const START = Date.parse('2027-01-10T00:00:00Z');
/** Milliseconds at a time, between which the end is looked for. */
const STRIDE = 10_000;
/** How often the parameter was written before: a version that one made anew does not reach. */
const VERSION = 40;

export function simulate(one: FleetCase, seed: number): Promise<Outcome> {
  return inVirtualTime(START, seed, async (time) => {
    const initial = { value: one.initial, version: VERSION };
    const account = new Account(time, one.source, initial);
    const end = START + one.end;
    account.begin();
    one.waves.forEach((wave) => account.fleet.begin(wave, one.period, end));
    let done = false;
    time.begin(async () => {
      for (const { at, act } of one.steps) {
        await time.sleep(Math.max(0, START + at - time.now()));
        await act(account);
      }
      done = true;
    });
    const isOver = () => one.endsWhenHeld && done && time.now() > promised(one, account) && account.fleet.stillRunning === 0;
    while (time.now() < end && !isOver()) {
      await time.runUntil(Math.min(time.now() + STRIDE, end));
    }
    return outcome(one, account);
  });
}

function promised({ promise }: FleetCase, { operator }: Account): number {
  return promise === null ? START : (operator.wroteAt ?? Infinity) + promise;
}

function outcome(one: FleetCase, account: Account): Outcome {
  const { fleet, operator, others, parameterStore, mirror, planner, time } = account;
  const begin = START + Math.min(...one.waves.map(({ from }) => from));
  const { triedAt, wroteAt } = operator;
  const wasRefused = triedAt !== undefined && wroteAt === undefined;
  const { lastAt } = fleet.runs;
  const rate = (service: Service): Rate => {
    const requests = service.requests('gates');
    return { mean: requests.between(begin) / ((time.now() - begin) / 1000), peak: requests.peak(begin) };
  };
  return {
    runsAfterPromise: wasRefused ? null : fleet.runs.between(promised(one, account)),
    lastRun: lastAt === undefined ? null : (lastAt - (one.promise === null ? begin : (wroteAt ?? begin))) / 1000,
    operatorTook: triedAt === undefined || wroteAt === undefined ? null : (wroteAt - triedAt) / 1000,
    relapses: fleet.relapses.between(begin),
    stillRunning: fleet.stillRunning,
    refusedReads: { parameterStore: parameterStore.refusals('gates').between(begin), mirror: mirror.refusals('gates').between(begin) },
    lost: { reads: others.lostReads.between(begin), writes: others.lostWrites.between(begin) },
    rates: { parameterStore: rate(parameterStore), mirror: rate(mirror) },
    plannerFailures: planner.failures,
  };
}
