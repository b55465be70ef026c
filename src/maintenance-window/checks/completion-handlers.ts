import { Annotations, Aspects, CfnResource } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Provider } from 'aws-cdk-lib/custom-resources';
import { IConstruct } from 'constructs';

import { NAMES } from '../../private/contract.generated';
import { FunctionTargets } from '../../private/function-targets';
import { templateProperty } from '../../private/template-properties';

/**
 * Does what must be done for a function that completes the operations of a CDK `Provider`, once the app has made them all.
 *
 * @param run lets every event of CloudFormation's shape run
 */
export function completionAspect(fn: lambda.Function, run: () => void): void {
  Aspects.of(fn).add({
    visit: (node: IConstruct) => {
      if (node === fn) {
        letCompletionsRun(fn, run);
      }
    },
  });
}

/** An operation begun is finished: what asks whether it is complete looks like the request itself, but for the function that it goes to. */
function letCompletionsRun(fn: lambda.Function, run: () => void): void {
  const targets = new FunctionTargets(fn);
  const all = fn.node.root.node.findAll();
  const providers = all.filter(isProvider);
  const completed = providers.find((provider) => isOne(targets, provider.isCompleteHandler, provider));
  if (!completed) {
    return;
  }
  const sender = providers.find((provider) => isOne(targets, provider.onEventHandler, provider)) ?? customResource(targets, all);
  if (!sender) {
    run();
    return;
  }
  Annotations.of(fn).addWarningV2(
    NAMES.annotations.completionHeld,
    `this function is the isCompleteHandler of '${completed.node.path}' and takes the requests of '${sender.node.path}' as well; a maintenance window ` +
      'holds both, for they look alike, so that an update or delete that is under way fails when a window begins: give isCompleteHandler a function ' +
      'of its own, or set deferral.cloudformation to DeferralAction.RUN for both to run, or to DeferralAction.REJECT for both to be held',
  );
}

/** By its members: its class would load a module that few apps need. */
function isProvider(construct: IConstruct): construct is Provider {
  return 'onEventHandler' in construct && 'serviceToken' in construct;
}

/** Whether a provider's handler is the function, one of its versions or one of its aliases: itself, or imported by its ARN or name. */
function isOne(targets: FunctionTargets, handler: lambda.IFunction | undefined, provider: Provider): boolean {
  const resource = provider.node.findAll().find(CfnResource.isCfnResource);
  return handler !== undefined && resource !== undefined && targets.isNamedBy(handler.functionArn, resource);
}

/** A custom resource whose requests the function gets itself. */
function customResource(targets: FunctionTargets, all: readonly IConstruct[]): CfnResource | undefined {
  return all.filter(CfnResource.isCfnResource).find((resource) => targets.isNamedBy(templateProperty(resource, 'ServiceToken'), resource));
}
