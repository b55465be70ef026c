import { NAMES, SOURCES, TIMING } from '../../private/contract.generated';
import { wholeSeconds } from '../../private/seconds';
import { Deferral } from '../deferral';
import { DeferralAction } from '../deferral-action';
import { IDeferredEventStore } from '../deferred-event-store';
import { HandlerLoading } from '../handler-loading';
import { IMaintenanceWindow } from '../maintenance-window';
import { MaintenanceWindowOptions } from '../maintenance-window-options';
import { OnWindowUnknown } from '../on-window-unknown';

export interface GateEnvironmentProps extends MaintenanceWindowOptions {
  readonly functionKey: string;
  readonly maintenanceWindow: IMaintenanceWindow;
  readonly deferredEvents: IDeferredEventStore;
}

export interface Variables {
  [name: string]: string;
}

/** What the layer is told through the function's environment. Times are whole seconds. */
export function gateEnvironment(props: GateEnvironmentProps): Variables {
  const names = NAMES.environment;
  const overrides = deferralBySource(props.deferral ?? {});
  return {
    [names.wrapper]: NAMES.layer.wrapper,
    [names.operatorParameter]: props.maintenanceWindow.operatorParameterName,
    [names.table]: props.deferredEvents.table.tableName,
    [names.functionKey]: props.functionKey,
    [names.onWindowUnknown]: props.onWindowUnknown ?? OnWindowUnknown.RUN,
    [names.handlerLoading]: props.handlerLoading ?? HandlerLoading.AFTER_CHECK,
    [names.keepFinished]: String(props.deferredEvents.keepFinishedFor.toSeconds()),
    ...times(props),
    ...(Object.keys(overrides).length === 0 ? {} : { [names.deferral]: JSON.stringify(overrides) }),
  };
}

function times({ cacheTtl, lead, retryGuard, leaveFor }: MaintenanceWindowOptions): Variables {
  const names = NAMES.environment;
  const { cacheTtlSeconds, retryGuardSeconds, leaveForSeconds } = TIMING;
  return {
    [names.cacheTtl]: String(cacheTtl ? wholeSeconds('cacheTtl', cacheTtl, cacheTtlSeconds) : cacheTtlSeconds.default),
    [names.lead]: String(lead ? wholeSeconds('lead', lead, { least: 0 }) : 0),
    [names.retryGuard]: String(retryGuard ? wholeSeconds('retryGuard', retryGuard, { least: 0 }) : retryGuardSeconds.default),
    [names.leaveFor]: String(leaveFor ? wholeSeconds('leaveFor', leaveFor, { least: 0, most: leaveForSeconds.most }) : leaveForSeconds.default),
  };
}

/**
 * The overrides by the contract's names of the sources.
 *
 * @throws Error for a source that does not exist and for an action that a source does not allow
 */
export function deferralBySource(deferral: Deferral): Record<string, DeferralAction> {
  const overrides: Record<string, DeferralAction> = {};
  for (const [property, action] of Object.entries(deferral) as [string, DeferralAction | undefined][]) {
    if (action === undefined) {
      continue;
    }
    const source = SOURCES.find(({ name }) => deferralProperty(name) === property);
    if (!source) {
      throw new Error(`deferral.${property} is no event source; there are ${SOURCES.map(({ name }) => deferralProperty(name)).join(', ')}`);
    }
    if (!(source.allowed as readonly string[]).includes(action)) {
      throw new Error(`deferral.${property} can't be ${action}; it may be ${source.allowed.join(' or ')}`);
    }
    overrides[source.name] = action;
  }
  return overrides;
}

/** What a function does with a source's events during a window. */
export function actionFor(sourceName: string, deferral: Deferral = {}): string {
  return deferralBySource(deferral)[sourceName] ?? SOURCES.find(({ name }) => name === sourceName)!.action;
}

/** `sqs-fifo` is `sqsFifo` in `Deferral`. */
export function deferralProperty(sourceName: string): string {
  return sourceName.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}
