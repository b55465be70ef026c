import { Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';

import { REPLAY } from '../private/contract.generated';
import { ValidationError } from '../private/validation-error';

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
   * An operator starts each replay, by an invocation of the store's replayer.
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

  private constructor(
    private readonly mode: 'MANUAL' | 'AUTOMATIC',
    private readonly options: ReplayOptions,
  ) {}

  /**
   * What the replayer of a store is told. Checked here and not in the constructor: only a store is a construct that an error can name.
   *
   * @throws ValidationError for a limit that can't be one
   * @internal
   */
  public _bind(store: IConstruct): ReplayOptions & { readonly mode: string } {
    const { maxConcurrency, rate } = this.options;
    check(store, 'maxConcurrency', maxConcurrency, REPLAY.limits.maxConcurrency);
    check(store, 'rate', rate, REPLAY.limits.rate);
    return { mode: this.mode, ...this.options };
  }
}

/** What a number must be. */
interface Limit {
  readonly above: number;
  readonly whole: boolean;
}

function check(store: IConstruct, name: keyof ReplayOptions, value: number | undefined, { above, whole }: Limit): void {
  if (value !== undefined && !(Number.isFinite(value) && value > above && (!whole || Number.isInteger(value)))) {
    throw new ValidationError(store, `${name} of its Replay must be a ${whole ? 'whole ' : ''}number above ${above}, got ${shown(value)}`);
  }
}

function shown(value: number): string {
  return Token.isUnresolved(value) ? 'a token, which only the deployment knows' : String(value);
}
