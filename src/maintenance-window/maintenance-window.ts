import { CustomResource, Duration, IResource, ITaggableV2, Lazy, Resource, Stack, TagManager, TagType } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct, IConstruct } from 'constructs';

import { NAMES } from '../private/contract.generated';
import { wholeSeconds } from '../private/seconds';
import { deployedStackName, stablePath, topLevelStack } from '../private/stable-name';
import { stackSingletonWith } from '../private/stack-singleton';
import { ValidationError } from '../private/validation-error';
import { checkWindowsFit } from './checks/windows-fit';
import { grantOperateWindow } from './parts/permissions';
import { Planner } from './parts/planner';
import { WindowMetrics } from './parts/window-metrics';
import { checkedWindowName, givenParameterName, parameterNameOf } from './parts/window-names';

/** Longest time a window is expected to last unless its author says otherwise: a night's work with room. */
const DEFAULT_LONGEST_WINDOW = Duration.hours(12);

/** The planner answers within seconds; CloudFormation would otherwise wait an hour for one that can't. */
const SERVICE_TIMEOUT = Duration.minutes(5);

const MAINTENANCE_WINDOW = Symbol.for('cdk-patient-lambda.MaintenanceWindow');

/** A maintenance window: what decides whether guarded functions call their handlers. */
export interface IMaintenanceWindow extends IResource {
  /**
   * Name of the Parameter Store parameter that an operator writes: `auto`, `on`, `off`, `on-until T`, `off-until T`, one-off intervals, a reason.
   *
   * @attribute
   */
  readonly operatorParameterName: string;

  /** The longest time that this window is on without a break. Checks at synth measure retries and retention of event sources against it. */
  readonly longestWindow: Duration;

  /**
   * Grants a principal permission to read and write the window's parameter.
   *
   * @param grantee who operates the window
   */
  grantOperate(grantee: iam.IGrantable): iam.Grant;

