import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

import { allow } from './allow';
import { Asset, assetPath } from './assets';
import { IAM } from './contract.generated';

const OWN_FUNCTION = Symbol.for('cdk-patient-lambda.OwnFunction');

export interface OwnFunctionProps {
  readonly asset: Asset;
  readonly description: string;
  readonly memorySize: number;
  readonly timeout: Duration;
  readonly environment?: { [name: string]: string };
  /** What the function may do besides writing its log; nothing when absent. */
  readonly statements?: iam.PolicyStatement[];
}

/** A log group that belongs to the library: kept for a month, gone with its stack. */
export function ownLogGroup(scope: Construct, id: string): logs.LogGroup {
  return new logs.LogGroup(scope, id, { retention: logs.RetentionDays.ONE_MONTH, removalPolicy: RemovalPolicy.DESTROY });
}

/** Writing to one log group only, which the managed policy of AWS can't say. */
export function writeLogsStatement(logGroup: logs.ILogGroup): iam.PolicyStatement {
  return allow(IAM.ownLogs.logGroup, [logGroup.logGroupArn]);
}

/** Makes a function of the library itself under `scope`: log group, role with its statements inline, and function, three resources. */
export function ownFunction(scope: Construct, props: OwnFunctionProps): lambda.Function {
  const logGroup = ownLogGroup(scope, 'Logs');
  const fn = new lambda.Function(scope, 'Function', {
    // The newest that the CDK names for the stack's Region; it carries the AWS SDK that the bundles leave out
    runtime: lambda.determineLatestNodeRuntime(scope),
    handler: 'index.handler',
    code: lambda.Code.fromAsset(assetPath(scope, props.asset)),
    architecture: lambda.Architecture.X86_64,
    description: props.description,
    memorySize: props.memorySize,
    timeout: props.timeout,
    environment: props.environment,
    logGroup,
    role: new iam.Role(scope, 'Role', {
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: {
        own: new iam.PolicyDocument({ statements: [writeLogsStatement(logGroup), ...(props.statements ?? [])] }),
      },
    }),
  });
  return Object.defineProperty(fn, OWN_FUNCTION, { value: true });
}

/** Whether the library made a function for itself. */
export function isOwnFunction(fn: lambda.IFunction): boolean {
  return OWN_FUNCTION in fn;
}
