import { Duration } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';

import { metrics } from '../../../lambda/contract/names.json';
import { type IMaintenanceWindowGuard, MaintenanceWindowFunction } from '../../../src';
import { BASIC, guarded, newStack } from './app';

const { namespace, dimension, storeDimension: _s, windowDimension: _w, ...named } = metrics;
const { backlog: _b, backlogAge: _a, orphaned: _p, windowOn: _o, forcedOnAge: _f, mirrorStale: _m, ...ofFunction } = named;

const guards: Record<string, () => IMaintenanceWindowGuard> = {
  'of guard()': () => MaintenanceWindowFunction.guard(new lambda.Function(newStack(), 'Fn', BASIC)),
  'of a MaintenanceWindowFunction': () => guarded(newStack(), 'Fn').windowGuard,
};

describe.each(Object.entries(guards))('the guard %s', (_, make) => {
  test.each(Object.values(ofFunction))('has metric%s, a sum under its key', (name) => {
    const guard = make();
    const metric = guard[`metric${name}` as 'metricDeferred']();
    expect(metric).toMatchObject({ namespace, metricName: name, statistic: 'Sum', dimensions: { [dimension]: guard.functionKey } });
    expect(guard[`metric${name}` as 'metricDeferred']({ period: Duration.minutes(1) }).period.toSeconds()).toBe(60);
  });

  test('has any metric by its name', () => {
    const guard = make();
    expect(guard.metric('Deferred', { statistic: 'Average' })).toMatchObject({ namespace, metricName: 'Deferred', statistic: 'Average' });
  });
});

test('the guard of a MaintenanceWindowFunction has its window, store and key', () => {
  const fn = guarded(newStack(), 'Fn');
  const { maintenanceWindow, deferredEvents, functionKey } = fn.windowGuard;
  expect(maintenanceWindow).toBe(fn.maintenanceWindow);
  expect(deferredEvents).toBe(fn.deferredEvents);
  expect(functionKey).toBe(fn.functionKey);
});
