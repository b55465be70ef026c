import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { IConstruct } from 'constructs';

import { NAMES } from '../../private/contract.generated';
import { windowNamesIn } from './window-names';

/** The planner tells of each window every minute; of several values in a period the highest counts. */
const DEFAULTS: cloudwatch.MetricOptions = { statistic: cloudwatch.Stats.MAXIMUM, period: Duration.minutes(1) };

/** The metrics of a window, whether this app makes or imports it. */
export class WindowMetrics {
  /** One text for all metrics: of two that are equal the CDK finds out only by their text. */
  private readonly dimension: string;

  constructor(private readonly window: IConstruct & { readonly operatorParameterName: string }) {
    const { stackName, windowName } = windowNamesIn(window.operatorParameterName);
    this.dimension = `${stackName}/${windowName}`;
  }

  public named(metricName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    const { namespace, windowDimension } = NAMES.metrics;
    const metric = new cloudwatch.Metric({ namespace, metricName, dimensionsMap: { [windowDimension]: this.dimension }, ...DEFAULTS, ...options });
    return metric.attachTo(this.window);
  }

  public windowOn(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.named(NAMES.metrics.windowOn, options);
  }

  public forcedOnAge(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.named(NAMES.metrics.forcedOnAge, options);
  }

  public mirrorStale(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.named(NAMES.metrics.mirrorStale, options);
  }
}
