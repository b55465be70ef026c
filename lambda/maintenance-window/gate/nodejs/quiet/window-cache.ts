/** What the gate knows of the window, how old that is, and when it must ask again. No timers: environments are frozen between invocations. */
import {
  coldBudgetShareOfTtl,
  coldReadBudget,
  failedRead,
  lastKnownForTtls,
  refreshAgeShare,
  refreshReadBudget,
} from '../../../../contract/maintenance-window/timing.json';
import { reasonOf } from '../../../../thrown';
import { decide, type Decision, guarded, lastOperated, nextChange } from '../../../window/decision';
import { latest, type Reading } from './reading';
import type { Reporter } from './report';
import type { Settings } from './settings';

/** What holds for one invocation. */
export type WindowState =
  | { readonly known: true; readonly decision: Decision; readonly guarded: boolean; readonly version: number }
  | { readonly known: false; readonly cause: string };

export interface WindowCacheOptions {
  readonly settings: Pick<Settings, 'cacheTtl' | 'leadTime' | 'duplicateCheckFor' | 'onWindowUnknown'>;
  /**
   * Reads within a budget of milliseconds.
   *
   * @throws Error whose message is the cause
   */
  readonly read: (budget: number) => Promise<Reading>;
  readonly reporter: Reporter;
  readonly clock?: () => number;
  /** From 0 to 1. */
  readonly random?: () => number;
}

/** One for each process. All times are epoch milliseconds of the wall clock, which goes on in a freeze. */
export class WindowCache {
  private readonly clock: () => number;
  private reading: Reading | undefined;
  private readAt = 0;
  private refreshAge = 0;
  private failedAt: number | undefined;
  private failure: string | undefined;
  /** In a row. */
  private failures = 0;
  private failureAge = 0;
  private logged: string | undefined;
  private noted: string | undefined;
  private pending: Promise<void> | undefined;
  private quietFrom = 0;
  private quietUntil = 0;

  constructor(private readonly options: WindowCacheOptions) {
    this.clock = options.clock ?? Date.now;
  }

  /** Whether nothing is on at this moment and nothing need be asked: all that the warm path compares. */
  isQuiet(now: number): boolean {
    return now < this.quietUntil && now >= this.quietFrom;
  }

  /** Begins a read with the cold-start budget; {@link state} takes its result. */
  start(): void {
    this.pending ??= this.read(coldReadBudget.value);
  }

  /**
   * What holds now; reads first when due.
   *
   * @param remaining milliseconds that are left of the invocation
   */
  async state(remaining: number): Promise<WindowState> {
    await this.pending;
    if (this.isDue()) {
      await this.read(this.budget(remaining));
    }
    const now = this.clock();
    const { reading } = this;
    const { cacheTtl, leadTime, duplicateCheckFor } = this.options.settings;
    if (!reading || Math.abs(now - this.readAt) > cacheTtl * lastKnownForTtls.value) {
      this.quietUntil = 0;
      return { known: false, cause: this.failure ?? 'never read' };
    }
    const { operator, planned, lastModified, version } = reading;
    const decision = decide(operator, planned, leadTime, now);
    const forcedOff = operator.mode === 'off' || (operator.mode === 'off-until' && now < operator.at!);
    if (!decision.on && !forcedOff && planned === null && reading.plannedFailure !== undefined) {
      this.quietUntil = 0; // nobody can say that no planned interval is on
      return { known: false, cause: reading.plannedFailure };
    }
    const operated = lastOperated(operator, version, lastModified);
    const isGuarded = !decision.on && guarded(operator, planned, operated, duplicateCheckFor, now);
    if (decision.on || isGuarded || this.failure !== undefined) {
      this.quietUntil = 0;
    } else {
      this.quietFrom = this.readAt;
      this.quietUntil = Math.min(nextChange(operator, planned, leadTime, operated, duplicateCheckFor, now), this.readAt + this.refreshAge);
    }
    return { known: true, decision, guarded: isGuarded, version };
  }

  private isDue(): boolean {
    const now = this.clock();
    const within = (since: number, age: number) => now >= since && now - since < age;
    return this.failedAt !== undefined ? !within(this.failedAt, this.failureAge) : !this.reading || !within(this.readAt, this.refreshAge);
  }

  private budget(remaining: number): number {
    const age = this.clock() - this.readAt;
    const old = !this.reading || age < 0 || age > this.options.settings.cacheTtl * coldBudgetShareOfTtl.value;
    return old ? Math.max(0, Math.min(coldReadBudget.value, remaining * coldReadBudget.shareOfRemaining)) : refreshReadBudget.value;
  }

  private async read(budget: number): Promise<void> {
    const started = this.clock();
    try {
      const reading = await this.options.read(budget);
      this.reading = latest(this.reading, reading);
      this.readAt = started;
      const { from, to } = refreshAgeShare;
      this.refreshAge = this.options.settings.cacheTtl * (from + (to - from) * this.random());
      this.failedAt = this.failure = undefined;
      this.failures = 0;
      this.note(reading.mirrorFailure);
      const { planned } = this.reading;
      this.say(
        reading.stale ?? reading.plannedFailure ?? (planned && started >= planned.horizon ? 'the planned parameter is past its horizon' : undefined),
      );
    } catch (error) {
      this.failedAt = Math.min(this.clock(), started + budget); // one that took longer was frozen: that says nothing about now
      this.failure = reasonOf(error);
      this.failureAge = this.nextFailureAge();
      this.say(this.failure);
    } finally {
      this.pending = undefined;
    }
  }

  /** How long the next failure in a row is not asked about again, in milliseconds. */
  private nextFailureAge(): number {
    const { first, factor, jitterShare } = failedRead;
    return Math.min(this.options.settings.cacheTtl, first * factor ** this.failures++) * (1 - jitterShare * this.random());
  }

  private random(): number {
    return (this.options.random ?? Math.random)();
  }

  /** Counts each time that the mirror could not be read, which Parameter Store's quota bears, and logs each change of cause. */
  private note(mirrorFailure: string | undefined): void {
    const { reporter } = this.options;
    if (mirrorFailure !== undefined) {
      reporter.count('windowStale');
      if (mirrorFailure !== this.noted) {
        reporter.log(`the mirror of the maintenance window could not be read, so Parameter Store was asked: ${mirrorFailure}`);
      }
    }
    this.noted = mirrorFailure;
  }

  /** Counts each failed read, logs each change of cause. */
  private say(cause: string | undefined): void {
    const { reporter, settings } = this.options;
    if (cause !== undefined) {
      reporter.count('windowStale');
      if (cause !== this.logged) {
        const known = this.reading ? 'the last known value counts' : `onWindowUnknown: ${settings.onWindowUnknown}`;
        reporter.log(`the maintenance window could not be read (${known}): ${cause}`);
      }
    } else if (this.logged !== undefined) {
      reporter.log('the maintenance window can be read again');
    }
    this.logged = cause;
  }
}
