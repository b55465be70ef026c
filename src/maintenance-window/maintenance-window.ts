import { CustomResource, Duration, IResource, Resource, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct, IConstruct } from 'constructs';

import { NAMES } from '../private/contract.generated';
import { wholeSeconds } from '../private/seconds';
import { stableName } from '../private/stable-name';
import { ValidationError } from '../private/validation-error';
import { grantOperateWindow } from './parts/permissions';
import { Planner } from './parts/planner';

/** Longest time a window is expected to last unless its author says otherwise: a night's work with room. */
const DEFAULT_LONGEST_WINDOW = Duration.hours(12);

/** The planner answers within seconds; CloudFormation would otherwise wait an hour for one that can't. */
const SERVICE_TIMEOUT = Duration.minutes(5);

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
}

/** Properties of a maintenance window that another stack has made. */
export interface ImportedMaintenanceWindowOptions {
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
export class MaintenanceWindow extends Resource implements IMaintenanceWindow {
  /**
   * A maintenance window that exists already, by the name of its operator's parameter.
   *
   * @param scope scope of the new construct
   * @param id id of the new construct
   * @param parameterName `/cdk-patient-lambda/windows/<stack>/<window>/operator`
   * @param options what a name can't tell
   */
  public static fromParameterName(
    scope: Construct,
    id: string,
    parameterName: string,
    options: ImportedMaintenanceWindowOptions = {},
  ): IMaintenanceWindow {
    class Import extends Resource implements IMaintenanceWindow {
      public readonly operatorParameterName = checkedParameterName(this, parameterName);
      public readonly longestWindow = checkedLongestWindow(this, options.longestWindow);

      public grantOperate(grantee: iam.IGrantable): iam.Grant {
        return grantOperateWindow(this, grantee);
      }
    }
    return new Import(scope, id);
  }

  public readonly operatorParameterName: string;
  public readonly longestWindow: Duration;

  constructor(scope: Construct, id: string, props: MaintenanceWindowProps = {}) {
    super(scope, id);
    this.longestWindow = checkedLongestWindow(this, props.longestWindow);
    this.operatorParameterName = `${NAMES.parameters.prefix}${stableName(this)}/${NAMES.parameters.operator}`;

    new CustomResource(this, 'Resource', {
      serviceToken: Planner.of(this).serviceToken,
      serviceTimeout: SERVICE_TIMEOUT,
      resourceType: NAMES.customResourceTypes.window,
      properties: { OperatorParameterName: this.operatorParameterName },
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
}

function checkedParameterName(scope: IConstruct, parameterName: string): string {
  const { prefix, operator } = NAMES.parameters;
  if (!Token.isUnresolved(parameterName) && !(parameterName.startsWith(prefix) && parameterName.endsWith(`/${operator}`))) {
    throw new ValidationError(scope, `parameterName must be ${prefix}<stack>/<window>/${operator}, got '${parameterName}'`);
  }
  return parameterName;
}

function checkedLongestWindow(scope: IConstruct, longestWindow: Duration = DEFAULT_LONGEST_WINDOW): Duration {
  return Duration.seconds(wholeSeconds(scope, 'longestWindow', longestWindow, { least: 60 }));
}
