import { REPLAY } from '../private/contract.generated';

/** How fast deferred events are brought back. */
export interface ReplayOptions {
  /**
   * How many deferred events may be claimed or running at once, over all functions of the store.
   *
   * Low on purpose: what was just repaired should not be knocked over by its backlog.
   *
   * @default 5
   */
  readonly maxConcurrency?: number;

  /**
   * How many deferred events may be started in a second, over all functions of the store. Fractions are allowed.
   *
   * @default - no limit but `maxConcurrency`
   */
  readonly rate?: number;
}

/** When deferred events are brought back. */
export class Replay {
  /**
   * Somebody starts each replay, by an invocation of the store's replayer.
   *
   * @param options how fast, once started
   */
  public static manual(options: ReplayOptions = {}): Replay {
    return new Replay('MANUAL', options);
  }

  /**
   * Each minute's sweep brings back what may run: events of functions whose window has ended.
   *
   * @param options how fast
   */
  public static automatic(options: ReplayOptions = {}): Replay {
    return new Replay('AUTOMATIC', options);
  }

  /** @internal */
  public readonly _mode: string;
  /** @internal */
  public readonly _options: ReplayOptions;

  private constructor(mode: 'MANUAL' | 'AUTOMATIC', options: ReplayOptions) {
    const { maxConcurrency, rate } = options;
    check('maxConcurrency', maxConcurrency, REPLAY.limits.maxConcurrency);
    check('rate', rate, REPLAY.limits.rate);
    this._mode = mode;
    this._options = options;
  }
}

function check(name: keyof ReplayOptions, value: number | undefined, { above, whole }: { readonly above: number; readonly whole: boolean }): void {
  if (value !== undefined && !(Number.isFinite(value) && value > above && (!whole || Number.isInteger(value)))) {
    throw new Error(`${name} must be a ${whole ? 'whole ' : ''}number above ${above}, got ${value}`);
  }
}
