import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';

import { IAM } from '../../private/contract.generated';
import { parameterArn } from '../../private/parameter-arn';
import { MaintenanceWindowGuard } from '../maintenance-window-guard';
import { customerKeyStatement } from './customer-key';

/** All that a guarded function may do with its window and its store, and nothing of other functions' events. */
export function functionStatements(fn: lambda.Function, guard: MaintenanceWindowGuard): iam.PolicyStatement[] {
  const [parameters, events] = IAM.function;
  const { maintenanceWindow: window, functionKey } = guard;
  const { tableArn, encryptionKey } = guard.deferredEvents.table;
  return [
    new iam.PolicyStatement({ actions: [...parameters.actions], resources: [parameterArn(window, window.operatorParameterName)] }),
    new iam.PolicyStatement({
      actions: [...events.actions],
      resources: [tableArn],
      conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [`${functionKey}#*`] } },
    }),
    ...(encryptionKey ? [customerKeyStatement(fn, encryptionKey)] : []),
  ];
}
