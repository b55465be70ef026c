import { Annotations, Aspects, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { IConstruct } from 'constructs';

import { NAMES } from '../../private/contract.generated';
import { MaintenanceWindowOptions, OnUnknownClient } from '../maintenance-window-options';

/** Told once for each stack. */
export function recommendRuntimeUpdates(fn: lambda.Function, { onUnknownClient }: MaintenanceWindowOptions): void {
  if (onUnknownClient === OnUnknownClient.RUN) {
    return;
  }
  Aspects.of(fn).add({
    visit: (node: IConstruct) => {
      // AUTO by name is somebody's decision, too
      if (node === fn && (fn.node.defaultChild as lambda.CfnFunction).runtimeManagementConfig === undefined) {
        Annotations.of(Stack.of(fn)).addInfoV2(
          NAMES.annotations.runtimeUpdates,
          'AWS may update the runtime of guarded functions at any time, and one whose new client the gate does not know stops: set runtimeManagementMode ' +
            'to lambda.RuntimeManagementMode.FUNCTION_UPDATE, so that updates come with deployments alone, or onUnknownClient to OnUnknownClient.RUN',
        );
      }
    },
  });
}
