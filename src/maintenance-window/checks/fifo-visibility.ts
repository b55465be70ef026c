import { CfnResource, Fn, Stack, Stage, Token } from 'aws-cdk-lib';

import { FunctionTargets } from '../../private/function-targets';
import { dependsOn, deployedStack } from '../../private/stack-references';
import { givenProperty } from '../../private/template-properties';
import { Mapping } from './event-sources';

/** How the function's role can be given a queue. */
export interface VisibilityGrant {
  /** As the template that gets the statement may name it. */
  readonly queueArn: string;
  /** Whose template gets it, in a policy of its own; undefined when the role's own policy can name the queue. */
  readonly beside?: CfnResource;
}

/** Whether the gate may hide what it leaves in a queue. */
export function hidesMessages(targets: FunctionTargets, mapping: Mapping): boolean {
  return visibilityGrant(targets, mapping) !== undefined;
}

/**
 * How the function's role names the queue of a mapping without a circle of stacks, which a reference from the role's own policy to a stack that depends on
 * the function's would be.
 *
 * @returns undefined when it is no FIFO queue, and when there is no way
 */
export function visibilityGrant(targets: FunctionTargets, mapping: Mapping): VisibilityGrant | undefined {
  const { source, poller, resource, literalArn } = mapping;
  if (source !== 'sqs-fifo') {
    return undefined;
  }
  const stack = Stack.of(targets.fn);
  if (Stack.of(poller) === stack) {
    return { queueArn: asGiven(poller) };
  }
  if (resource && Stack.of(resource) === stack) {
    return { queueArn: resource.getAtt('Arn').toString() };
  }
  if (literalArn !== undefined) {
    return { queueArn: literalArn.replace(/<(AWS::\w+)>/g, (_, name: string) => Fn.ref(name)) };
  }
  if (Stage.of(poller) !== Stage.of(targets.fn)) {
    return undefined;
  }
  return { queueArn: asGiven(poller), beside: mayReferToFunction(targets, poller) ? poller : undefined };
}

/** Whether a reference from a mapping's stack to the function's makes no circle. If it does, one the other way is there already. */
function mayReferToFunction(targets: FunctionTargets, poller: CfnResource): boolean {
  const [own, others] = [targets.fn, poller].map((one) => deployedStack(Stack.of(one)));
  return own === others || targets.isReferredBy(givenProperty(poller, 'FunctionName'), poller) || !dependsOn(own, others, targets.app.resources);
}

/** The ARN that a mapping has, for use in the same template. */
function asGiven(poller: CfnResource): string {
  return Token.asString(givenProperty(poller, 'EventSourceArn'));
}
