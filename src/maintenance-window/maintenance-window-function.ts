import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct, IConstruct } from 'constructs';

import { NAMES } from '../private/contract.generated';
import { ValidationError } from '../private/validation-error';
import { IDeferredEventStore } from './deferred-event-store';
import { IMaintenanceWindow } from './maintenance-window';
import { MaintenanceWindowGuard, MaintenanceWindowOptions } from './maintenance-window-options';
import { guard } from './parts/guard';

const MAINTENANCE_WINDOW_FUNCTION = Symbol.for('cdk-patient-lambda.MaintenanceWindowFunction');

/** Properties of a function under a maintenance window: those of `lambda.Function`, and how it behaves during a window. */
export interface MaintenanceWindowFunctionProps extends lambda.FunctionProps, MaintenanceWindowOptions {}

/**
 * A Lambda function whose handler is not called while a maintenance window is on.
 *
 * A drop-in for `lambda.Function`. Meanwhile every invocation gets the right answer for its source, or is kept, byte for byte, and replayed
 * afterwards. Nothing is acknowledged before it is kept, and a run that may be a repeat says so in its client context.
 *
 * @example
 * import { Duration } from 'aws-cdk-lib';
 * import * as lambda from 'aws-cdk-lib/aws-lambda';
 * import { DeferralAction, MaintenanceWindowFunction } from 'cdk-patient-lambda';
 *
 * new MaintenanceWindowFunction(this, 'Orders', {
 *   runtime: lambda.Runtime.NODEJS_22_X,
 *   handler: 'index.handler',
 *   code: lambda.Code.fromAsset('orders'),
 *   timeout: Duration.seconds(10),
 *   deferral: { functionUrl: DeferralAction.DEFER },
 * });
 */
export class MaintenanceWindowFunction extends lambda.Function {
  /**
   * Whether a construct is a `MaintenanceWindowFunction`. A function that was made elsewhere and guarded is not.
   *
   * @param construct any construct
   */
  public static isMaintenanceWindowFunction(construct: IConstruct): construct is MaintenanceWindowFunction {
    return MAINTENANCE_WINDOW_FUNCTION in construct;
  }

  /**
   * Puts a function that was made elsewhere (`NodejsFunction`, `PythonFunction`, ...) under a maintenance window.
   *
   * @param fn the function, in this app
   * @param options how it behaves during a window
   */
  public static guard(fn: lambda.Function, options: MaintenanceWindowOptions = {}): MaintenanceWindowGuard {
    return guard(fn, options);
  }

  /** The window that decides whether the handler is called. */
  public readonly maintenanceWindow: IMaintenanceWindow;

  /** Where events are kept that come during a window. */
  public readonly deferredEvents: IDeferredEventStore;

  /**
   * The function's name in deferred events and metrics, unique in the account and Region.
   *
   * @attribute
   */
  public readonly functionKey: string;

  constructor(scope: Construct, id: string, props: MaintenanceWindowFunctionProps) {
    super(scope, id, props);
    Object.defineProperty(this, MAINTENANCE_WINDOW_FUNCTION, { value: true });
    const { maintenanceWindow, deferredEvents, functionKey } = guard(this, props);
    this.maintenanceWindow = maintenanceWindow;
    this.deferredEvents = deferredEvents;
    this.functionKey = functionKey;
  }

  /**
   * How many events were deferred.
   *
   * @param options statistic, period and other properties of the metric
   */
  public metricDeferred(options: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    return this.metricOfGate(NAMES.metrics.deferred, options);
  }

  /**
   * How many events could not be kept; their sources got an error.
   *
   * @param options statistic, period and other properties of the metric
   */
  public metricStoreFailed(options: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    return this.metricOfGate(NAMES.metrics.storeFailed, options);
  }

  /**
   * How often the window was decided on by an old value, because its parameter could not be read.
   *
   * @param options statistic, period and other properties of the metric
   */
  public metricWindowStale(options: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    return this.metricOfGate(NAMES.metrics.windowStale, options);
  }

  /**
   * How many deferred events of this function have failed as often as they may.
   *
   * @param options statistic, period and other properties of the metric
   */
  public metricQuarantined(options: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    return this.metricOfGate(NAMES.metrics.quarantined, options);
  }

  /**
   * CloudFront asks this of a function that it is to run.
   *
   * @internal
   */
  public _checkEdgeCompatibility(): void {
    throw new ValidationError(
      this,
      "this function can't run at the edge (Lambda@Edge), where functions have no layers: use a lambda.Function, without a maintenance window",
    );
  }

  private metricOfGate(metricName: string, options: cloudwatch.MetricOptions): cloudwatch.Metric {
    const { namespace, dimension } = NAMES.metrics;
    const statistic = cloudwatch.Stats.SUM;
    return new cloudwatch.Metric({ namespace, metricName, statistic, dimensionsMap: { [dimension]: this.functionKey }, ...options }).attachTo(this);
  }
}
