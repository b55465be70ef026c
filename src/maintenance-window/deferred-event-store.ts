import { Duration, IResource, RemovalPolicy, Resource } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct, IConstruct } from 'constructs';

import { NAMES, STORE, TIMING } from '../private/contract.generated';
import { wholeSeconds } from '../private/seconds';
import { stableName } from '../private/stable-name';
import { stackSingleton } from '../private/stack-singleton';
import { grantOperateStore } from './parts/permissions';
import { Replayer } from './parts/replayer';
import { StoreMetrics } from './parts/store-metrics';
import { Replay } from './replay';

/** Where events are kept that came while a maintenance window was on. */
export interface IDeferredEventStore extends IResource {
  /**
   * The store's name, unique in the account and Region. Guarded functions carry it as the tag `cdk-patient-lambda:store`.
   *
   * @attribute
   */
  readonly storeId: string;

  /**
   * The table that holds the events.
   *
   * @attribute
   */
  readonly table: dynamodb.ITable;

  /** How long finished events are kept. */
  readonly keepFinishedFor: Duration;

  /**
   * Grants a principal permission to list, show, replay, discard and requeue deferred events.
   *
   * @param grantee who operates the store
   */
  grantOperate(grantee: iam.IGrantable): iam.Grant;

  /**
   * A metric of this store.
   *
   * @param metricName one of those of the dimension `Store` that docs/contract.md lists
   * @param options statistic, period and other properties of the metric
   */
  metric(metricName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * How many deferred events wait or run, as of each minute's sweep.
   *
   * @param options statistic, period and other properties of the metric
   */
  metricBacklog(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Age of the oldest deferred event that waits or runs, in seconds, as of each minute's sweep.
   *
   * @param options statistic, period and other properties of the metric
   */
  metricBacklogAge(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * For how many seconds an operator has forced a window on without an end, as of each minute's sweep; only windows with events waiting are seen.
   *
   * @param options statistic, period and other properties of the metric
   */
  metricForcedOnAge(options?: cloudwatch.MetricOptions): cloudwatch.Metric;
}

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
export class DeferredEventStore extends Resource implements IDeferredEventStore {
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

  private readonly metrics = new StoreMetrics(this);

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

  public metric(metricName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metrics.named(metricName, options);
  }

  public metricBacklog(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metrics.backlog(options);
  }

  public metricBacklogAge(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metrics.backlogAge(options);
  }

  public metricForcedOnAge(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metrics.forcedOnAge(options);
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
