import { Duration, Lazy, ScopedAws, Stack } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct,IConstruct } from 'constructs';

import { NAMES } from '../../private/contract.generated';
import { ownFunction } from '../../private/own-function';
import { topLevelStack } from '../../private/stable-name';
import { stackSingleton } from '../../private/stack-singleton';
import { mirrorTable } from './mirror';
import { plannerStatements } from './permissions';
import { windowsPrefix } from './window-names';

const MIRRORS_EVERY = Duration.minutes(1);

/** The names of all windows of a top-level stack, those of its nested stacks too. */
export type WindowsOf = (stack: Stack) => string[];

/**
 * Makes, keeps and removes the parameters of windows, as a custom resource, and mirrors them: when one changes, and every minute. One in each
 * top-level stack, for its nested stacks too.
 */
export class Planner extends Construct {
  /** @param windowsOf asked for when the app is synthesized, once all windows are there */
  public static of(scope: IConstruct, windowsOf: WindowsOf): Planner {
    const id = NAMES.constructIds.planner;
    return stackSingleton(topLevelStack(scope), id, (stack) => new Planner(stack, id, () => windowsOf(stack)));
  }

  /** Where CloudFormation sends the requests of the windows. What refers to it goes before the table, the role and the function do. */
  public readonly serviceToken: string;

  private constructor(scope: Construct, id: string, windows: () => string[]) {
    super(scope, id);
    const mirror = mirrorTable(this);
    const names = NAMES.plannerEnvironment;
    const fn = ownFunction(this, {
      asset: 'maintenance-window/planner',
      description: 'Makes, removes and mirrors the parameters of maintenance windows',
      memorySize: 256,
      timeout: Duration.minutes(2),
      environment: {
        [names.mirror]: mirror.tableName,
        [names.windows]: Lazy.string({ produce: () => windows().join(',') }),
        [names.stackId]: new ScopedAws(this).stackId,
      },
      statements: plannerStatements(this, mirror),
    });
    this.serviceToken = fn.functionArn;
    this.mirrorFrom(fn);
  }

  /** Changes come as events, which EventBridge may lose: each minute finds what they did not tell. */
  private mirrorFrom(fn: lambda.IFunction): void {
    new events.Rule(this, 'Mirroring', {
      description: 'Mirrors the maintenance windows of this stack when they change, and every minute',
      schedule: events.Schedule.rate(MIRRORS_EVERY),
      eventPattern: {
        source: ['aws.ssm'],
        detailType: ['Parameter Store Change'],
        detail: { name: events.Match.prefix(windowsPrefix(this)), operation: ['Create', 'Update', 'Delete'] },
      },
      // The next minute is the retry
      targets: [new targets.LambdaFunction(fn, { retryAttempts: 0, maxEventAge: MIRRORS_EVERY })],
    });
  }
}
