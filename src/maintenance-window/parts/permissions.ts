import { ArnFormat, Stack } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { IConstruct } from 'constructs';

import { allow } from '../../private/allow';
import { IAM, NAMES, STORE } from '../../private/contract.generated';
import { warnOfOperator } from '../checks/operator-permissions';
import { mirrorArn } from './mirror';
import { windowsPrefix } from './window-names';

/** What permissions need to know of a window. */
interface Window extends IConstruct {
  readonly operatorParameterName: string;
}

/** What permissions need to know of a store. */
interface Store extends IConstruct {
  readonly storeId: string;
  readonly table: dynamodb.ITable;
}

type Conditions = Record<string, Record<string, unknown>>;

interface Guarded {
  readonly maintenanceWindow: Window;
  readonly deferredEvents: Store;
  readonly functionKey: string;
}

/** All that a guarded function may do with its window and its store, and nothing of other functions' events. */
export function functionStatements(fn: lambda.Function, guarded: Guarded): iam.PolicyStatement[] {
  const { parameters, events } = IAM.function;
  const { maintenanceWindow: window, deferredEvents, functionKey } = guarded;
  return [
    allow(parameters, [parameterArn(window, window.operatorParameterName)]),
    allow(events, [deferredEvents.table.tableArn], { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [`${functionKey}#*`] } }),
    ...customerKeyStatements(fn, deferredEvents.table),
  ];
}

/** The window's item in the mirror, and no other. */
export function mirrorStatement(window: Window): iam.PolicyStatement {
  return allow(IAM.functionWithMirror.mirror, [mirrorArn(window)], {
    'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [window.operatorParameterName] },
  });
}

/** Messages that are left in a FIFO queue stay invisible for longer than one attempt. */
export function fifoQueuesStatement(queueArns: string[]): iam.PolicyStatement {
  return allow(IAM.functionWithFifoQueues.queues, queueArns);
}

/**
 * What the planner may do for the windows of its stack: with their parameters by the stack's name and not one by one, as CloudFormation narrows the
 * role before it has removed what a deployment drops.
 */
export function plannerStatements(planner: IConstruct, mirror: dynamodb.ITable): iam.PolicyStatement[] {
  const bus = Stack.of(planner).formatArn({ service: 'events', resource: 'event-bus', resourceName: 'default' });
  return [
    allow(IAM.planner.parameters, [parameterArn(planner, `${windowsPrefix(planner)}*`)]),
    allow(IAM.planner.mirror, [mirror.tableArn]),
    allow(IAM.planner.bus, [bus]),
  ];
}

export function replayerStatements(store: Store): iam.PolicyStatement[] {
  const { index, table, functions, functionsByTag, windows } = IAM.replayer;
  return [
    allow(index, [indexArn(store)]),
    allow(table, [store.table.tableArn]),
    // By tag: one statement, however many functions share the store, and no reference from the store's stack to theirs
    allow(functions, [Stack.of(store).formatArn({ service: 'lambda', resource: 'function:*' })], {
      StringEquals: { [`aws:ResourceTag/${NAMES.tag.store}`]: store.storeId },
    }),
    // What carries a tag can be asked of a whole account only
    allow(functionsByTag, ['*']),
    allow(windows, [parameterArn(store, `${NAMES.parameters.prefix}*`)]),
    ...customerKeyStatements(store, store.table),
  ];
}

/** Lets a person operate a window: with the AWS CLI, or with the console. */
export function grantOperateWindow(window: Window, grantee: iam.IGrantable): iam.Grant {
  return grantAll(window, grantee, [allow(IAM.windowOperator.parameter, [parameterArn(window, window.operatorParameterName)])]);
}

/** Lets a person operate a store: look at its events, change them, and start replays. */
export function grantOperateStore(store: Store, replayerArn: string, grantee: iam.IGrantable): iam.Grant {
  const { index, table, replayer } = IAM.storeOperator;
  return grantAll(store, grantee, [
    ...customerKeyStatements(store, store.table),
    allow(index, [indexArn(store)]),
    allow(table, [store.table.tableArn]),
    allow(replayer, [replayerArn]),
  ]);
}

function grantAll(scope: IConstruct, grantee: iam.IGrantable, statements: iam.PolicyStatement[]): iam.Grant {
  warnOfOperator(scope, grantee, statements);
  return statements
    .map(({ actions, resources: resourceArns, conditions }) => {
      return iam.Grant.addToPrincipal({ grantee, actions, resourceArns, conditions: conditions as Conditions });
    })
    .reduce((all, grant) => all.combine(grant));
}

/**
 * What those who use a table need of a customer's key that encrypts it, through DynamoDB alone.
 *
 * A statement for the principal and not `key.grant`, which may write into the key's policy: references run only towards the store.
 */
function customerKeyStatements(scope: IConstruct, { encryptionKey }: { readonly encryptionKey?: kms.IKey }): iam.PolicyStatement[] {
  const throughTable = { StringEquals: { 'kms:ViaService': `dynamodb.${Stack.of(scope).region}.amazonaws.com` } };
  return encryptionKey ? [allow(IAM.customerKey.key, [encryptionKey.keyArn], throughTable)] : [];
}

function indexArn({ table }: Store): string {
  return `${table.tableArn}/index/${STORE.index.name}`;
}

/** The ARN of a parameter in the account and Region of a construct's stack. */
function parameterArn(scope: IConstruct, parameterName: string): string {
  return Stack.of(scope).formatArn({ service: 'ssm', resource: `parameter${parameterName}`, arnFormat: ArnFormat.NO_RESOURCE_NAME });
}
