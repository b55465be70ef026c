import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct, IConstruct } from 'constructs';

import { NAMES, STORE, TIMING } from '../private/contract.generated';
import { wholeSeconds } from '../private/seconds';
import { stableName } from '../private/stable-name';
import { stackSingleton } from '../private/stack-singleton';
import { DeferredEventStoreBase } from './deferred-event-store-base';
import { grantOperateStore } from './parts/permissions';
import { Replayer } from './parts/replayer';
import { Replay } from './replay';

/** Properties of a store of deferred events. */
export interface DeferredEventStoreProps {
  /**
   * When deferred events are brought back, and how fast.
   *
   * @default Replay.manual()
   */
  readonly replay?: Replay;

  /**
   * How long events are kept after they were replayed or discarded: at least 7 days, whole seconds. Events that still wait are kept without limit.
   *
   * @default Duration.days(14)
   */
  readonly keepFinishedFor?: Duration;

  /**
   * A customer-managed key that encrypts the table.
   *
   * @default - a key that Amazon DynamoDB owns
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * What happens to the table when it leaves the stack. It holds the only copy of the events.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * Whether the table refuses to be deleted.
   *
   * @default false
   */
  readonly deletionProtection?: boolean;
}

/**
 * A store of deferred events that any number of functions share, of this stack and of others: a DynamoDB table, on demand and with point-in-time
 * recovery, and the replayer, which sweeps it every minute.
 *
 * @resource AWS::DynamoDB::Table
 * @stateful
 *
 * @example
 * import { Duration } from 'aws-cdk-lib';
 * import * as lambda from 'aws-cdk-lib/aws-lambda';
 * import { DeferredEventStore, MaintenanceWindowFunction, Replay } from 'cdk-patient-lambda';
 *
 * declare const code: lambda.Code;
 *
 * const deferredEvents = new DeferredEventStore(this, 'Deferred', {
 *   replay: Replay.automatic({ maxConcurrency: 10 }),
 *   keepFinishedFor: Duration.days(30),
 * });
 * new MaintenanceWindowFunction(this, 'Orders', {
 *   runtime: lambda.Runtime.PYTHON_3_13,
 *   handler: 'index.handler',
 *   code,
 *   deferredEvents,
 * });
 */
export class DeferredEventStore extends DeferredEventStoreBase {
  /** @internal */
  public static _ofStack(scope: IConstruct): DeferredEventStore {
    const id = NAMES.constructIds.store;
    return stackSingleton(scope, id, (stack) => new DeferredEventStore(stack, id));
  }

  public readonly storeId: string;
  public readonly table: dynamodb.ITable;
  public readonly keepFinishedFor: Duration;

  /**
   * Name of the table.
   *
   * @attribute
   */
  public readonly tableName: string;

  /** The function that brings deferred events back. Every minute it sweeps; an invocation starts a replay. */
  public readonly replayer: lambda.IFunction;

  constructor(scope: Construct, id: string, props: DeferredEventStoreProps = {}) {
    super(scope, id);
    const { default: keepFinished, least } = TIMING.keepFinishedSeconds;
    this.keepFinishedFor = props.keepFinishedFor ?? Duration.seconds(keepFinished);
    wholeSeconds(this, 'keepFinishedFor', this.keepFinishedFor, { least });

    this.storeId = stableName(this);
    this.table = this.makeTable(props);
    this.tableName = this.table.tableName;
    this.replayer = new Replayer(this, props.replay ?? Replay.manual()).function;
  }

  /**
   * Grants a principal permission to list, show, replay, discard and requeue deferred events.
   *
   * @param grantee who operates the store
   */
  public grantOperate(grantee: iam.IGrantable): iam.Grant {
    return grantOperateStore(this, this.replayer, grantee);
  }

  private makeTable(props: DeferredEventStoreProps): dynamodb.Table {
    const text = (name: string) => ({ name, type: dynamodb.AttributeType.STRING });
    const table = new dynamodb.Table(this, 'Table', {
      partitionKey: text(STORE.table.partitionKey),
      timeToLiveAttribute: STORE.table.ttl,
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      encryption: props.encryptionKey ? dynamodb.TableEncryption.CUSTOMER_MANAGED : undefined,
      encryptionKey: props.encryptionKey,
      removalPolicy: props.removalPolicy ?? RemovalPolicy.RETAIN,
      deletionProtection: props.deletionProtection,
    });
    table.addGlobalSecondaryIndex({
      indexName: STORE.index.name,
      partitionKey: text(STORE.index.partitionKey),
      sortKey: text(STORE.index.sortKey),
      projectionType: dynamodb.ProjectionType.INCLUDE,
      nonKeyAttributes: [...STORE.index.projected],
    });
    return table;
  }
}
