import { Aspects, Stack, Token } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';

import { NAMES, TIMING } from '../../private/contract.generated';
import { SecondsRange, wholeSeconds } from '../../private/seconds';
import { ValidationError } from '../../private/validation-error';
import { Deferral } from '../deferral';
import { MaintenanceWindowGuard } from '../maintenance-window-guard';
import { CoalesceBy, HandlerLoading, MaintenanceWindowOptions, OnUnknownClient, OnWindowUnknown, WindowSource } from '../maintenance-window-options';
import { deferralVariable } from './deferral-actions';
import { alwaysRunVariable, rejectionVariable } from './http-options';
import { streamingVariable } from './streaming';
import { tickInputsVariable } from './tick-inputs';

/** It would outlast the emergency. */
const BY_HAND =
  `environment variable ${NAMES.environment.disabled} is for emergencies, set on the function by hand: remove it from the template; ` +
  'a function that no window should hold needs no guard';

/** It would be answered in the wrong shape. */
const STREAMS_LATE =
  'a function URL or a method of a REST API that streams the responses of this function was added by an aspect that comes after those of ' +
  'the function: add that aspect with a priority under 500';

type Time = 'cacheTtl' | 'leadTime' | 'duplicateCheckFor' | 'fifoVisibilityTimeout';

interface Variables {
  [name: string]: string;
}

/** The environment variables by which the layer is told how a function behaves. */
export class GateEnvironment {
  /** All that must still be there at the end of synth, a chained wrapper included. */
  private readonly variables: Variables;
  /** Actions that only the whole app tells. */
  private readonly found: Deferral = {};

  /**
   * Sets them on the function.
   *
   * @throws ValidationError for an option that can't be and for a variable that is the gate's own
   */
  constructor(
    private readonly fn: lambda.Function,
    options: MaintenanceWindowOptions,
    guard: MaintenanceWindowGuard,
  ) {
    this.variables = {
      ...variablesOf(fn, options, guard),
      [NAMES.environment.deferral]: deferralVariable(fn, options.deferral, this.found),
      ...this.chainedWrapper(),
    };
    for (const [name, value] of Object.entries(this.variables)) {
      fn.addEnvironment(name, value);
    }
    Aspects.of(fn).add({
      visit: (node) => {
        if (node === fn) {
          this.tellWhatStreams();
        }
      },
    });
  }

  /** Says of a source what is only known once the app is whole. */
  public override(deferral: Deferral): void {
    Object.assign(this.found, deferral);
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
    if (resolve(streamingVariable(this.fn)) !== resolve(this.variables[NAMES.environment.streaming])) {
      changed.push(STREAMS_LATE);
    }
    return disabled in now ? [...changed, BY_HAND] : changed;
  }

  /** Only the whole app shows it. */
  private tellWhatStreams(): void {
    const value = streamingVariable(this.fn);
    if (value !== undefined) {
      const name = NAMES.environment.streaming;
      this.variables[name] = value;
      this.fn.addEnvironment(name, value);
    }
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
  return {
    [names.wrapper]: NAMES.layer.wrapper,
    [names.operatorParameter]: guard.maintenanceWindow.operatorParameterName,
    [names.table]: guard.deferredEvents.table.tableName,
    [names.functionKey]: guard.functionKey,
    [names.onWindowUnknown]: options.onWindowUnknown ?? OnWindowUnknown.RUN,
    [names.handlerLoading]: options.handlerLoading ?? HandlerLoading.AFTER_CHECK,
    [names.keepFinished]: String(guard.deferredEvents.keepFinishedFor.toSeconds()),
    ...(options.onUnknownClient === OnUnknownClient.RUN && { [names.onUnknownClient]: OnUnknownClient.RUN }),
    ...(options.windowSource === WindowSource.PARAMETER_STORE && { [names.windowSource]: WindowSource.PARAMETER_STORE }),
    ...timesOf(fn, options),
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
