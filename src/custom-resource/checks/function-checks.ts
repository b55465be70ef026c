import { Stack, Token } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { IConstruct } from 'constructs';

import { asynchronousSource } from '../../private/asynchronous-source';
import { CUSTOM_RESOURCE } from '../../private/contract.generated';
import { FunctionTargets } from '../../private/function-targets';
import { invokeConfigs, isAdoptable } from '../parts/invoke-config';
import { timeoutProblem } from '../parts/operation-times';
import { Target } from '../parts/target';

/** The oldest that carries the AWS SDK for JavaScript v3 and is not past its end of life on AWS. */
const OLDEST_NODE = 20;

/** Why a function can't work operations off; undefined when it can. */
export function functionProblem(target: Target): string | undefined {
  const { fn, resource } = target;
  const value = (property: unknown): unknown => Stack.of(fn).resolve(property);
  if (value(resource.durableConfig) !== undefined) {
    return "is a durable function (durableConfig), whose executions are not the construct's to continue: leave durableConfig out";
  }
  if (value(resource.capacityProviderConfig) !== undefined) {
    return 'runs on Managed Instances (capacityProviderConfig), where executions share a process that an operation may have to end: leave capacityProviderConfig out';
  }
  if (value(resource.tenancyConfig) !== undefined) {
    return 'is isolated by tenant (tenancyConfig), and CloudFormation names no tenant: leave tenancyConfig out';
  }
  if (value(resource.reservedConcurrentExecutions) === 0) {
    return 'has reservedConcurrentExecutions 0: it would never run, so give 1 or more';
  }
  return runtimeProblem(fn.runtime) ?? timeoutProblem(value(resource.timeout));
}

function runtimeProblem({ name, family }: lambda.Runtime): string | undefined {
  if (family === lambda.RuntimeFamily.PYTHON) {
    return `has runtime ${name}: Python handlers are not yet supported, Node.js is`;
  }
  // A name that only the deployment knows is a Region's newest; an image brings what it was built with
  if (Token.isUnresolved(name) || name === lambda.Runtime.FROM_IMAGE.name) {
    return undefined;
  }
  const version = /^nodejs(\d+)/.exec(name);
  if (family !== lambda.RuntimeFamily.NODEJS || !version) {
    return `has runtime ${name}: handlers are written for Node.js`;
  }
  return Number(version[1]) < OLDEST_NODE ? `has runtime ${name}, older than nodejs${OLDEST_NODE}.x: use that or a newer one` : undefined;
}

/** An account and a Region. */
export interface Place {
  readonly account: string;
  readonly region: string;
}

/** A function works for the account and Region it is in. */
export function placeProblem(scope: IConstruct, its: Place): string | undefined {
  const own = Stack.of(scope);
  const differs = (['account', 'region'] as const).find(
    (name) => own[name] !== its[name] && ![own[name], its[name]].some((value) => Token.isUnresolved(value)),
  );
  return (
    differs &&
    `is in ${differs} ${its[differs]}, but '${own.node.path}' in ${own[differs]}: what a provider is granted (to call itself and its responder, to read the ` +
      "stack's status) holds in its own account and Region only, whatever CloudFormation may be allowed to invoke, so make one there"
  );
}

/** Whether Lambda lets the function call itself without end. */
export function loopsAllowed({ fn, resource }: Target): boolean {
  return Stack.of(fn).resolve(resource.recursiveLoop) === lambda.RecursiveLoop.ALLOW;
}

/** Lambda has one invoke config for each function or alias: the provider's excludes any other that could not become it. */
export function invokeConfigProblem(target: Target, own?: lambda.CfnEventInvokeConfig): string | undefined {
  const other = invokeConfigs(target).find((config) => config !== own && (own !== undefined || !isAdoptable(config, target)));
  return (
    other &&
    `is configured for asynchronous invocation by '${other.node.path}' already: remove its onFailure, onSuccess, maxEventAge and retryAttempts (0 may stay), ` +
      'for a provider sets no retries, events up to 300 seconds old and its responder; when another provider has set it, share that one; or give an ' +
      'alias of its own'
  );
}

/** Which service sends events to what CloudFormation invokes: they would get no retries, and their failures go to the responder. */
export function eventSource({ invoked, fn }: Target): string | undefined {
  const text = (value: unknown) => JSON.stringify(Stack.of(fn).resolve(value));
  const names = [invoked.functionArn, invoked.functionName].map(text);
  const permissions = new FunctionTargets(fn).find(lambda.CfnPermission, 'FunctionName');
  return asynchronousSource(permissions.filter(({ functionName }) => names.includes(text(functionName))));
}

/** What the construct sets; the user's own names are left alone. */
export function environmentProblem({ fn, resource }: Target, allowed: Record<string, string> = {}): string | undefined {
  const stack = Stack.of(fn);
  const { variables: now = {} } = (stack.resolve(resource.environment) ?? {}) as { variables?: Record<string, unknown> };
  const text = (value: unknown) => JSON.stringify(stack.resolve(value));
  const differs = Object.values(CUSTOM_RESOURCE.environment).filter((name) => text(now[name]) !== text(allowed[name]));
  return differs.length === 0 ? undefined : `has environment variable ${differs.join(' and ')} set by hand: remove it, the provider sets it`;
}
