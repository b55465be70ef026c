import { Annotations } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';

import { asynchronousSource } from '../../private/asynchronous-source';
import { NAMES } from '../../private/contract.generated';
import { FunctionTargets } from '../../private/function-targets';
import { templateProperties, templateProperty } from '../../private/template-properties';
import { MaintenanceWindowOptions } from '../maintenance-window-options';
import { pipesOf, PipeUse } from './pipes';

/** An `onSuccess` destination is told of each deferral, and of each replay without a result, as a success, which its consumers must know. */
export function checkDestinations(fn: lambda.Function, { onSuccessSeesDeferrals }: MaintenanceWindowOptions): string[] {
  const told = destinationsOf(new FunctionTargets(fn)).some((destinations) => destinations.OnSuccess !== undefined);
  if (!told || onSuccessSeesDeferrals) {
    return [];
  }
  return [
    'the onSuccess destination would receive, beside the results of replays, a record of success for each event that a maintenance window defers ' +
      'and for each replay of one that fails; when its consumers skip responses that have maintenanceWindow or maintenanceReplay as a key, set ' +
      `onSuccessSeesDeferrals to true, otherwise send results from the handler [ack: ${NAMES.annotations.onSuccessSeesDeferrals}]`,
  ];
}

/** Deferring fails when the store does: Lambda's retries and then a failure destination are what is left. */
export function warnWithoutFailureDestination(targets: FunctionTargets): void {
  const { fn } = targets;
  const permissions = targets.find(lambda.CfnPermission, 'FunctionName');
  const forgets = pipesOf(targets).find(({ use }) => use === PipeUse.FIRE_AND_FORGET);
  const source = asynchronousSource(permissions) ?? (forgets && `the pipe '${forgets.pipe.node.path}'`);
  const caught =
    templateProperty(fn.node.defaultChild as lambda.CfnFunction, 'DeadLetterConfig') !== undefined ||
    destinationsOf(targets).some((destinations) => destinations.OnFailure !== undefined);
  if (source && !caught) {
    Annotations.of(fn).addWarningV2(
      NAMES.annotations.noFailureDestination,
      `${source} invokes this function asynchronously, and an event that can ` +
        "neither be run nor deferred is dropped after Lambda's retries: set onFailure or deadLetterQueue",
    );
  }
}

interface Destinations {
  readonly OnSuccess?: unknown;
  readonly OnFailure?: unknown;
}

function destinationsOf(targets: FunctionTargets): Destinations[] {
  const configs = targets.find(lambda.CfnEventInvokeConfig, 'FunctionName');
  return configs.map((config) => (templateProperties(config).DestinationConfig ?? {}) as Destinations);
}
