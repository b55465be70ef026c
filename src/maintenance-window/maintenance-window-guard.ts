import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as lambda from 'aws-cdk-lib/aws-lambda';

import { NAMES } from '../private/contract.generated';
import { IDeferredEventStore } from './deferred-event-store';
import { IMaintenanceWindow } from './maintenance-window';

/** What guards a function, and the metrics of its gate. */
export interface IMaintenanceWindowGuard {
  /** The window that decides whether the handler is called. */
  readonly maintenanceWindow: IMaintenanceWindow;

  /** Where events are kept that come during a window. */
  readonly deferredEvents: IDeferredEventStore;

  /** The function's name in deferred events and metrics, unique in the account and Region. */
  readonly functionKey: string;

  /**
   * A metric of this function's gate.
   *
   * @param metricName one of those of the dimension `FunctionKey` that docs/contract.md lists
   * @param options statistic, period and other properties of the metric
   */
  metric(metricName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * How many events were deferred.
   *
   * @param options statistic, period and other properties of the metric
   */
  metricDeferred(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * How many invocations were answered that they must come back.
   *
   * @param options statistic, period and other properties of the metric
   */
  metricRejected(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * How many batches were left at their source.
   *
   * @param options statistic, period and other properties of the metric
   */
  metricLeft(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * How many replays of deferred events succeeded.
   *
   * @param options statistic, period and other properties of the metric
   */
  metricReplayed(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * How many replays of deferred events failed or were lost. They are tried again until they are quarantined.
   *
   * @param options statistic, period and other properties of the metric
   */
  metricReplayFailed(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * How many pointers to deferred events started nothing, because they came twice, late or forged.
   *
   * @param options statistic, period and other properties of the metric
   */
  metricReplayRefused(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * How many events could not be kept; their sources got an error.
   *
   * @param options statistic, period and other properties of the metric
   */
  metricStoreFailed(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * How often the window was decided on by an old value, because its parameter could not be read.
   *
   * @param options statistic, period and other properties of the metric
   */
  metricWindowStale(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * How often the function started without its gate: `onUnknownClient` is `RUN` and its runtime's client is unknown, or the gate is switched off.
   * The sweep of its store adds one each hour in which it finds the deployed function without it.
   *
   * @param options statistic, period and other properties of the metric
   */
  metricGateMissing(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * How many events without a known shape, or from a pipe that the app does not have, were kept.
   *
   * @param options statistic, period and other properties of the metric
   */
  metricUnrecognizedSource(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * How many events of CloudFormation's shape ran during a window, because of a member that neither CloudFormation nor a known library sends.
   *
   * @param options statistic, period and other properties of the metric
   */
  metricUnrecognizedContinuation(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * How many invocations ran after a window although they could not be looked up among the deferred events.
   *
   * @param options statistic, period and other properties of the metric
   */
  metricDuplicateCheckSkipped(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * How many deferred events of this function have failed as often as they may.
   *
   * @param options statistic, period and other properties of the metric
   */
  metricQuarantined(options?: cloudwatch.MetricOptions): cloudwatch.Metric;
}

/**
 * What guards a function: its window, its store, its name there, and the metrics of its gate.
 *
 * `MaintenanceWindowFunction.guard` returns it; a `MaintenanceWindowFunction` has it as `windowGuard`.
 *
 * @example
 * import * as lambda from 'aws-cdk-lib/aws-lambda';
 * import { MaintenanceWindowFunction } from 'cdk-patient-lambda';
 *
 * declare const orders: lambda.Function;
 *
 * const guard = MaintenanceWindowFunction.guard(orders);
 * guard.metricQuarantined().createAlarm(this, 'Quarantined', { threshold: 1, evaluationPeriods: 1 });
 */
export class MaintenanceWindowGuard implements IMaintenanceWindowGuard {
  /** @internal */
  public static _of(fn: lambda.Function, maintenanceWindow: IMaintenanceWindow, deferredEvents: IDeferredEventStore, functionKey: string) {
    return new MaintenanceWindowGuard(fn, maintenanceWindow, deferredEvents, functionKey);
  }

  private constructor(
    private readonly fn: lambda.Function,
    public readonly maintenanceWindow: IMaintenanceWindow,
    public readonly deferredEvents: IDeferredEventStore,
    public readonly functionKey: string,
  ) {}

  public metric(metricName: string, options: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    const { namespace, dimension } = NAMES.metrics;
    const statistic = cloudwatch.Stats.SUM;
    const metric = new cloudwatch.Metric({ namespace, metricName, statistic, dimensionsMap: { [dimension]: this.functionKey }, ...options });
    return metric.attachTo(this.fn);
  }

  public metricDeferred(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(NAMES.metrics.deferred, options);
  }

  public metricRejected(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(NAMES.metrics.rejected, options);
  }

  public metricLeft(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(NAMES.metrics.left, options);
  }

  public metricReplayed(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(NAMES.metrics.replayed, options);
  }

  public metricReplayFailed(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(NAMES.metrics.replayFailed, options);
  }

  public metricReplayRefused(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(NAMES.metrics.replayRefused, options);
  }

  public metricStoreFailed(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(NAMES.metrics.storeFailed, options);
  }

  public metricWindowStale(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(NAMES.metrics.windowStale, options);
  }

  public metricGateMissing(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(NAMES.metrics.gateMissing, options);
  }

  public metricUnrecognizedSource(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(NAMES.metrics.unrecognizedSource, options);
  }

  public metricUnrecognizedContinuation(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(NAMES.metrics.unrecognizedContinuation, options);
  }

  public metricDuplicateCheckSkipped(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(NAMES.metrics.duplicateCheckSkipped, options);
  }

  public metricQuarantined(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(NAMES.metrics.quarantined, options);
  }
}
