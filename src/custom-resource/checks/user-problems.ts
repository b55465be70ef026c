import { CfnResource, Stack } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';

import { ILongRunningProvider } from '../long-running-provider-attributes';
import { operationProblem } from '../parts/executions';
import { operationSecondsOf, serviceTimeoutProblem } from '../parts/operation-times';
import { Target, tokenResource } from '../parts/target';
import { placeProblem } from './function-checks';
import { isOrdered, ServiceTokenUser } from './service-token-users';

/**
 * What is wrong with the custom resources that have a provider's service token, each with its path.
 *
 * @param needed what must outlive them
 */
export function userProblems(provider: ILongRunningProvider, target: Target, users: ServiceTokenUser[], needed: IConstruct[]): string[] {
  return users.flatMap(({ resource, serviceTimeout }) => {
    const problems = [elsewhere(target, resource), timeProblem(provider, serviceTimeout), orderProblem(provider, target, resource, needed)];
    return problems.flatMap((problem) => (problem === undefined ? [] : [`'${resource.node.path}'${problem}`]));
  });
}

function elsewhere({ fn }: Target, resource: CfnResource): string | undefined {
  const problem = placeProblem(resource, Stack.of(fn));
  return problem && `: function '${fn.node.path}' ${problem}`;
}

function timeProblem(provider: ILongRunningProvider, serviceTimeout: number | undefined): string | undefined {
  if (serviceTimeout === undefined) {
    return undefined;
  }
  const tooShort = serviceTimeoutProblem(serviceTimeout);
  const tooLong = operationProblem(provider, operationSecondsOf(serviceTimeout));
  return tooShort !== undefined ? ` ${tooShort}` : tooLong && `: ${tooLong}`;
}

function orderProblem(provider: ILongRunningProvider, target: Target, resource: CfnResource, needed: IConstruct[]): string | undefined {
  return isOrdered(resource, tokenResource(target), needed)
    ? undefined
    : ` has the service token of '${provider.node.path}' but does not depend on it, so that the ` +
        "function's permission to go on could be removed before the resource is: call node.addDependency(provider) on the resource, or make it a " +
        'LongRunningCustomResource with LongRunningHandler.fromProvider(provider)';
}
