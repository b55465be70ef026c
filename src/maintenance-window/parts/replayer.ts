import { Duration, Stack } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';

import { IAM, NAMES, STORE } from '../../private/contract.generated';
import { ownFunction } from '../../private/own-function';
import { parameterArn } from '../../private/parameter-arn';
import { IDeferredEventStore } from '../deferred-event-store';
import { Replay } from '../replay';
import { customerKeyStatement } from './customer-key';

const SWEEP = { action: 'sweep' };
const SWEEP_EVERY = Duration.minutes(1);

/** Makes the function that brings a store's events back, and the schedule that runs its sweep. */
export function replayer(store: IDeferredEventStore & Construct, replay: Replay): lambda.Function {
  const scope = new Construct(store, NAMES.constructIds.replayer);
  const fn = ownFunction(scope, {
    asset: 'maintenance-window/replayer',
    description: 'Brings back events that were deferred during a maintenance window',
    memorySize: 256,
    // A replay that somebody starts goes on for as long as Lambda lets it; sweeps stop before the next one
    timeout: Duration.minutes(15),
    environment: environment(store, replay),
    statements: statements(store),
  });
  new events.Rule(scope, 'Sweep', {
    description: `Sweeps the deferred events of ${store.storeId}`,
    schedule: events.Schedule.rate(SWEEP_EVERY),
    // The next sweep is the retry
    targets: [new targets.LambdaFunction(fn, { event: events.RuleTargetInput.fromObject(SWEEP), retryAttempts: 0, maxEventAge: SWEEP_EVERY })],
  });
  return fn;
}

function environment(store: IDeferredEventStore, { _mode: mode, _options: { maxConcurrency, rate } }: Replay): { [name: string]: string } {
  const names = NAMES.replayerEnvironment;
  return {
    [names.table]: store.table.tableName,
    [names.store]: store.storeId,
    [names.replay]: mode,
    [names.keepFinished]: String(store.keepFinishedFor.toSeconds()),
    ...(maxConcurrency === undefined ? {} : { [names.maxConcurrency]: String(maxConcurrency) }),
    ...(rate === undefined ? {} : { [names.rate]: String(rate) }),
  };
}

function statements(store: IDeferredEventStore & Construct): iam.PolicyStatement[] {
  const [index, table, functions, windows] = IAM.replayer;
  const { tableArn, encryptionKey } = store.table;
  return [
    new iam.PolicyStatement({ actions: [...index.actions], resources: [`${tableArn}/index/${STORE.index.name}`] }),
    new iam.PolicyStatement({ actions: [...table.actions], resources: [tableArn] }),
    // By tag: one statement, however many functions share the store, and no reference from the store's stack to theirs
    new iam.PolicyStatement({
      actions: [...functions.actions],
      resources: [Stack.of(store).formatArn({ service: 'lambda', resource: 'function:*' })],
      conditions: { StringEquals: { [`aws:ResourceTag/${NAMES.tag.store}`]: store.storeId } },
    }),
    new iam.PolicyStatement({ actions: [...windows.actions], resources: [parameterArn(store, `${NAMES.parameters.prefix}*`)] }),
    ...(encryptionKey ? [customerKeyStatement(store, encryptionKey)] : []),
  ];
}