  /**
   * A metric of this window, of which the planner tells every minute.
   *
   * @param metricName one of those of the dimension `Window` that docs/contract.md lists
   * @param options statistic, period and other properties of the metric; by default the maximum of a minute
   */
  metric(metricName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Whether the window is on, 1 or 0.
   *
   * @param options statistic, period and other properties of the metric; by default the maximum of a minute
   */
  metricWindowOn(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * For how many seconds an operator has forced the window on without an end, by a bare `on`; else 0.
   *
   * @param options statistic, period and other properties of the metric; by default the maximum of a minute
   */
  metricForcedOnAge(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Whether the window could not be mirrored as Parameter Store has it now, 1 or 0: its parameter is missing or can't be read as a window's value, or
   * a call failed. Until it can, functions go by the last value that the mirror has.
   *
   * @param options statistic, period and other properties of the metric; by default the maximum of a minute
   */
  metricMirrorStale(options?: cloudwatch.MetricOptions): cloudwatch.Metric;
}

/** Properties of a maintenance window. */
export interface MaintenanceWindowProps {
  /**
   * The longest time that the window is on without a break: at least a minute, whole seconds.
   *
   * It limits nothing. Event sources that keep their events during a window (FIFO queues, streams) are checked against it at synth.
   *
   * @default Duration.hours(12)
   */
  readonly longestWindow?: Duration;

  /**
   * The window's name in those of its parameters, `/cdk-patient-lambda/windows/<stack name>/<window name>/operator`: 1 to 64 letters, digits, `.`,
   * `_` or `-`, unique in the stack. Give one where people or other apps write the name down: it stays what it is when the window moves in the app.
   *
   * @default - made from the construct's path in the stack
   */
  readonly windowName?: string;
}

/** What is known of a maintenance window that is made elsewhere: the name of its parameter, or the two names that this is made of. */
export interface MaintenanceWindowAttributes {
  /**
   * Name of the operator's parameter: `/cdk-patient-lambda/windows/<stack name>/<window name>/operator`.
   *
   * @default - made from `stackName` and `windowName`
   */
  readonly operatorParameterName?: string;

  /**
   * The name of the stack that has the window, as it is deployed.
   *
   * @default - in `operatorParameterName`
   */
  readonly stackName?: string;

  /**
   * The `windowName` that the window was given.
   *
   * @default - in `operatorParameterName`
   */
  readonly windowName?: string;

  /**
   * The longest time that the window is on without a break.
   *
   * @default Duration.hours(12)
   */
  readonly longestWindow?: Duration;
}

/**
 * A maintenance window that any number of functions share.
 *
 * The operator's parameter is made with the value `auto` when it does not exist yet. After that its value is the operator's: no deployment changes
 * it. It is deleted with the window.
 *
 * @resource AWS::CloudFormation::CustomResource
 *
 * @example
 * import { Duration } from 'aws-cdk-lib';
 * import * as lambda from 'aws-cdk-lib/aws-lambda';
 * import { MaintenanceWindow, MaintenanceWindowFunction } from 'cdk-patient-lambda';
 *
 * declare const code: lambda.Code;
 *
 * const maintenanceWindow = new MaintenanceWindow(this, 'Database', { longestWindow: Duration.hours(4) });
 * for (const name of ['Orders', 'Invoices']) {
 *   new MaintenanceWindowFunction(this, name, {
 *     runtime: lambda.Runtime.PYTHON_3_13,
 *     handler: 'index.handler',
 *     code,
 *     maintenanceWindow,
 *   });
 * }
 */
export class MaintenanceWindow extends Resource implements IMaintenanceWindow, ITaggableV2 {
  /**
   * Whether a construct is a `MaintenanceWindow`. One that was imported is not.
   *
   * @param construct any construct
   */
  public static isMaintenanceWindow(construct: IConstruct): construct is MaintenanceWindow {
    return MAINTENANCE_WINDOW in construct;
  }

  /**
   * The window that the guarded functions of a stack share unless they are given another one. Made on first use.
   *
   * @param scope the stack, or any construct in it
   * @param options how to make it; in the first call only, or the same in each
   */
  public static ofStack(scope: IConstruct, options?: MaintenanceWindowProps): MaintenanceWindow {
    const id = NAMES.constructIds.window;
    return stackSingletonWith(scope, id, options, (stack, props) => new MaintenanceWindow(stack, id, props));
  }

  /**
   * A maintenance window of another app.
   *
   * @param scope scope of the new construct
   * @param id id of the new construct
   * @param attrs the name of its parameter, or of its stack and its own, and what a name can't tell
   */
  public static fromMaintenanceWindowAttributes(scope: Construct, id: string, attrs: MaintenanceWindowAttributes): IMaintenanceWindow {
    return new ImportedWindow(scope, id, attrs);
  }

  public readonly operatorParameterName: string;
  public readonly longestWindow: Duration;

  /** The tags of the parameter: those of the app, the stack and the window. A tag that is taken away here stays on the parameter. */
  public readonly cdkTagManager = new TagManager(TagType.KEY_VALUE, NAMES.customResourceTypes.window);

  private readonly windowName: string;
  private readonly metrics: WindowMetrics;

  constructor(scope: Construct, id: string, props: MaintenanceWindowProps = {}) {
    super(scope, id);
    Object.defineProperty(this, MAINTENANCE_WINDOW, { value: true });
    this.longestWindow = checkedLongestWindow(this, props.longestWindow);
    this.windowName = props.windowName === undefined ? stablePath(this) : checkedWindowName(this, props.windowName);
    this.checkUnique();
    this.operatorParameterName = parameterNameOf({ stackName: deployedStackName(this), windowName: this.windowName });
    this.metrics = new WindowMetrics(this);

    const namesOf = (stack: Stack) => windowsOf(stack).map(({ windowName }) => windowName);
    checkWindowsFit(this, namesOf(topLevelStack(this)));
    const planner = Planner.of(this, namesOf);
    new CustomResource(this, 'Resource', {
      serviceToken: planner.serviceToken,
      serviceTimeout: SERVICE_TIMEOUT,
      resourceType: NAMES.customResourceTypes.window,
      properties: { OperatorParameterName: this.operatorParameterName, Tags: Lazy.any({ produce: () => this.renderedTags() }) },
    });
  }

  /**
   * Grants a principal permission to read and write the window's parameter.
   *
   * @param grantee who operates the window
   */
  public grantOperate(grantee: iam.IGrantable): iam.Grant {
    return grantOperateWindow(this, grantee);
  }

  public metric(metricName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metrics.named(metricName, options);
  }

  public metricWindowOn(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metrics.windowOn(options);
  }

  public metricForcedOnAge(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metrics.forcedOnAge(options);
  }

  public metricMirrorStale(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metrics.mirrorStale(options);
  }

  private renderedTags(): { readonly Key: string; readonly Value: string }[] | undefined {
    const tags = Object.entries(this.cdkTagManager.tagValues()).map(([Key, Value]) => ({ Key, Value }));
    return tags.length === 0 ? undefined : tags;
  }

  /** Two windows with one parameter would be written, and removed, together. */
  private checkUnique(): void {
    const other = windowsOf(topLevelStack(this)).find((window) => window !== this && window.windowName === this.windowName);
    if (other) {
      throw new ValidationError(
        this,
        `windowName '${this.windowName}' is that of '${other.node.path}' in the same stack: share it, or give another name`,
      );
    }
  }
}

class ImportedWindow extends Resource implements IMaintenanceWindow {
  public readonly operatorParameterName: string;
  public readonly longestWindow: Duration;

  private readonly metrics: WindowMetrics;

  constructor(scope: Construct, id: string, attrs: MaintenanceWindowAttributes) {
    super(scope, id);
    this.operatorParameterName = givenParameterName(this, attrs);
    this.longestWindow = checkedLongestWindow(this, attrs.longestWindow);
    this.metrics = new WindowMetrics(this);
  }

  public grantOperate(grantee: iam.IGrantable): iam.Grant {
    return grantOperateWindow(this, grantee);
  }

  public metric(metricName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metrics.named(metricName, options);
  }

  public metricWindowOn(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metrics.windowOn(options);
  }

  public metricForcedOnAge(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metrics.forcedOnAge(options);
  }

  public metricMirrorStale(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metrics.mirrorStale(options);
  }
}

/** The windows of a top-level stack, in the order of the tree; those of a stack that is deployed by itself, though made within it, are not. */
function windowsOf(stack: Stack): MaintenanceWindow[] {
  return stack.node
    .findAll()
    .filter((node) => MaintenanceWindow.isMaintenanceWindow(node))
    .filter((window) => topLevelStack(window) === stack);
}

function checkedLongestWindow(scope: IConstruct, longestWindow: Duration = DEFAULT_LONGEST_WINDOW): Duration {
  return Duration.seconds(wholeSeconds(scope, 'longestWindow', longestWindow, { least: 60 }));
}
