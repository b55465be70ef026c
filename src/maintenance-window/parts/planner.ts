import { Duration } from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';

import { NAMES } from '../../private/contract.generated';
import { ownFunction } from '../../private/own-function';
import { stackSingleton } from '../../private/stack-singleton';
import { plannerStatement } from './permissions';

/** Makes, keeps and removes the parameters of the stack's windows, as a custom resource. One in each stack. */
export class Planner extends Construct {
  public static of(scope: IConstruct): Planner {
    return stackSingleton(scope, NAMES.constructIds.planner, (stack) => new Planner(stack, NAMES.constructIds.planner));
  }

  /** Where CloudFormation sends the requests of the windows. */
  public readonly serviceToken: string;

  private constructor(scope: Construct, id: string) {
    super(scope, id);
    const fn = ownFunction(this, {
      asset: 'maintenance-window/planner',
      description: 'Makes and removes the parameters of maintenance windows',
      memorySize: 256,
      timeout: Duration.minutes(2),
      statements: [plannerStatement(this)],
    });
    this.serviceToken = fn.functionArn;
  }
}
