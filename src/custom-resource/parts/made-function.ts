import { Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

import { writeLogsStatement } from '../../private/own-function';
import { ownLayer } from '../../private/own-layer';
import { LongRunningProviderProps } from '../long-running-provider-props';
import { vpcStatement } from './permissions';

/** Lambda's own default of 128 MiB makes the SDK's first call slow. */
const DEFAULT_MEMORY = 256;

/** Makes the function of the form with code, and its role unless one is given, under `scope`. */
export function madeFunction(
  scope: Construct,
  props: LongRunningProviderProps,
  timeout: Duration,
  logGroup: logs.ILogGroup,
  early: iam.PolicyStatement[],
): lambda.Function {
  const { vpc, vpcSubnets, securityGroups, environmentEncryption, tracing, reservedConcurrentExecutions, recursiveLoop, description } = props;
  const statements = [writeLogsStatement(logGroup), ...early, ...(vpc ? [vpcStatement()] : [])];
  return new lambda.Function(scope, 'Function', {
    runtime: props.runtime!,
    code: props.code!,
    handler: props.handler!,
    timeout,
    memorySize: props.memorySize ?? DEFAULT_MEMORY,
    architecture: props.architecture ?? lambda.Architecture.ARM_64,
    layers: [...(props.layers ?? []), ownLayer(scope, 'handler')],
    environment: props.environment,
    role: roleOf(scope, props.role, statements),
    logGroup,
    environmentEncryption,
    vpc,
    vpcSubnets,
    securityGroups,
    tracing,
    reservedConcurrentExecutions,
    recursiveLoop,
    description,
  });
}

/** A role of its own holds its statements inline: one resource less, and none that could come too late. */
function roleOf(scope: Construct, given: iam.IRole | undefined, statements: iam.PolicyStatement[]): iam.IRole {
  if (!given) {
    return new iam.Role(scope, 'Role', {
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: { own: new iam.PolicyDocument({ statements }) },
    });
  }
  for (const statement of statements) {
    given.addToPrincipalPolicy(statement);
  }
  return given;
}
