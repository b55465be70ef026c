import { CfnResource } from 'aws-cdk-lib';

import { FunctionTargets } from '../../../private/function-targets';
import { templateProperties } from '../../../private/template-properties';

/** The resource of `triggers.Trigger` and `TriggerFunction`; its class is none of its own. */
const TRIGGER = { CFN_RESOURCE_TYPE_NAME: 'Custom::Trigger', prototype: CfnResource.prototype };

/** Triggers that run a function when their stack is deployed, and wait for it: what it replies is their success. */
export function waitingTriggers(targets: FunctionTargets): CfnResource[] {
  return targets.ofType(TRIGGER).filter((trigger) => {
    const { HandlerArn: handler, InvocationType: type } = templateProperties(trigger);
    return type !== 'Event' && targets.isNamedBy(handler, trigger);
  });
}
