import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { IConstruct } from 'constructs';

import { NAMES } from '../../private/contract.generated';

const MAXIMUM = { statistic: cloudwatch.Stats.MAXIMUM };

/** The metrics of a store, whether this app makes or imports it. Each sweep reports how many and how old: the maximum of a period tells. */
export class StoreMetrics {
  constructor(private readonly store: IConstruct & { readonly storeId: string }) {}

  public named(metricName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    const { namespace, storeDimension } = NAMES.metrics;
    const metric = new cloudwatch.Metric({ namespace, metricName, dimensionsMap: { [storeDimension]: this.store.storeId }, ...options });
    return metric.attachTo(this.store);
  }

  public backlog(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.named(NAMES.metrics.backlog, { ...MAXIMUM, ...options });
  }

  public backlogAge(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.named(NAMES.metrics.backlogAge, { ...MAXIMUM, ...options });
  }

  public orphaned(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.named(NAMES.metrics.orphaned, { ...MAXIMUM, ...options });
  }
}
