import { keepFinishedSeconds } from '../../contract/maintenance-window/timing.json';
import { replayerEnvironment as names } from '../../contract/names.json';

/** What the construct decided at synth, read from the replayer's own environment. */
export interface Settings {
  /** Name or ARN of the deferred events table. */
  readonly table: string;
  /** The store's id: the dimension of its metrics. */
  readonly store: string;
  /** AUTOMATIC: sweeps start runs by themselves. */
  readonly replay: 'MANUAL' | 'AUTOMATIC';
  /** How many claims and runs may be live at once. Default 5. */
  readonly maxConcurrency: number;
  /** Most dispatches a second; Infinity without a cap. */
  readonly rate: number;
  /** Seconds for which finished rows are kept. Default 14 days. */
  readonly keepFinished: number;
}

/** Slower than live traffic, so that a drain cannot knock over what was just repaired. */
const DEFAULT_MAX_CONCURRENCY = 5;

/**
 * Reads the settings from environment variables.
 *
 * @throws Error naming the variable, its value and what is wanted
 */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const replay = environment[names.replay] ?? 'MANUAL';
  if (replay !== 'MANUAL' && replay !== 'AUTOMATIC') {
    throw new Error(`${names.replay} is '${replay}'; it must be MANUAL or AUTOMATIC`);
  }
  return {
    table: required(environment, names.table),
    store: required(environment, names.store),
    replay,
    maxConcurrency: positive(environment, names.maxConcurrency, { whole: true }) ?? DEFAULT_MAX_CONCURRENCY,
    rate: positive(environment, names.rate, { whole: false }) ?? Infinity,
    keepFinished: positive(environment, names.keepFinished, { whole: true }) ?? keepFinishedSeconds.default,
  };
}

function required(environment: Readonly<Record<string, string | undefined>>, name: string): string {
  const value = environment[name];
  if (!value) {
    throw new Error(`${name} is not set; the DeferredEventStore construct sets it`);
  }
  return value;
}

function positive(environment: Readonly<Record<string, string | undefined>>, name: string, { whole }: { whole: boolean }): number | undefined {
  const value = environment[name];
  if (value === undefined || value === '') {
    return undefined;
  }
  const number = Number(value);
  if (!(number > 0) || !Number.isFinite(number) || (whole && !Number.isInteger(number))) {
    throw new Error(`${name} is '${value}'; it must be a ${whole ? 'whole ' : ''}number above 0`);
  }
  return number;
}
