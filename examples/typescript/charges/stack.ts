import * as path from 'node:path';

import { CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { DeferredEventStore, MaintenanceWindowFunction } from 'cdk-patient-lambda';
import { Construct } from 'constructs';

export interface ChargesProps {
  readonly runtime: lambda.Runtime;
}

/** A function that must not do its work twice, and that a replay may run again. */
export class ChargesStack extends Stack {
  constructor(scope: Construct, id: string, props: ChargesProps) {
    super(scope, id);

    const deferredEvents = DeferredEventStore.ofStack(this, {
      removalPolicy: RemovalPolicy.DESTROY, // an example only: the default keeps the table when the stack goes
    });
    const charges = new dynamodb.Table(this, 'Charges', {
      partitionKey: { name: 'idempotencyKey', type: dynamodb.AttributeType.STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      removalPolicy: RemovalPolicy.DESTROY, // an example only
    });
    const charge = new MaintenanceWindowFunction(this, 'Charge', {
      runtime: props.runtime,
      handler: 'index.handler',
      code: lambda.Code.fromAsset(path.join(__dirname, 'handler')),
      timeout: Duration.seconds(20),
      memorySize: 256,
      environment: { CHARGES_TABLE: charges.tableName },
      cacheTtl: Duration.seconds(5),
    });
    charges.grant(charge, 'dynamodb:PutItem');

    new CfnOutput(this, 'ChargesTable', { value: charges.tableName });
    new CfnOutput(this, 'Function', { value: charge.functionName });
    new CfnOutput(this, 'DeferredEventsTable', { value: deferredEvents.tableName });
    new CfnOutput(this, 'Replayer', { value: deferredEvents.replayer.functionName });
    new CfnOutput(this, 'OperatorParameter', { value: charge.maintenanceWindow.operatorParameterName });
  }
}
