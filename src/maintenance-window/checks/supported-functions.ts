import { Stack, Token } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';

import { ValidationError } from '../../private/validation-error';

/** The oldest versions whose own clients are tested with the layer; older ones are past their end of life on AWS. */
const OLDEST = { nodejs: 20, python: 10 };

/**
 * Checks that the layer can keep invocations from a function's handler. Anything else would run unprotected.
 *
 * @throws ValidationError naming what the function is and why it can't be guarded
 */
export function checkSupported(fn: lambda.Function): void {
  const reason = unsupportedRuntime(fn.runtime) ?? unsupportedKind(fn);
  if (reason) {
    throw new ValidationError(fn, `this function can't be guarded by a maintenance window: ${reason}`);
  }
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
