import { ArnFormat, Duration, Stack, Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct, IConstruct } from 'constructs';

import { ValidationError } from '../../private/validation-error';
import { placeProblem } from '../checks/function-checks';
import { ILongRunningProvider, LongRunningProviderAttributes } from '../long-running-provider-attributes';
import { operationProblem } from './executions';
import { executionSeconds, operationSeconds } from './operation-times';

/** Of a function, or of an alias. */
const FUNCTION_ARN = /^arn:[^:]+:lambda:[^:]+:\d{12}:function:[^:]+(:[^:]+)?$/;

/** A provider of another app: known by its attributes, and nothing that resources could depend on. */
export class ImportedProvider extends Construct implements ILongRunningProvider {
  public readonly serviceToken: string;
  public readonly function: lambda.IFunction;
  public readonly timeout: Duration;
  public readonly executionTimeout: Duration;
  public readonly recursiveLoop: lambda.RecursiveLoop;
  public readonly grantPrincipal: iam.IPrincipal;

  constructor(scope: Construct, id: string, attributes: LongRunningProviderAttributes) {
    super(scope, id);
    const { serviceToken } = attributes;
    if (!Token.isUnresolved(serviceToken) && !FUNCTION_ARN.test(serviceToken)) {
      throw new ValidationError(
        this,
        `serviceToken must be the ARN of a function or alias, as arn:aws:lambda:eu-west-1:123456789012:function:restores, got '${serviceToken}'`,
      );
    }
    this.serviceToken = serviceToken;
    this.executionTimeout = Duration.seconds(executionSeconds(this, attributes.executionTimeout));
    this.timeout = Duration.seconds(operationSeconds(this, attributes.timeout));
    this.recursiveLoop = attributes.recursiveLoop ?? lambda.RecursiveLoop.TERMINATE;
    this.function = lambda.Function.fromFunctionArn(this, 'Function', serviceToken);
    this.grantPrincipal = this.function.grantPrincipal;
  }

  public get connections(): ec2.Connections {
    throw new ValidationError(this, 'connections of an imported provider are not known: use those of its security groups');
  }
}

/** Why a resource can't have an operation of this length, in seconds, on a provider that is known by its attributes alone. */
export function importedProblem(resource: IConstruct, provider: ILongRunningProvider, operation: number): string | undefined {
  const { serviceToken } = provider;
  const place = Token.isUnresolved(serviceToken) ? undefined : Stack.of(resource).splitArn(serviceToken, ArnFormat.COLON_RESOURCE_NAME);
  const elsewhere = place && placeProblem(resource, { account: place.account!, region: place.region! });
  return (elsewhere && `provider '${provider.node.path}' ${elsewhere}`) ?? operationProblem(provider, operation);
}
