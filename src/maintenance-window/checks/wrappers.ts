import * as lambda from 'aws-cdk-lib/aws-lambda';

import { NAMES } from '../../private/contract.generated';
import { rawOverride, withTexts } from '../../private/declared';

const { wrapper } = NAMES.environment;

/** Where an escape hatch has the wrapper. */
export const WRAPPER_PATH = `Environment.Variables.${wrapper}`;

/** The Lambda Web Adapter's, which starts the handler as a program instead of what it is given. */
const WEB_ADAPTER = '/opt/bootstrap';

/** Why a wrapper can't be started by the gate's; undefined when it can. */
export function unsupportedWrapper(declared: unknown): string | undefined {
  return declared === WEB_ADAPTER
    ? `its wrapper ${WEB_ADAPTER} (${wrapper}), that of the Lambda Web Adapter, ignores what it is to start, so that the gate would never run: ` +
        'take the adapter away, or leave the function without a maintenance window'
    : undefined;
}

/** The wrapper of another tool that a function has by now; undefined when there is none but the gate's own. */
export function declaredWrapper(fn: lambda.IFunction): unknown {
  const resource = fn.node.defaultChild as lambda.CfnFunction;
  return others(rawOverride(resource, WRAPPER_PATH)) ?? others(environmentOf(resource)[wrapper]);
}

/** A wrapper unless it is the gate's, which can't be started by itself. */
export function others(found: unknown): unknown {
  return found === NAMES.layer.wrapper ? undefined : found;
}

/** The variables that a function has been given by now, overrides aside. */
export function environmentOf(resource: lambda.CfnFunction): Readonly<Record<string, unknown>> {
  const { variables } = (withTexts(resource.environment, resource) ?? {}) as { readonly variables?: Readonly<Record<string, unknown>> };
  return variables ?? {};
}
