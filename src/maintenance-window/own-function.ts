import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { Asset, assetPath } from '../private/assets';
import { IAM } from '../private/contract.generated';

/** By name, so that a user's aws-cdk-lib need not know it; carries the AWS SDK that the bundles leave out. */
const RUNTIME = new lambda.Runtime('nodejs22.x', lambda.RuntimeFamily.NODEJS);

export interface OwnFunctionProps {
  readonly asset: Asset;
  readonly description: string;
  readonly memorySize: number;
  readonly timeout: Duration;
  readonly environment?: { [name: string]: string };
  /** What the function may do beside writing its log. */
  readonly statements: iam.PolicyStatement[];
}

/**
 * Makes a function of the library itself under `scope`: log group, role and function, three resources.
 *
 * The role holds its statements inline and may write to its own log group only, which the managed policy of AWS could not say.
 */
export function ownFunction(scope: Construct, props: OwnFunctionProps): lambda.Function {
  const logGroup = new logs.LogGroup(scope, 'Logs', { retention: logs.RetentionDays.ONE_MONTH, removalPolicy: RemovalPolicy.DESTROY });
  const [writeLogs] = IAM.ownLogs;
  return new lambda.Function(scope, 'Function', {
    runtime: RUNTIME,
    handler: 'index.handler',
    code: lambda.Code.fromAsset(assetPath(props.asset)),
    description: props.description,
    memorySize: props.memorySize,
    timeout: props.timeout,
    environment: props.environment,
    logGroup,
    role: new iam.Role(scope, 'Role', {
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: {
        own: new iam.PolicyDocument({
          statements: [new iam.PolicyStatement({ actions: [...writeLogs.actions], resources: [logGroup.logGroupArn] }), ...props.statements],
        }),
      },
    }),
  });
}
