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
  /** What becomes of its log group without its stack: it goes too when absent. */
  readonly logRemovalPolicy?: RemovalPolicy;
  readonly environment?: { [name: string]: string };
  /** What the function may do besides writing its log; nothing when absent. */
  readonly statements?: iam.PolicyStatement[];
}

/** A log group that belongs to the library: its lines are kept for a month, itself goes with its stack unless it is to stay. */
export function ownLogGroup(scope: Construct, id: string, removalPolicy = RemovalPolicy.DESTROY): logs.LogGroup {
  return new logs.LogGroup(scope, id, { retention: logs.RetentionDays.ONE_MONTH, removalPolicy });
}

/** Writing to one log group only, which the managed policy of AWS can't say. */
export function writeLogsStatement(logGroup: logs.ILogGroup): iam.PolicyStatement {
  return allow(IAM.ownLogs.logGroup, [logGroup.logGroupArn]);
}

/** Makes a function of the library itself under `scope`: log group, role with its statements inline, and function, three resources. */
export function ownFunction(scope: Construct, props: OwnFunctionProps): lambda.Function {
  const logGroup = ownLogGroup(scope, 'Logs', props.logRemovalPolicy);
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
