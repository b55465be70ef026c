import { Stack, Token } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';

import { NAMES, TIMING } from '../../private/contract.generated';
import { SecondsRange, wholeSeconds } from '../../private/seconds';
import { ValidationError } from '../../private/validation-error';
import { Deferral } from '../deferral';
import { MaintenanceWindowGuard } from '../maintenance-window-guard';
import { CoalesceBy, HandlerLoading, MaintenanceWindowOptions, OnUnknownClient, OnWindowUnknown } from '../maintenance-window-options';
import { deferralBySource } from './deferral-actions';
import { alwaysRunVariable, rejectionVariable } from './http-options';
import { tickInputsVariable } from './tick-inputs';

/** It would outlast the emergency. */
const BY_HAND =
  `environment variable ${NAMES.environment.disabled} is for emergencies, set on the function by hand: remove it from the template; ` +
  'a function that no window should hold needs no guard';

type Time = 'cacheTtl' | 'leadTime' | 'duplicateCheckFor' | 'fifoVisibilityTimeout';

interface Variables {
  [name: string]: string;
}

/** The environment variables by which the layer is told how a function behaves. */
export class GateEnvironment {
  /** All that must still be there at the end of synth, a chained wrapper included. */
  private readonly variables: Variables;

  /**
   * Sets them on the function.
   *
   * @throws ValidationError for an option that can't be and for a variable that is the gate's own
   */
  constructor(
    private readonly fn: lambda.Function,
    private readonly options: MaintenanceWindowOptions,
    guard: MaintenanceWindowGuard,
  ) {
    this.variables = { ...variablesOf(fn, options, guard), ...this.chainedWrapper() };
    for (const [name, value] of Object.entries(this.variables)) {
      fn.addEnvironment(name, value);
    }
  }

  /** Says of a source what is only known once the app is whole. */
  public override(deferral: Deferral): void {
    const value = JSON.stringify(deferralBySource(this.fn, { ...this.options.deferral, ...deferral }));
    this.variables[NAMES.environment.deferral] = value;
    this.fn.addEnvironment(NAMES.environment.deferral, value);
  }

  /** What was changed after they had been set. */
  public problems(): string[] {
    const { wrapper, disabled } = NAMES.environment;
    const resolve = (value: unknown) => JSON.stringify(Stack.of(this.fn).resolve(value));
    const now = this.current();
    const changed = Object.entries(this.variables)
      .filter(([name, value]) => JSON.stringify(now[name]) !== resolve(value))
      .map(([name]) => {
        return name === wrapper
          ? `${name} was set to '${String(now[name])}' after the maintenance window: pass it in environment, or set it before guard(), and it is chained`
          : `environment variable ${name} was changed after the maintenance window had set it: remove what changes it`;
      });
    return disabled in now ? [...changed, BY_HAND] : changed;
  }

  /** A wrapper that was set before is started by ours. */
  private chainedWrapper(): Variables {
    const { wrapper, nextWrapper, disabled } = NAMES.environment;
    const before = this.current();
    if (disabled in before) {
      throw new ValidationError(this.fn, BY_HAND);
    }
    for (const name of Object.values(NAMES.environment)) {
      if (name !== wrapper && name in before) {
        throw new ValidationError(this.fn, `environment variable ${name} is set by the maintenance window, remove it from environment`);
      }
    }
    return before[wrapper] === undefined ? {} : { [nextWrapper]: Token.asString(before[wrapper]) };
  }

  private current(): Record<string, unknown> {
    const { environment } = this.fn.node.defaultChild as lambda.CfnFunction;
    const { variables } = (Stack.of(this.fn).resolve(environment) ?? {}) as { variables?: Record<string, unknown> };
    return variables ?? {};
  }
}

function variablesOf(fn: lambda.Function, options: MaintenanceWindowOptions, guard: MaintenanceWindowGuard): Variables {
  const names = NAMES.environment;
  const overrides = deferralBySource(fn, options.deferral ?? {});
  return {
    [names.wrapper]: NAMES.layer.wrapper,
    [names.operatorParameter]: guard.maintenanceWindow.operatorParameterName,
    [names.table]: guard.deferredEvents.table.tableName,
    [names.functionKey]: guard.functionKey,
    [names.onWindowUnknown]: options.onWindowUnknown ?? OnWindowUnknown.RUN,
    [names.handlerLoading]: options.handlerLoading ?? HandlerLoading.AFTER_CHECK,
    [names.keepFinished]: String(guard.deferredEvents.keepFinishedFor.toSeconds()),
    ...(options.onUnknownClient === OnUnknownClient.RUN && { [names.onUnknownClient]: OnUnknownClient.RUN }),
    ...timesOf(fn, options),
    ...(Object.keys(overrides).length === 0 ? {} : { [names.deferral]: JSON.stringify(overrides) }),
    ...httpOptionsOf(fn, options),
    ...(options.coalesceBy === CoalesceBy.PAYLOAD && { [names.coalesceBy]: CoalesceBy.PAYLOAD }),
    [names.tickInputs]: tickInputsVariable(fn),
  };
}

/** Only what is given, so that other functions have no variable more. */
function httpOptionsOf(fn: lambda.Function, { rejection, alwaysRun = [] }: MaintenanceWindowOptions): Variables {
  const names = NAMES.environment;
  return {
    ...(rejection && Object.keys(rejection).length > 0 ? { [names.rejection]: rejectionVariable(fn, rejection) } : {}),
    ...(alwaysRun.length > 0 ? { [names.alwaysRun]: alwaysRunVariable(fn, alwaysRun) } : {}),
  };
}

/** In whole seconds. */
function timesOf(fn: lambda.Function, options: MaintenanceWindowOptions): Variables {
  const names = NAMES.environment;
  const { cacheTtlSeconds, duplicateCheckForSeconds, fifoVisibilityTimeoutSeconds } = TIMING;
  const seconds = (property: Time, range: SecondsRange & { readonly default: number }) =>
    String(options[property] ? wholeSeconds(fn, property, options[property], range) : range.default);
  return {
    [names.cacheTtl]: seconds('cacheTtl', cacheTtlSeconds),
    [names.leadTime]: seconds('leadTime', { default: 0, least: 0 }),
    [names.duplicateCheckFor]: seconds('duplicateCheckFor', { default: duplicateCheckForSeconds.default, least: 0 }),
    [names.fifoVisibilityTimeout]: seconds('fifoVisibilityTimeout', {
      default: fifoVisibilityTimeoutSeconds.default,
      least: 0,
      most: fifoVisibilityTimeoutSeconds.most,
    }),
  };
}
