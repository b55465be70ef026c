import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct, IConstruct } from 'constructs';

import { NAMES } from '../private/contract.generated';
import { ValidationError } from '../private/validation-error';
import { IDeferredEventStore } from './deferred-event-store';
import { IMaintenanceWindow } from './maintenance-window';
import { MaintenanceWindowGuard } from './maintenance-window-guard';
import { GuardAllOptions, MaintenanceWindowOptions } from './maintenance-window-options';
import { guard } from './parts/guard';
import { guardAll } from './parts/guard-all';

const MAINTENANCE_WINDOW_FUNCTION = Symbol.for('cdk-patient-lambda.MaintenanceWindowFunction');

const { namespace: _n, dimension: _d, storeDimension: _s, windowDimension: _w, ...named } = NAMES.metrics;
const { backlog, backlogAge, orphaned, windowOn, forcedOnAge, mirrorStale, ...gateMetrics } = named;

/** Where a metric of the library is to be found, by its name. */
const OWN_METRICS = new Map<string, string>([
  ...Object.values(gateMetrics).map((name) => [name, 'windowGuard'] as const),
  ...[backlog, backlogAge, orphaned].map((name) => [name, 'deferredEvents'] as const),
  ...[windowOn, forcedOnAge, mirrorStale].map((name) => [name, 'maintenanceWindow'] as const),
]);

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
   * @param fn the function itself, made in this app; not a version or an alias of it
   * @param options how it behaves during a window
   */
  public static guard(fn: lambda.IFunction, options: MaintenanceWindowOptions = {}): MaintenanceWindowGuard {
    return guard(fn, options);
  }

  /**
   * Puts every function under a scope under a maintenance window: those that are there by now, and, when the app is synthesized, those that are
   * added later.
   *
   * Functions that are guarded already stay as they are. Those that cannot be guarded are left out, and an annotation (info) says why: unsupported
   * runtimes, this library's own functions, functions at the edge, and those that the CDK makes for itself (`SingletonFunction`, `Provider`).
   *
   * @param scope an app, a stage, a stack or any other construct
   * @param options how they behave during a window
   * @returns the guards of the functions that are there by now
   *
   * @example
   * import { MaintenanceWindowFunction } from 'cdk-patient-lambda';
   *
   * for (const guard of MaintenanceWindowFunction.guardAll(this)) {
   *   guard.metricQuarantined();
   * }
   */
  public static guardAll(scope: IConstruct, options: GuardAllOptions = {}): MaintenanceWindowGuard[] {
    return guardAll(scope, options);
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

  /** What guards this function, with the metrics of its gate. */
  public readonly windowGuard: MaintenanceWindowGuard;

  constructor(scope: Construct, id: string, props: MaintenanceWindowFunctionProps) {
    super(scope, id, props);
    Object.defineProperty(this, MAINTENANCE_WINDOW_FUNCTION, { value: true });
    this.windowGuard = guard(this, props);
    this.maintenanceWindow = this.windowGuard.maintenanceWindow;
    this.deferredEvents = this.windowGuard.deferredEvents;
    this.functionKey = this.windowGuard.functionKey;
  }

  /**
   * A metric of this function in AWS/Lambda. Those of its gate are at `windowGuard`.
   *
   * @param metricName a name of AWS/Lambda
   * @param props statistic, period and other properties of the metric
   * @throws ValidationError for a metric of the gate, the store or the window, which AWS/Lambda does not have
   */
  public metric(metricName: string, props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    const owner = OWN_METRICS.get(metricName);
    if (owner) {
      throw new ValidationError(this, `metric '${metricName}' is not one of AWS/Lambda: call ${owner}.metric${metricName}() of this function`);
    }
    return super.metric(metricName, props);
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
}
