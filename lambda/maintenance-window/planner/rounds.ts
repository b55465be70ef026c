/** What the planner does beside CloudFormation's requests: the round of each minute, and that of a parameter that has changed. */
import type { Clock } from '../../clock';
import { metrics as names } from '../../contract/names.json';
import { metricsLine, type MetricValues } from '../../embedded-metrics';
import { operatorParameterOf, type WindowNames, windowOf } from '../mirror/parameter-names';
import type { Log } from './log';
import type { Mirror } from './mirror';
import type { Outcome } from './mirrored-window';
import type { Settings } from './settings';

/** Milliseconds: a round is over before the next one begins. */
const LONGEST_ROUND = 50_000;
/** Milliseconds kept back from the invocation's time. */
const EXIT_MARGIN = 5_000;

export interface RoundsDependencies {
  readonly mirror: Pick<Mirror, 'lastValue' | 'mirror'>;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly log: Log;
  /** Writes to standard output, where metrics are read. */
  readonly write: (line: string) => void;
}

export class Rounds {
  constructor(private readonly dependencies: RoundsDependencies) {}

  /**
   * Mirrors every window of the stack and publishes its metrics.
   *
   * @param remaining milliseconds that are left of the invocation
   * @throws Error after all is done when the event bus was not told of a window that has opened or closed
   */
  async minute(remaining: number): Promise<void> {
    const { mirror, settings, write, clock } = this.dependencies;
    const outcomes = await mirror.mirror(settings.windows, this.end(remaining));
    for (const outcome of outcomes) {
      const values = metricsOf(outcome, clock.now());
      if (values) {
        write(metricsLine(names.windowDimension, `${outcome.window.stack}/${outcome.window.window}`, values, clock.now()));
      }
    }
    this.conclude(outcomes);
  }

  /**
   * Mirrors the window whose parameter has changed. One that is not the stack's any more, or not yet, is mirrored when it has an item: functions may
   * still go by it. Of other parameters there is nothing to do.
   *
   * @param parameter name of an operator's or planned parameter
   * @param remaining milliseconds that are left of the invocation
   * @throws Error as {@link minute} does
   */
  async changed(parameter: string, remaining: number): Promise<void> {
    const { mirror, log } = this.dependencies;
    const end = this.end(remaining);
    const window = windowOf(parameter);
    if (!window || !(await this.isMirrored(window, end))) {
      log('a parameter changed that is not one of a window of this stack', { parameter });
      return;
    }
    this.conclude(await mirror.mirror([window], end));
  }

  private async isMirrored(window: WindowNames, end: number): Promise<boolean> {
    const { mirror, settings } = this.dependencies;
    const isOfStack = settings.windows.some((one) => one.stack === window.stack && one.window === window.window);
    return isOfStack || (window.stack === settings.stack && (await mirror.lastValue(operatorParameterOf(window), end)) !== undefined);
  }

  private end(remaining: number): number {
    return this.dependencies.clock.now() + Math.min(LONGEST_ROUND, Math.max(0, remaining - EXIT_MARGIN));
  }

  private conclude(outcomes: readonly Outcome[]): void {
    const untold = logTroubles(outcomes, this.dependencies.log);
    if (untold.length > 0) {
      throw new Error(`the event bus was not told of ${untold.map(({ window }) => window.window).join(', ')}: ${untold[0].untold}`);
    }
  }
}

/** Logs what went wrong with windows, and returns those that the event bus was not told of. */
export function logTroubles(outcomes: readonly Outcome[], log: Log): Outcome[] {
  for (const { troubles } of outcomes) {
    for (const { parameter, cause, fix } of troubles) {
      log('a window is not mirrored as Parameter Store has it', { parameter, cause, fix });
    }
  }
  return outcomes.filter(({ untold }) => untold !== undefined);
}

/** Undefined for a window of which there is nothing yet. */
function metricsOf({ state, troubles }: Outcome, now: number): MetricValues | undefined {
  if (!state && troubles.length === 0) {
    return undefined;
  }
  const stale: MetricValues = { [names.mirrorStale]: [troubles.length > 0 ? 1 : 0, 'Count'] };
  if (!state) {
    return stale;
  }
  const forcedOn = state.operator.mode === 'on' ? Math.max(0, now - state.modified) / 1000 : 0;
  return { [names.windowOn]: [state.decision.on ? 1 : 0, 'Count'], [names.forcedOnAge]: [forcedOn, 'Seconds'], ...stale };
}
