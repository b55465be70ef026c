import { App, CfnParameter, Duration, NestedStack, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';

import { metrics } from '../../../../lambda/contract/names.json';
import { type IMaintenanceWindow, MaintenanceWindow } from '../../../../src';
import { deployed, newStack, resources } from '../app';

const theirs = (stack: Stack) => MaintenanceWindow.fromMaintenanceWindowAttributes(stack, 'Window', { stackName: 'Orders', windowName: 'night' });
const own = (stack: Stack) => new MaintenanceWindow(stack, 'Window', { windowName: 'night' });

/** The alarms on a metric in a stack's template. */
function alarmed(stack: Stack, metric: cloudwatch.Metric): Record<string, any> {
  metric.createAlarm(stack, 'Alarm', { threshold: 1, evaluationPeriods: 1 });
  return Object.values(resources(stack)).find(({ Type }) => Type === 'AWS::CloudWatch::Alarm')!.Properties;
}

describe.each<[string, (stack: Stack) => IMaintenanceWindow]>([
  ['made here', own],
  ['imported', theirs],
])('a window that is %s', (_, window) => {
  test.each<[string, (window: IMaintenanceWindow, options?: cloudwatch.MetricOptions) => cloudwatch.Metric]>([
    [metrics.windowOn, (one, options) => one.metricWindowOn(options)],
    [metrics.forcedOnAge, (one, options) => one.metricForcedOnAge(options)],
    [metrics.mirrorStale, (one, options) => one.metricMirrorStale(options)],
    ['Later', (one, options) => one.metric('Later', options)],
  ])('has the metric %s: the maximum of a minute, unless it is told otherwise', (metricName, metricOf) => {
    const one = window(newStack());
    expect(metricOf(one)).toMatchObject({ namespace: metrics.namespace, metricName, statistic: 'Maximum', period: Duration.minutes(1) });
    expect(metricOf(one, { statistic: 'Average', period: Duration.hours(1) })).toMatchObject({ statistic: 'Average', period: Duration.hours(1) });
  });

  test("has them under its stack's name and its own", () => {
    const stack = newStack();
    const { dimensions } = window(stack).metricWindowOn();
    expect(Object.keys(dimensions!)).toEqual(['Window']);
    expect(deployed(stack, dimensions!.Window as string)).toBe('Orders/night');
  });
});

test('an alarm of another stack has the name in letters', () => {
  const app = new App();
  const window = own(new Stack(app, 'Orders'));
  expect(alarmed(new Stack(app, 'Alarms'), window.metricMirrorStale()).Dimensions).toEqual([{ Name: 'Window', Value: 'Orders/night' }]);
});

test("a window in a nested stack has its top-level stack's name", () => {
  const stack = newStack();
  const window = own(new NestedStack(stack, 'Nested'));
  expect(alarmed(stack, window.metricWindowOn()).Dimensions).toEqual([
    { Name: 'Window', Value: { 'Fn::Join': ['', [{ Ref: 'AWS::StackName' }, '/night']] } },
  ]);
});

test('metrics of one window whose name only the deployment knows are the same metric to an expression', () => {
  const stack = newStack();
  const operatorParameterName = new CfnParameter(stack, 'Name').valueAsString;
  const window = MaintenanceWindow.fromMaintenanceWindowAttributes(stack, 'Window', { operatorParameterName });
  const inner = () => new cloudwatch.MathExpression({ expression: 'on * 2', usingMetrics: { on: window.metricWindowOn() } });
  const outer = new cloudwatch.MathExpression({ expression: 'a + b', usingMetrics: { a: inner(), b: inner() } });
  expect(() => {
    outer.createAlarm(stack, 'Alarm', { threshold: 1, evaluationPeriods: 1 });
    resources(stack);
  }).not.toThrow();
});
