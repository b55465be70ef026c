import { Duration } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';

import { NAMES } from '../../private/contract.generated';
import { ownFunction } from '../../private/own-function';
import { Replay } from '../replay';
import { replayerStatements } from './permissions';

const SWEEP = { action: 'sweep' };
const SWEEP_EVERY = Duration.minutes(1);

/** What the replayer needs to know of the store whose events it brings back. */
export interface ReplayerStore extends Construct {
  readonly storeId: string;
  readonly table: dynamodb.ITable;
  readonly keepFinishedFor: Duration;
}

/** Brings the deferred events of a store back: a function, and the schedule of its sweep. One in each store. */
export class Replayer extends Construct {
  public readonly function: lambda.IFunction;

  constructor(store: ReplayerStore, replay: Replay) {
    super(store, NAMES.constructIds.replayer);
    const fn = ownFunction(this, {
      asset: 'maintenance-window/replayer',
      description: 'Brings back events that were deferred during a maintenance window',
      memorySize: 256,
      // A replay that an operator starts goes on for as long as Lambda lets it; sweeps stop before the next one
      timeout: Duration.minutes(15),
      environment: environment(store, replay),
      statements: replayerStatements(store),
    });
    new events.Rule(this, 'Sweep', {
      description: `Sweeps the deferred events of ${store.storeId}`,
      schedule: events.Schedule.rate(SWEEP_EVERY),
      // The next sweep is the retry
      targets: [new targets.LambdaFunction(fn, { event: events.RuleTargetInput.fromObject(SWEEP), retryAttempts: 0, maxEventAge: SWEEP_EVERY })],
    });
    this.function = fn;
  }
}

function environment(store: ReplayerStore, replay: Replay): Record<string, string> {
  const names = NAMES.replayerEnvironment;
  const { mode, maxConcurrency, rate } = replay._bind(store);
  return {
    [names.table]: store.table.tableName,
    [names.store]: store.storeId,
    [names.replay]: mode,
    [names.keepFinished]: String(store.keepFinishedFor.toSeconds()),
    ...(maxConcurrency === undefined ? {} : { [names.maxConcurrency]: String(maxConcurrency) }),
    ...(rate === undefined ? {} : { [names.rate]: String(rate) }),
  };
}
