import { Annotations } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';

import { NAMES } from '../../private/contract.generated';
import { templateProperties } from '../../private/template-properties';
import { HandlerLoading, MaintenanceWindowOptions } from '../maintenance-window-options';

/** Seconds and megabytes: Lambda's own defaults. */
const [TIMEOUT, MEMORY] = [3, 128];
/** Seconds: under this a late load of the handler and its first run may not fit into one invocation, whatever the memory. */
const LEAST_TIMEOUT = 10;
/** Megabytes at which a function has one vCPU. Source: AWS Lambda Developer Guide, "Configure Lambda function memory". */
const WHOLE_CORE = 1769;
/** Seconds of a whole core for which there must be room: what a framework or an SDK takes to load. */
const LEAST_LOADING = 1;

/** Numbers, unless only the deployment knows them. */
interface Limits {
  readonly Timeout?: unknown;
  readonly MemorySize?: unknown;
  readonly SnapStart?: { readonly ApplyOn?: unknown };
}

/** Warns of a function that may run out of time when its handler is loaded after a window: by the time limit, and by the CPU that its memory gives it. */
export function warnOfLateLoading(fn: lambda.Function, { handlerLoading = HandlerLoading.AFTER_CHECK }: MaintenanceWindowOptions): void {
  const limits = templateProperties(fn.node.defaultChild as lambda.CfnFunction) as Limits;
  const { Timeout: timeout = TIMEOUT, MemorySize: memory = MEMORY, SnapStart: snapStart } = limits;
  const isInSnapshot = snapStart?.ApplyOn === 'PublishedVersions'; // loaded at once, whatever handlerLoading says
  if (handlerLoading !== HandlerLoading.AFTER_CHECK || isInSnapshot || typeof timeout !== 'number') {
    return;
  }
  const share = typeof memory === 'number' ? Math.min(1, memory / WHOLE_CORE) : 1;
  const needed = Math.max(LEAST_TIMEOUT, Math.ceil(LEAST_LOADING / share));
  if (timeout >= needed) {
    return;
  }
  const core = share < 1 ? ` and at ${Math.round(share * 100)} % of a core (${String(memory)} MB), where an init has a whole one` : '';
  const takes = (LEAST_LOADING / share).toFixed(1);
  Annotations.of(fn).addWarningV2(
    NAMES.annotations.shortTimeout,
    `after a window the handler is loaded within an invocation, under its timeout of ${timeout} s${core}: what loads in ${LEAST_LOADING} s there takes ` +
      `${takes} s. Give it a timeout of ${needed} s or more${share < 1 ? ', more memory' : ''}, or set handlerLoading to HandlerLoading.AT_ONCE`,
  );
}
