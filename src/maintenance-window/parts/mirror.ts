import { RemovalPolicy, ScopedAws, Stack } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import { Construct, IConstruct } from 'constructs';

import { MIRROR, NAMES } from '../../private/contract.generated';
import { windowNamesIn } from './window-names';

/**
 * The table of a stack's mirror, which the gates read. Gates, the command and other stacks know it by the stack's name alone, and so it goes with
 * its stack: one that stayed would be in the way of the next. The parameters hold what is in it.
 */
export function mirrorTable(planner: Construct): dynamodb.Table {
  return new dynamodb.Table(planner, 'Mirror', {
    tableName: mirrorTableName(new ScopedAws(planner).stackName),
    partitionKey: { name: MIRROR.key, type: dynamodb.AttributeType.STRING },
    billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    removalPolicy: RemovalPolicy.DESTROY,
  });
}

/** The ARN of the table that has a window's item, in the account and Region of the window's stack. */
export function mirrorArn(window: IConstruct & { readonly operatorParameterName: string }): string {
  const { stackName } = windowNamesIn(window.operatorParameterName);
  return Stack.of(window).formatArn({ service: 'dynamodb', resource: 'table', resourceName: mirrorTableName(stackName) });
}

function mirrorTableName(stackName: string): string {
  return `${NAMES.mirror.tablePrefix}${stackName}`;
}
