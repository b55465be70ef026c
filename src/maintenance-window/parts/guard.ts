import { Annotations, IResource, Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';

import { NAMES } from '../../private/contract.generated';
import { checkDestinations } from '../checks/destination-checks';
import { eventSourceAspect } from '../checks/event-source-aspect';
import { checkMappings } from '../checks/mapping-checks';
import { checkSupported } from '../checks/supported-functions';
import { DeferredEventStore } from '../deferred-event-store';
import { HandlerLoading } from '../handler-loading';
import { MaintenanceWindow } from '../maintenance-window';
import { MaintenanceWindowGuard } from '../maintenance-window-guard';
import { MaintenanceWindowOptions } from '../maintenance-window-options';
import { functionKeyOf } from './function-key';
import { gateEnvironment, Variables } from './gate-environment';
import { functionStatements } from './grants';
import { layerOf } from './layer';

/** Under this a late load of the handler and its first run may not fit into one invocation. */
const SHORT_TIMEOUT_SECONDS = 10;
/** Lambda's own default. */
const DEFAULT_TIMEOUT_SECONDS = 3;

const GUARDED = Symbol.for('cdk-patient-lambda.GuardedFunction');

/** Puts the layer in front of a function's handler, with all that it needs. */
export function guard(fn: lambda.Function, options: MaintenanceWindowOptions): MaintenanceWindowGuard {
  if (GUARDED in fn) {
    throw new Error(`function '${fn.node.path}' is guarded by a maintenance window already`);
  }
  checkSupported(fn);
  const resource = fn.node.defaultChild as lambda.CfnFunction;
  const maintenanceWindow = options.maintenanceWindow ?? new MaintenanceWindow(fn, NAMES.constructIds.window);
  const deferredEvents = options.deferredEvents ?? DeferredEventStore._ofStack(fn);
  const guarded: MaintenanceWindowGuard = { maintenanceWindow, deferredEvents, functionKey: functionKeyOf(fn, options.functionKey) };
  checkSameEnvironment(fn, 'maintenanceWindow', maintenanceWindow);
  checkSameEnvironment(fn, 'deferredEvents', deferredEvents);

  const variables = setEnvironment(fn, resource, gateEnvironment({ ...options, ...guarded }));
  const layer = layerOf(fn);
  fn.addLayers(layer);
  resource.tags.setTag(NAMES.tag.store, deferredEvents.storeId);
  resource.node.addDependency(maintenanceWindow);
  grant(fn, functionStatements(fn, guarded));
  warnOfShortTimeout(fn, options);

  eventSourceAspect(fn, (statements) => grant(fn, statements));
  fn.node.addValidation({ validate: () => stillGuarded(fn, resource, variables, layer) });
  fn.node.addValidation({ validate: () => checkMappings(fn, maintenanceWindow, options) });
  fn.node.addValidation({ validate: () => checkDestinations(fn, options) });
  Object.defineProperty(fn, GUARDED, { value: true });
  return guarded;
}

/** Parameters and tables are read where the function runs. */
function checkSameEnvironment(fn: lambda.Function, name: string, needed: IResource): void {
  for (const property of ['account', 'region'] as const) {
    const [own, others] = [fn.env[property], needed.env[property]];
    if (own !== others && !Token.isUnresolved(own) && !Token.isUnresolved(others)) {
      throw new Error(`${name} must be in the function's ${property} ${own}, but '${needed.node.path}' is in ${others}`);
    }
  }
}

/** Sets the variables and returns all that must still stand at synth, a chained wrapper included. */
function setEnvironment(fn: lambda.Function, resource: lambda.CfnFunction, variables: Variables): Variables {
  const { wrapper, nextWrapper } = NAMES.environment;
  const before = currentVariables(fn, resource);
  for (const name of Object.values(NAMES.environment)) {
    if (name !== wrapper && name in before) {
      throw new Error(`environment variable ${name} of function '${fn.node.path}' is set by the maintenance window, remove it`);
    }
  }
  const all: Variables = { ...variables };
  if (before[wrapper] !== undefined) {
    all[nextWrapper] = Token.asString(before[wrapper]);
  }
  for (const [name, value] of Object.entries(all)) {
    fn.addEnvironment(name, value);
  }
  return all;
}

function currentVariables(fn: lambda.Function, resource: lambda.CfnFunction): Record<string, unknown> {
  return Stack.of(fn).resolve(resource.environment)?.variables ?? {};
}

function stillGuarded(fn: lambda.Function, resource: lambda.CfnFunction, variables: Variables, layer: lambda.ILayerVersion): string[] {
  const resolve = (value: unknown) => JSON.stringify(Stack.of(fn).resolve(value));
  const now = currentVariables(fn, resource);
  const errors = Object.entries(variables)
    .filter(([name, value]) => JSON.stringify(now[name]) !== resolve(value))
    .map(([name]) => {
      return name === NAMES.environment.wrapper
        ? `${name} was set to '${String(now[name])}' after the maintenance window: pass it in environment, or set it before guard(), and it is chained`
        : `environment variable ${name} was changed after the maintenance window had set it`;
    });
  const layers = (Stack.of(fn).resolve(resource.layers) ?? []) as unknown[];
  if (!layers.some((arn) => JSON.stringify(arn) === resolve(layer.layerVersionArn))) {
    errors.push("the maintenance window's layer was removed from the function: its wrapper would not start");
  }
  return errors;
}

/** Into the policy that the role has anyway: no further resource. A role that was imported as immutable stays as it is, as everywhere in the CDK. */
function grant(fn: lambda.Function, statements: iam.PolicyStatement[]): void {
  for (const statement of statements) {
    fn.grantPrincipal.addToPrincipalPolicy(statement);
  }
}

function warnOfShortTimeout(fn: lambda.Function, { handlerLoading }: MaintenanceWindowOptions): void {
  const seconds = fn.timeout?.isUnresolved() ? undefined : (fn.timeout?.toSeconds({ integral: false }) ?? DEFAULT_TIMEOUT_SECONDS);
  const late = (handlerLoading ?? HandlerLoading.AFTER_CHECK) === HandlerLoading.AFTER_CHECK;
  if (late && seconds !== undefined && seconds < SHORT_TIMEOUT_SECONDS) {
    Annotations.of(fn).addWarningV2(
      NAMES.annotations.shortTimeout,
      'after a window the handler is loaded within an invocation, under its timeout ' +
        `of ${seconds} s; give it ${SHORT_TIMEOUT_SECONDS} s or more, or set handlerLoading to HandlerLoading.AT_ONCE`,
    );
  }
}
