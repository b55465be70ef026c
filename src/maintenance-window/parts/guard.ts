import { IResource, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';

import { NAMES } from '../../private/contract.generated';
import { ownLayer } from '../../private/own-layer';
import { ValidationError } from '../../private/validation-error';
import { callerAspect } from '../checks/caller-aspect';
import { completionAspect } from '../checks/completion-handlers';
import { checkDestinations } from '../checks/destination-checks';
import { eventSourceAspect } from '../checks/event-source-aspect';
import { warnOfLateLoading } from '../checks/late-loading';
import { checkMappings } from '../checks/mapping-checks';
import { warnOfNetwork } from '../checks/network-checks';
import { checkPipes } from '../checks/pipes';
import { refuseLost, renderedProblems } from '../checks/rendered-function';
import { checkRole } from '../checks/role-permissions';
import { recommendRuntimeUpdates } from '../checks/runtime-updates';
import { checkSupported } from '../checks/supported-functions';
import { DeferralAction } from '../deferral-action';
import { DeferredEventStore } from '../deferred-event-store';
import { MaintenanceWindow } from '../maintenance-window';
import { MaintenanceWindowGuard } from '../maintenance-window-guard';
import { MaintenanceWindowOptions, WindowSource } from '../maintenance-window-options';
import { ChainedWrapper } from './chained-wrapper';
import { functionKeyOf } from './function-key';
import { GateEnvironment } from './gate-environment';
import { functionStatements, mirrorStatement } from './permissions';

const GUARDED = Symbol.for('cdk-patient-lambda.GuardedFunction');

/** Whether a function has a guard. */
export function isGuarded(fn: lambda.IFunction): boolean {
  return GUARDED in fn;
}

/** Puts the layer in front of a function's handler, with all that it needs. */
export function guard(fn: lambda.IFunction, options: MaintenanceWindowOptions): MaintenanceWindowGuard {
  checkSupported(fn);
  if (isGuarded(fn)) {
    throw new ValidationError(fn, 'this function is guarded by a maintenance window already: guard it once');
  }
  const resource = fn.node.defaultChild as lambda.CfnFunction;
  const maintenanceWindow = options.maintenanceWindow ?? MaintenanceWindow.ofStack(fn);
  const deferredEvents = options.deferredEvents ?? DeferredEventStore.ofStack(fn);
  const guarded = MaintenanceWindowGuard._of(fn, maintenanceWindow, deferredEvents, functionKeyOf(fn, options.functionKey));
  checkSameEnvironment(fn, 'maintenanceWindow', maintenanceWindow);
  checkSameEnvironment(fn, 'deferredEvents', deferredEvents);

  refuseLost(fn, resource);
  const environment = new GateEnvironment(fn, options, guarded);
  const wrapper = new ChainedWrapper(fn);
  const layer = ownLayer(fn, 'gate');
  fn.addLayers(layer);
  const tags = { [NAMES.tag.store]: deferredEvents.storeId, [NAMES.tag.functionKey]: guarded.functionKey };
  Object.entries(tags).forEach(([key, value]) => resource.tags.setTag(key, value));
  resource.node.addDependency(maintenanceWindow);
  const needed: iam.PolicyStatement[] = [];
  const grant = (statements: iam.PolicyStatement[]) => {
    grantTo(fn, statements);
    needed.push(...statements);
  };
  grant(functionStatements(fn, guarded));
  if (options.windowSource !== WindowSource.PARAMETER_STORE) {
    grant([mirrorStatement(maintenanceWindow)]);
  }
  recommendRuntimeUpdates(fn, options);

  eventSourceAspect(fn, options, { grant, expect: (statements) => needed.push(...statements) });
  callerAspect(fn, options);
  if (options.deferral?.cloudformation === undefined) {
    completionAspect(fn, () => environment.override({ cloudformation: DeferralAction.RUN }));
  }
  fn.node.addValidation({ validate: () => renderedProblems(fn, { environment, wrapper, layer, tags }) });
  fn.node.addValidation({ validate: () => checkMappings(fn, maintenanceWindow, options) });
  fn.node.addValidation({ validate: () => checkPipes(fn, options.deferral) });
  fn.node.addValidation({ validate: () => checkDestinations(fn, options) });
  fn.node.addValidation({ validate: () => checkRole(fn, needed, options) });
  fn.node.addValidation({
    validate: () => {
      warnOfNetwork(fn, options);
      warnOfLateLoading(fn, options);
      return [];
    },
  });
  Object.defineProperty(fn, GUARDED, { value: true });
  return guarded;
}

/** Parameters and tables are read where the function runs. */
function checkSameEnvironment(fn: lambda.Function, name: string, needed: IResource): void {
  for (const property of ['account', 'region'] as const) {
    const [own, others] = [fn.env[property], needed.env[property]];
    if (own !== others && !Token.isUnresolved(own) && !Token.isUnresolved(others)) {
      throw new ValidationError(fn, `${name} must be in the function's ${property} ${own}, but '${needed.node.path}' is in ${others}`);
    }
  }
}

/** Into the policy that the role has anyway: no further resource. What becomes of them only the templates tell: a role that can't be changed takes them and drops them. */
function grantTo(fn: lambda.Function, statements: iam.PolicyStatement[]): void {
  for (const statement of statements) {
    fn.grantPrincipal.addToPrincipalPolicy(statement);
  }
}
