import { Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct, IConstruct } from 'constructs';

import { IAM, NAMES } from '../../private/contract.generated';
import { ownFunction } from '../../private/own-function';
import { parameterArn } from '../../private/parameter-arn';
import { topLevelStack } from '../../private/stable-name';
import { stackSingleton } from '../../private/stack-singleton';

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
      statements: [
        // By the stack's name and not one by one: CloudFormation narrows the role before it has removed what a deployment drops
        new iam.PolicyStatement({
          actions: [...IAM.planner[0].actions],
          resources: [parameterArn(this, `${NAMES.parameters.prefix}${topLevelStack(this).stackName}/*`)],
        }),
      ],
    });
    this.serviceToken = fn.functionArn;
  }
}
