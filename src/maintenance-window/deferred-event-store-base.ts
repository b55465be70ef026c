import { Duration, IResource, Resource } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';

import { NAMES } from '../private/contract.generated';

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

/** What a store that this app makes and one that it imports have in common. Not public. */
export abstract class DeferredEventStoreBase extends Resource implements IDeferredEventStore {
  public abstract readonly storeId: string;
  public abstract readonly table: dynamodb.ITable;
  public abstract readonly keepFinishedFor: Duration;

  public abstract grantOperate(grantee: iam.IGrantable): iam.Grant;

  /**
   * A metric of this store.
   *
   * @param metricName one of those that docs/contract.md lists
   * @param options statistic, period and other properties of the metric
   */
  public metric(metricName: string, options: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    const { namespace, storeDimension } = NAMES.metrics;
    return new cloudwatch.Metric({ namespace, metricName, dimensionsMap: { [storeDimension]: this.storeId }, ...options }).attachTo(this);
  }

  /**
   * How many deferred events wait or run, as of each minute's sweep.
   *
   * @param options statistic, period and other properties of the metric
   */
  public metricBacklog(options: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    return this.metric(NAMES.metrics.backlog, { statistic: cloudwatch.Stats.MAXIMUM, ...options });
  }

  /**
   * Age of the oldest deferred event that waits or runs, as of each minute's sweep.
   *
   * @param options statistic, period and other properties of the metric
   */
  public metricBacklogAge(options: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    return this.metric(NAMES.metrics.backlogAge, { statistic: cloudwatch.Stats.MAXIMUM, ...options });
  }

  /**
   * For how many seconds an operator has forced a window on without an end, as of each minute's sweep; only windows with events waiting are seen.
   *
   * @param options statistic, period and other properties of the metric
   */
  public metricForcedOnAge(options: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    return this.metric(NAMES.metrics.forcedOnAge, { statistic: cloudwatch.Stats.MAXIMUM, ...options });
  }
}
