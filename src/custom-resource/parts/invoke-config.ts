import { Duration, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';

import { FunctionTargets } from '../../private/function-targets';
import { templateProperties } from '../../private/template-properties';
import { Target } from './target';

/** Where the CDK's `configureAsyncInvoke` makes one, under the function or alias. */
const CONFIG_ID = 'EventInvokeConfig';
/** A crash reaches the responder at once, instead of running a create again. */
const RETRIES = 0;
/** For so long throttled events are still retried. */
const MOST_EVENT_AGE = Duration.minutes(5);

/** Every invoke config of what CloudFormation invokes: Lambda has one for each function or alias. */
export function invokeConfigs({ invoked, fn, qualifier }: Target): lambda.CfnEventInvokeConfig[] {
  const text = (value: unknown) => JSON.stringify(Stack.of(fn).resolve(value));
  // The CDK takes an alias' name from its ARN
  const names = [qualifier, (invoked as { readonly qualifier?: string }).qualifier].map(text);
  const ofFunction = new FunctionTargets(fn).find(lambda.CfnEventInvokeConfig, 'FunctionName');
  return ofFunction.filter((config) => names.includes(text(config.qualifier)));
}

/** Whether a config says no more than a provider's would, in the function's stack: it can become the provider's. */
export function isAdoptable(config: lambda.CfnEventInvokeConfig, { fn }: Target): boolean {
  const { FunctionName: _, Qualifier: __, ...settings } = templateProperties(config);
  return Stack.of(config) === Stack.of(fn) && JSON.stringify(settings) === JSON.stringify({ MaximumRetryAttempts: RETRIES });
}

/**
 * Sets how Lambda invokes asynchronously. The config is the CDK's own for the function or alias, whichever construct asks for it: a second one for the
 * same qualifier, which another logical id would be, collides with the first when a deployment makes the one before it deletes the other.
 */
export function setInvokeConfig(target: Target, responder: lambda.IFunction): lambda.CfnEventInvokeConfig {
  const destination = responder.functionArn;
  const [there] = invokeConfigs(target);
  if (there) {
    there.maximumEventAgeInSeconds = MOST_EVENT_AGE.toSeconds();
    there.destinationConfig = { onFailure: { destination } };
    return there;
  }
  const { invoked } = target;
  // Not a LambdaDestination, which would grant once more what the role may do already
  invoked.configureAsyncInvoke({ retryAttempts: RETRIES, maxEventAge: MOST_EVENT_AGE, onFailure: { bind: () => ({ destination }) } });
  return invoked.node.findChild(CONFIG_ID).node.defaultChild as lambda.CfnEventInvokeConfig;
}
