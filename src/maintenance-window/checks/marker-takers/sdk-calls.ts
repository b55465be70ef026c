import { CfnResource } from 'aws-cdk-lib';

import { jsonByPath } from '../../../private/by-path';
import { FunctionTargets } from '../../../private/function-targets';
import { templateProperties } from '../../../private/template-properties';

/** The resource of `custom-resources.AwsCustomResource`; its class is none of its own. */
const SDK_CALLS = { CFN_RESOURCE_TYPE_NAME: 'Custom::AWS', prototype: CfnResource.prototype };
/** `Lambda`, `@aws-sdk/client-lambda`; `invoke`, `Invoke`, `InvokeCommand`. */
const SERVICE = /^(@aws-sdk\/client-)?lambda$/i;
const ACTION = /^invoke(Command)?$/i;

interface SdkCall {
  readonly service?: unknown;
  readonly action?: unknown;
  readonly parameters?: { readonly FunctionName?: unknown; readonly InvocationType?: unknown };
}

/** Custom resources that invoke a function when their stack is deployed, and wait for it. */
export function waitingSdkCalls(targets: FunctionTargets): CfnResource[] {
  return targets.ofType(SDK_CALLS).filter((resource) => {
    const { Create, Update, Delete } = templateProperties(resource);
    return [Create, Update, Delete].some((call) => {
      const { service, action, parameters = {} } = (jsonByPath(call) ?? {}) as SdkCall;
      const invokes = SERVICE.test(String(service)) && ACTION.test(String(action)) && parameters.InvocationType !== 'Event';
      return invokes && targets.isNamedBy(parameters.FunctionName, resource);
    });
  });
}
