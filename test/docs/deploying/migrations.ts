import { Duration, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Trigger, TriggerFunction } from 'aws-cdk-lib/triggers';

import { DeferralAction, MaintenanceWindowFunction } from '../../../src';

/** The page's constructs: synthesized without a warning, and what they set is given to the gate. */
export class MigrationStack extends Stack {
  private readonly code = lambda.Code.fromInline('exports.handler = async () => {};');

  unguarded() {
    const code = this.code;
    const orders = new MaintenanceWindowFunction(this, 'Orders', {
      runtime: lambda.Runtime.NODEJS_22_X,
      handler: 'index.handler',
      code,
      timeout: Duration.seconds(30),
    });
    new TriggerFunction(this, 'Migration', {
      runtime: lambda.Runtime.NODEJS_22_X,
      handler: 'index.handler',
      code,
      timeout: Duration.minutes(14),
      executeBefore: [orders], // the new code comes when the tables are ready for it
    });
    return orders;
  }

  onItsOwn() {
    const code = this.code;
    const orders = new MaintenanceWindowFunction(this, 'Orders', {
      runtime: lambda.Runtime.NODEJS_22_X,
      handler: 'index.handler',
      code,
      timeout: Duration.minutes(2),
      deferral: { direct: DeferralAction.RUN }, // the trigger; its events are held as ever
    });
    new Trigger(this, 'Migrate', { handler: orders });
    return orders;
  }

  overHttp() {
    const code = this.code;
    return new MaintenanceWindowFunction(this, 'Orders', {
      runtime: lambda.Runtime.NODEJS_22_X,
      handler: 'index.handler',
      code,
      timeout: Duration.seconds(30),
      alwaysRun: ['POST /internal/migrate'],
    });
  }

  workflow() {
    const code = this.code;
    const orders = new MaintenanceWindowFunction(this, 'Orders', {
      runtime: lambda.Runtime.NODEJS_22_X,
      handler: 'index.handler',
      code,
      timeout: Duration.seconds(30),
      deferral: { direct: DeferralAction.REJECT },
    });
    const bill = new tasks.LambdaInvoke(this, 'Bill', { lambdaFunction: orders });
    bill.addRetry({ errors: ['MaintenanceWindowActive'], interval: Duration.minutes(5), backoffRate: 1, maxAttempts: 12 * 6 }); // for six hours
    new sfn.StateMachine(this, 'Billing', { definitionBody: sfn.DefinitionBody.fromChainable(bill) });
    return orders;
  }

  inTheWindow() {
    const code = this.code;
    return new MaintenanceWindowFunction(this, 'Orders', {
      runtime: lambda.Runtime.NODEJS_22_X,
      handler: 'index.handler',
      code,
      timeout: Duration.seconds(30),
      deferral: { cloudformation: DeferralAction.RUN },
    });
  }
}
