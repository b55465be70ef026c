import { Annotations, CfnResource, Stack } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';

import { NAMES } from '../../private/contract.generated';
import { ILongRunningProvider } from '../long-running-provider-attributes';
import { LongRunningOperationOptions } from '../long-running-provider-props';
import { spareProblem } from '../parts/executions';
import { operationSecondsOf, shortServiceTimeoutProblem } from '../parts/operation-times';
import { Target } from '../parts/target';
import { eventSource } from './function-checks';
import { strangeCodeProblem } from './handler-code';
import { refersToSecrets, ServiceTokenUser } from './service-token-users';

/** By the name of its annotation, what may surprise; undefined for what does not. */
type Surprises = Partial<Record<keyof typeof NAMES.annotations, string>>;

/** Says what works and may yet surprise: of a provider, and of each resource that it serves. */
export function warn(provider: ILongRunningProvider, target: Target, users: ServiceTokenUser[], options: LongRunningOperationOptions): void {
  addWarnings(provider, {
    eventsOfProvider: eventsProblem(target),
    noHandlerRuntime: strangeCodeProblem(target.fn),
    moreResourcesThanExecutions: concurrencyProblem(target, users.length),
  });
  for (const { resource, serviceTimeout } of users) {
    addWarnings(resource, {
      rollbackUnseen: rollbackProblem(provider, target, resource, options),
      secretsNotGranted: secretsProblem(provider, resource, options),
      ...(serviceTimeout === undefined
        ? {}
        : {
            noSpareExecution: spareProblem(provider, operationSecondsOf(serviceTimeout)),
            shortServiceTimeout: shortServiceTimeoutProblem(serviceTimeout),
          }),
    });
  }
}

export function addWarnings(construct: IConstruct, surprises: Surprises): void {
  for (const [name, surprise] of Object.entries(surprises)) {
    if (surprise !== undefined) {
      Annotations.of(construct).addWarningV2(NAMES.annotations[name as keyof Surprises], surprise);
    }
  }
}

function eventsProblem(target: Target): string | undefined {
  const source = eventSource(target);
  return (
    source &&
    `${source} invokes '${target.invoked.node.path}' asynchronously too: its events get no retries, and ` +
      'their failures go to the responder, which answers CloudFormation alone; give the provider a function or an alias of its own'
  );
}

/** Waiting operations hold the executions that others need. */
function concurrencyProblem({ fn, resource }: Target, users: number): string | undefined {
  const reserved: unknown = Stack.of(fn).resolve(resource.reservedConcurrentExecutions);
  return typeof reserved === 'number' && users > reserved
    ? `function '${fn.node.path}' has reservedConcurrentExecutions ${reserved} and serves ${users} resources: a waiting operation holds one execution, and of ` +
        `those that CloudFormation begins at once all but ${reserved} wait for at most 300 seconds, then fail; reserve ${users}, or make the resources ` +
        'depend on each other'
    : undefined;
}

function rollbackProblem(
  provider: ILongRunningProvider,
  { fn }: Target,
  resource: CfnResource,
  { stackArns = [] }: LongRunningOperationOptions,
): string | undefined {
  return stackArns.length === 0 && Stack.of(resource) !== Stack.of(fn)
    ? `the provider '${provider.node.path}' may not read the status of this stack, so that an operation ` +
        "goes on while the stack rolls back: name the stack's ARN in stackArns of the provider"
    : undefined;
}

function secretsProblem(
  provider: ILongRunningProvider,
  resource: CfnResource,
  { secrets = [], resolveSecrets = true }: LongRunningOperationOptions,
): string | undefined {
  return resolveSecrets && secrets.length === 0 && refersToSecrets(resource)
    ? `its properties refer to Secrets Manager, and the provider '${provider.node.path}' names no ` +
        'secrets: unless its role may read them otherwise, each create and update fails; name them in secrets'
    : undefined;
}
