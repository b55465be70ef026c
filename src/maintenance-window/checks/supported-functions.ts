import { CfnResource, Stack, Token } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';

import { isOwnFunction } from '../../private/own-function';
import { ValidationError } from '../../private/validation-error';

/** The oldest versions whose own clients are tested with the layer; older ones are past their end of life on AWS. */
const OLDEST = { nodejs: 20, python: 10 };

/**
 * Checks that the layer can keep invocations from a function's handler. Anything else would run unprotected.
 *
 * @throws ValidationError naming what the function is and why it can't be guarded
 */
export function checkSupported(fn: lambda.IFunction): asserts fn is lambda.Function {
  const reason = unsupported(fn);
  if (reason) {
    throw new ValidationError(fn, `this function can't be guarded by a maintenance window: ${reason}`);
  }
}

/** Why a function can't be guarded, and what to do instead; undefined when it can. */
export function unsupported(fn: lambda.IFunction): string | undefined {
  return unsupportedConstruct(fn) ?? unsupportedRuntime((fn as lambda.Function).runtime) ?? unsupportedKind(fn as lambda.Function);
}

/** What is not the function itself. By resource and not by class, of which an app may have two copies. */
function unsupportedConstruct(fn: lambda.IFunction): string | undefined {
  if (isOwnFunction(fn)) {
    return 'it belongs to cdk-patient-lambda and must run during a window: leave it out';
  }
  if ('_edgeFunction' in fn) {
    return 'functions at the edge (Lambda@Edge) have no layers: leave it out';
  }
  if ('lambdaFunction' in fn) {
    return 'a SingletonFunction shares its function with whoever else names its uuid: give a lambda.Function';
  }
  const resource = fn.node.defaultChild;
  switch (CfnResource.isCfnResource(resource) ? resource.cfnResourceType : undefined) {
    case lambda.CfnFunction.CFN_RESOURCE_TYPE_NAME:
      return undefined;
    case lambda.CfnAlias.CFN_RESOURCE_TYPE_NAME:
      return `it is an alias, and what guards is in the function: give its function '${(fn as lambda.Alias).lambda.node.path}'`;
    case lambda.CfnVersion.CFN_RESOURCE_TYPE_NAME:
      return `it is a version, which nothing can change: give its function '${(fn as lambda.Version).lambda.node.path}'`;
  }
  return 'it is imported, so that its environment, layers and role cannot be changed: guard it in the app that makes it';
}

function unsupportedRuntime({ name, family }: lambda.Runtime): string | undefined {
  switch (family) {
    case lambda.RuntimeFamily.NODEJS:
      return olderThan(name, /^nodejs(\d+)/, OLDEST.nodejs, `nodejs${OLDEST.nodejs}.x`);
    case lambda.RuntimeFamily.PYTHON:
      return olderThan(name, /^python3\.(\d+)/, OLDEST.python, `python3.${OLDEST.python}`);
    case lambda.RuntimeFamily.JAVA:
    case lambda.RuntimeFamily.DOTNET_CORE:
    case lambda.RuntimeFamily.RUBY:
      return `runtime ${name} is not yet supported, Node.js and Python are`;
  }
  if (name === lambda.Runtime.FROM_IMAGE.name) {
    return 'container images take no layers: give its code as lambda.Code, with a runtime of Node.js or Python';
  }
  if (name.startsWith('provided')) {
    return `runtime ${name} starts no wrapper (AWS_LAMBDA_EXEC_WRAPPER), Node.js and Python do`;
  }
  return `runtime ${name} is not supported, Node.js and Python are`;
}

/** A name that only the deployment knows is a Region's newest (`determineLatestNodeRuntime`). */
function olderThan(name: string, pattern: RegExp, oldest: number, oldestName: string): string | undefined {
  const version = pattern.exec(name);
  return Token.isUnresolved(name) || (version && Number(version[1]) >= oldest)
    ? undefined
    : `runtime ${name} is older than ${oldestName}: use that or a newer one`;
}

function unsupportedKind(fn: lambda.Function): string | undefined {
  const resource = fn.node.defaultChild as lambda.CfnFunction;
  if (Stack.of(fn).resolve(resource.durableConfig) !== undefined) {
    return 'a durable function (durableConfig) is called again and again for one event, which a window would tear apart: leave durableConfig out';
  }
  if (Stack.of(fn).resolve(resource.capacityProviderConfig) !== undefined) {
    return 'Managed Instances (capacityProviderConfig) are not yet supported: leave capacityProviderConfig out';
  }
  return undefined;
}
