import { CfnResource, Token } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';

import { rawOverride } from '../../private/declared';
import { isOwnFunction } from '../../private/own-function';
import { ValidationError } from '../../private/validation-error';
import { unsupportedHandler } from './handler-names';
import { declaredWrapper, unsupportedWrapper } from './wrappers';

/** The oldest versions whose own clients are tested with the layer; older ones are past their end of life on AWS. */
const OLDEST = { nodejs: 20, python: 10 };

const IMAGE = 'container images take no layers: give its code as lambda.Code, with a runtime of Node.js or Python';

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

/** Why a function can't be guarded, as far as it is known by now, and what to do instead; undefined when it can. */
export function unsupported(fn: lambda.IFunction): string | undefined {
  return unsupportedConstruct(fn) ?? unsupportedProperties(declaredProperties(fn as lambda.Function)) ?? unsupportedWrapper(declaredWrapper(fn));
}

/** What of a function decides whether it can be guarded, as the template has it; what only the deployment knows is no text. */
export interface FunctionProperties {
  readonly PackageType?: unknown;
  readonly Runtime?: unknown;
  readonly Handler?: unknown;
  readonly DurableConfig?: unknown;
  readonly CapacityProviderConfig?: unknown;
}

/** The same by what a function has in its template. */
export function unsupportedProperties(properties: FunctionProperties): string | undefined {
  const { PackageType, Runtime, Handler, DurableConfig, CapacityProviderConfig } = properties;
  if (PackageType === 'Image') {
    return IMAGE;
  }
  if (DurableConfig !== undefined) {
    return 'a durable function (durableConfig) is called again and again for one event, which a window would tear apart: leave durableConfig out';
  }
  if (CapacityProviderConfig !== undefined) {
    return 'Managed Instances (capacityProviderConfig) are not yet supported: leave capacityProviderConfig out';
  }
  return unsupportedRuntime(Runtime) ?? unsupportedHandler(Handler, Runtime);
}

/** What escape hatches and setters have made of the function so far. */
function declaredProperties(fn: lambda.Function): FunctionProperties {
  const resource = fn.node.defaultChild as lambda.CfnFunction;
  const { runtime, packageType, handler, durableConfig, capacityProviderConfig } = resource;
  const declared = (name: string, value: unknown) => rawOverride(resource, name) ?? value;
  return {
    PackageType: declared('PackageType', packageType),
    Runtime: declared('Runtime', runtime ?? fn.runtime.name),
    Handler: declared('Handler', handler),
    DurableConfig: declared('DurableConfig', durableConfig),
    CapacityProviderConfig: declared('CapacityProviderConfig', capacityProviderConfig),
  };
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

function unsupportedRuntime(runtime: unknown): string | undefined {
  // A name that only the deployment knows is a Region's newest (`determineLatestNodeRuntime`)
  if (typeof runtime !== 'string' || Token.isUnresolved(runtime)) {
    return undefined;
  }
  if (runtime.startsWith('nodejs')) {
    return olderThan(runtime, /^nodejs(\d+)/, OLDEST.nodejs, `nodejs${OLDEST.nodejs}.x`);
  }
  if (runtime.startsWith('python')) {
    return olderThan(runtime, /^python3\.(\d+)/, OLDEST.python, `python3.${OLDEST.python}`);
  }
  if (/^(java|dotnet|ruby)/.test(runtime)) {
    return `runtime ${runtime} is not yet supported, Node.js and Python are`;
  }
  if (runtime === lambda.Runtime.FROM_IMAGE.name) {
    return IMAGE;
  }
  if (runtime.startsWith('provided')) {
    return `runtime ${runtime} starts no wrapper (AWS_LAMBDA_EXEC_WRAPPER), Node.js and Python do`;
  }
  return `runtime ${runtime} is not supported, Node.js and Python are`;
}

function olderThan(name: string, pattern: RegExp, oldest: number, oldestName: string): string | undefined {
  const version = pattern.exec(name);
  return version && Number(version[1]) >= oldest ? undefined : `runtime ${name} is older than ${oldestName}: use that or a newer one`;
}
