import { Annotations, CfnResource } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';

import { NAMES } from '../../../private/contract.generated';
import { FunctionTargets } from '../../../private/function-targets';
import { DeferralAction } from '../../deferral-action';
import { MaintenanceWindowOptions } from '../../maintenance-window-options';
import { actionFor, deferralProperty } from '../../parts/deferral-actions';
import { aliasesWithHook } from './deployment-hooks';
import { waitingSdkCalls } from './sdk-calls';
import { waitingStateMachines } from './state-machines';
import { waitingTriggers } from './triggers';

/** The source of the events that CodeDeploy sends to a hook. */
const HOOK_SOURCE = 'codedeploy-hook';

/** Who calls a function and goes on by its reply, with what to do about it. */
interface Kind {
  readonly find: (targets: FunctionTargets) => readonly CfnResource[];
  readonly id: string;
  /** After the caller's name. */
  readonly problem: string;
}

const IN_A_WINDOW = 'in a maintenance window that is the deferral marker';
const AT_DEPLOYMENT = 'set deferral.direct to DeferralAction.REJECT, so that the deployment fails, or to RUN';

const TAKERS: readonly Kind[] = [
  {
    find: waitingTriggers,
    id: NAMES.annotations.triggerTakesMarker,
    problem:
      "takes this function's reply for the end of its work before the deployment goes on, and " +
      `${IN_A_WINDOW}, with the work still to be done at the replay: ${AT_DEPLOYMENT}`,
  },
  {
    find: waitingSdkCalls,
    id: NAMES.annotations.sdkCallTakesMarker,
    problem: `takes this function's reply for a result when the stack is deployed, and ${IN_A_WINDOW}: ${AT_DEPLOYMENT}`,
  },
  {
    find: waitingStateMachines,
    id: NAMES.annotations.stateMachineTakesMarker,
    problem:
      `takes this function's reply for a task's result, and ${IN_A_WINDOW}: set deferral.direct to DeferralAction.REJECT and let the task ` +
      `retry ${NAMES.errors.windowActive}, or invoke the function with a task token, which it sends at the replay`,
  },
];

/** Callers that would take the deferral marker for a result. A function that defers no direct events gives none. */
export function warnOfMarkerTakers(fn: lambda.Function, { deferral }: MaintenanceWindowOptions): void {
  const targets = new FunctionTargets(fn);
  if (actionFor('direct', deferral) === DeferralAction.DEFER) {
    TAKERS.forEach((kind) => warn(fn, targets, kind));
  }
  if (actionFor(HOOK_SOURCE, deferral) !== DeferralAction.RUN) {
    warn(fn, targets, {
      find: aliasesWithHook,
      id: NAMES.annotations.deploymentHookHeld,
      problem:
        'lets this function judge its deployments, of which CodeDeploy hears nothing in a maintenance window, so that they fail: ' +
        `set deferral.${deferralProperty(HOOK_SOURCE)} to DeferralAction.RUN, or give a function that is not guarded`,
    });
  }
}

function warn(fn: lambda.Function, targets: FunctionTargets, { find, id, problem }: Kind): void {
  find(targets).forEach(({ node }) => Annotations.of(fn).addWarningV2(id, `'${node.path}' ${problem}`));
}
