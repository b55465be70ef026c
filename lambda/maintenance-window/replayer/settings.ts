import { limits } from '../../contract/maintenance-window/replay.json';
import { keepFinishedSeconds } from '../../contract/maintenance-window/timing.json';
import { replayerEnvironment as names } from '../../contract/names.json';
import type { Environment } from '../../environment';

/** What the construct decided at synth, read from the replayer's own environment. */
export interface Settings {
  /** Name or ARN of the deferred events table. */
  readonly table: string;
  /** The store's id: the dimension of its metrics. */
  readonly store: string;
  /** AUTOMATIC: sweeps start runs by themselves. */
  readonly replay: 'MANUAL' | 'AUTOMATIC';
  /** How many claims and runs may be live at once. */
  readonly maxConcurrency: number;
  /** Most dispatches a second; Infinity without a cap. */
  readonly rate: number;
  /** Milliseconds for which finished rows are kept. Default 14 days. */
  readonly keepFinished: number;
}

/** What a number must be. */
interface Limit {
  readonly above: number;
  readonly whole: boolean;
}

/** Seconds, as synth has checked them: how few they may be is its rule. */
const KEEP_FINISHED: Limit = { above: 0, whole: true };

/**
 * Reads the settings from environment variables.
 *
 * @throws Error naming the variable, its value and what is wanted
 */
export function readSettings(environment: Environment): Settings {
  const replay = environment[names.replay] ?? 'MANUAL';
  if (replay !== 'MANUAL' && replay !== 'AUTOMATIC') {
    throw new Error(`${names.replay} is '${replay}'; it must be MANUAL or AUTOMATIC`);
  }
  return {
    table: required(environment, names.table),
    store: required(environment, names.store),
    replay,
    maxConcurrency: number(environment, names.maxConcurrency, limits.maxConcurrency) ?? limits.maxConcurrency.default,
    rate: number(environment, names.rate, limits.rate) ?? Infinity,
    keepFinished: (number(environment, names.keepFinished, KEEP_FINISHED) ?? keepFinishedSeconds.default) * 1000,
  };
}

function required(environment: Environment, name: string): string {
  const value = environment[name];
  if (!value) {
    throw new Error(`${name} is not set; the DeferredEventStore construct sets it`);
  }
  return value;
}

function number(environment: Environment, name: string, { above, whole }: Limit): number | undefined {
  const value = environment[name];
  if (value === undefined || value === '') {
    return undefined;
  }
  const given = Number(value);
  if (!(given > above) || !Number.isFinite(given) || (whole && !Number.isInteger(given))) {
    throw new Error(`${name} is '${value}'; it must be a ${whole ? 'whole ' : ''}number above ${above}`);
  }
  return given;
}
