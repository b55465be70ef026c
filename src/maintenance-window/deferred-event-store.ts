import { Duration, IResource, RemovalPolicy, Resource } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct, IConstruct } from 'constructs';

import { NAMES, TIMING } from '../private/contract.generated';
import { wholeSeconds } from '../private/seconds';
import { stableName } from '../private/stable-name';
import { stackSingletonWith } from '../private/stack-singleton';
import { ValidationError } from '../private/validation-error';
import { grantOperateStore } from './parts/permissions';
import { Replayer } from './parts/replayer';
import { StoreMetrics } from './parts/store-metrics';
import { keptTable, storeTable } from './parts/store-table';
import { Replay } from './replay';

const DEFERRED_EVENT_STORE = Symbol.for('cdk-patient-lambda.DeferredEventStore');

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
   * How many deferred events wait for a function that is gone, or has lost its tag, and whose function key no other function of the store carries, as
   * of each minute's sweep. Worth an alarm above 0: nothing brings them back by itself.
   *
   * @param options statistic, period and other properties of the metric
   */
  metricOrphaned(options?: cloudwatch.MetricOptions): cloudwatch.Metric;
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
   * What happens to the table when it leaves the stack. It holds the only copy of the events; by default it is kept, unless the very deployment that
   * makes it is rolled back.
   *
   * @default RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * Whether the table refuses to be deleted.
   *
   * @default false
   */
  readonly deletionProtection?: boolean;

  /**
   * A table that a store has left behind, and whose events this store is to bring back: `dynamodb.Table.fromTableName`, or a table of the app with
   * the keys, the index and the time to live of a store's. Encryption, removal and protection are the table's own.
   *
   * @default - a new table
   */
  readonly table?: dynamodb.ITable;
}

/** What is known of a store that is made elsewhere. */
export interface DeferredEventStoreAttributes {
  /** The store's `storeId`, which its guarded functions carry as a tag. */
  readonly storeId: string;

  /** ARN of its table. */
  readonly tableArn: string;

  /**
   * How long the store keeps finished events: at least 7 days, whole seconds.
   *
   * @default Duration.days(14)
   */
  readonly keepFinishedFor?: Duration;

  /**
   * The customer-managed key that encrypts its table, when there is one.
   *
   * @default - a key that Amazon DynamoDB owns
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * ARN of its replayer, which `grantOperate` needs.
   *
   * @default - `grantOperate` is an error
   */
  readonly replayerArn?: string;
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
  /**
   * Whether a construct is a `DeferredEventStore`. One that was imported is not.
   *
   * @param construct any construct
   */
  public static isDeferredEventStore(construct: IConstruct): construct is DeferredEventStore {
    return DEFERRED_EVENT_STORE in construct;
  }

  /**
   * The store that the guarded functions of a stack share unless they are given another one. Made on first use.
   *
   * @param scope the stack, or any construct in it
   * @param options how to make it; in the first call only, or the same in each
   */
  public static ofStack(scope: IConstruct, options?: DeferredEventStoreProps): DeferredEventStore {
    const id = NAMES.constructIds.store;
    return stackSingletonWith(scope, id, options, (stack, props) => new DeferredEventStore(stack, id, props));
  }

  /**
   * A store of another app, in the same account and Region.
   *
   * @param scope scope of the new construct
   * @param id id of the new construct
   * @param attrs what is known of it
   */
  public static fromDeferredEventStoreAttributes(scope: Construct, id: string, attrs: DeferredEventStoreAttributes): IDeferredEventStore {
    return new ImportedStore(scope, id, attrs);
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
    Object.defineProperty(this, DEFERRED_EVENT_STORE, { value: true });
    this.keepFinishedFor = checkedKeepFinishedFor(this, props.keepFinishedFor);
    this.storeId = stableName(this);
    this.table = props.table ? keptTable(this, props.table, props) : storeTable(this, props);
    this.tableName = this.table.tableName;
    this.replayer = new Replayer(this, props.replay ?? Replay.manual()).function;
  }

  /**
   * Grants a principal permission to list, show, replay, discard and requeue deferred events.
   *
   * @param grantee who operates the store
   */
  public grantOperate(grantee: iam.IGrantable): iam.Grant {
    return grantOperateStore(this, this.replayer.functionArn, grantee);
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

  public metricOrphaned(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metrics.orphaned(options);
  }
}

class ImportedStore extends Resource implements IDeferredEventStore {
  public readonly storeId: string;
  public readonly table: dynamodb.ITable;
  public readonly keepFinishedFor: Duration;

  private readonly metrics = new StoreMetrics(this);
  private readonly replayerArn?: string;

  constructor(scope: Construct, id: string, { storeId, tableArn, keepFinishedFor, encryptionKey, replayerArn }: DeferredEventStoreAttributes) {
    super(scope, id, { environmentFromArn: tableArn });
    this.storeId = storeId;
    this.keepFinishedFor = checkedKeepFinishedFor(this, keepFinishedFor);
    this.table = dynamodb.Table.fromTableAttributes(this, 'Table', { tableArn, encryptionKey });
    this.replayerArn = replayerArn;
  }

  public grantOperate(grantee: iam.IGrantable): iam.Grant {
    if (this.replayerArn === undefined) {
      throw new ValidationError(this, 'grantOperate needs replayerArn, by which replays are started: give it in fromDeferredEventStoreAttributes');
    }
    return grantOperateStore(this, this.replayerArn, grantee);
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

  public metricOrphaned(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metrics.orphaned(options);
  }
}

function checkedKeepFinishedFor(store: IConstruct, given?: Duration): Duration {
  const { default: keepFinished, least } = TIMING.keepFinishedSeconds;
  return Duration.seconds(given ? wholeSeconds(store, 'keepFinishedFor', given, { least }) : keepFinished);
}
