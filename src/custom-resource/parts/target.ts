import { CfnResource } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { IConstruct } from 'constructs';

import { ValidationError } from '../../private/validation-error';

/** How the invoke config of the function itself is qualified. */
const LATEST = '$LATEST';

/** What CloudFormation invokes. */
export interface Target {
  /** The function or alias. Its ARN is the service token. */
  readonly invoked: lambda.IFunction;
  /** The function behind it. */
  readonly fn: lambda.Function;
  readonly resource: lambda.CfnFunction;
  /** Of `invoked`: an alias' name, else `$LATEST`. */
  readonly qualifier: string;
}

/**
 * @param scope what needs the function, for the error
 * @throws ValidationError for what is neither a function nor an alias that this app makes
 */
export function targetOf(scope: IConstruct, given: lambda.IFunction): Target {
  const type = resourceType(given);
  if (type === lambda.CfnFunction.CFN_RESOURCE_TYPE_NAME) {
    return target(given, given, LATEST);
  }
  if (type === lambda.CfnAlias.CFN_RESOURCE_TYPE_NAME) {
    const { lambda: fn, aliasName } = given as lambda.Alias;
    if (resourceType(fn) === lambda.CfnFunction.CFN_RESOURCE_TYPE_NAME) {
      return target(given, fn, aliasName);
    }
  }
  throw new ValidationError(scope, `function '${given.node.path}' ${targetProblem(given, type)}`);
}

function targetProblem(given: lambda.IFunction, type: string | undefined): string {
  if (type === lambda.CfnVersion.CFN_RESOURCE_TYPE_NAME) {
    return "is a version, whose ARN changes with the code, and CloudFormation can't change the service token of a resource: give an alias or the function itself";
  }
  if ('lambdaFunction' in given) {
    return (
      'is a SingletonFunction, which shares its function with whoever else names its uuid: give a lambda.Function, and share that by one LongRunningProvider ' +
      '(LongRunningHandler.fromProvider)'
    );
  }
  return (
    "is neither a function nor an alias made in this app, so that its environment, timeout and role can't be set or checked: make it in this app " +
    '(a LongRunningProvider may be shared by several stacks; one of another app comes by LongRunningProvider.fromLongRunningProviderAttributes)'
  );
}

function target(invoked: lambda.IFunction, fn: lambda.IFunction, qualifier: string): Target {
  return { invoked, fn: fn as lambda.Function, resource: fn.node.defaultChild as lambda.CfnFunction, qualifier };
}

function resourceType(construct: IConstruct): string | undefined {
  const child = construct.node.defaultChild;
  return child && CfnResource.isCfnResource(child) ? child.cfnResourceType : undefined;
}

/** The service token's resource: what references to it refer to. */
export function tokenResource({ invoked }: Target): CfnResource {
  return invoked.node.defaultChild as CfnResource;
}
