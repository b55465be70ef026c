import { Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

import { writeLogsStatement } from '../../private/own-function';
import { ownLayer } from '../../private/own-layer';
import { ValidationError } from '../../private/validation-error';
import { LongRunningCodeOptions } from '../long-running-code-options';
import { defaultExecutionSeconds } from './executions';
import { executionSeconds } from './operation-times';
import { grantEarly, vpcStatement } from './permissions';

/** Lambda's own default of 128 MiB makes the SDK's first call slow. */
const DEFAULT_MEMORY = 256;

/**
 * Makes the function of code, and its role unless one is given, under `scope`.
 *
 * @param operation how long one may take, in seconds: without an `executionTimeout` one execution does it, if it can
 * @throws ValidationError for a time that can't be, and for what needs a network without one
 */
export function madeFunction(
  scope: Construct,
  options: LongRunningCodeOptions,
  logGroup: logs.ILogGroup,
  early: iam.PolicyStatement[],
  operation: number,
): lambda.Function {
  const { vpc, vpcSubnets, securityGroups, environmentEncryption, tracing, reservedConcurrentExecutions, recursiveLoop, description } = options;
  const inNetwork = (['vpcSubnets', 'securityGroups'] as const).filter((name) => options[name] !== undefined);
  if (inNetwork.length > 0 && !vpc) {
    throw new ValidationError(scope, `${inNetwork.join(' and ')} need vpc`);
  }
  const statements = [writeLogsStatement(logGroup), ...early, ...(vpc ? [vpcStatement()] : [])];
  const timeout = options.executionTimeout ? executionSeconds(scope, options.executionTimeout) : defaultExecutionSeconds(operation);
  const make = (role: iam.IRole) =>
    new lambda.Function(scope, 'Function', {
      runtime: options.runtime,
      code: options.code,
      handler: options.handler,
      timeout: Duration.seconds(timeout),
      memorySize: options.memorySize ?? DEFAULT_MEMORY,
      architecture: options.architecture ?? lambda.Architecture.X86_64,
      layers: [...(options.layers ?? []), ownLayer(scope, 'handler')],
      environment: options.environment,
      role,
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
  const { role: given } = options;
  return given ? grantEarly(scope, given, statements, () => make(given)) : make(ownRole(scope, statements));
}

/** A role of its own holds its statements inline: one resource less, and none that could come too late. */
function ownRole(scope: Construct, statements: iam.PolicyStatement[]): iam.IRole {
  return new iam.Role(scope, 'Role', {
    assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
    inlinePolicies: { own: new iam.PolicyDocument({ statements }) },
  });
}
