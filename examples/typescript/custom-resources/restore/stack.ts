import * as path from 'node:path';

import { CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { LongRunningCustomResource, LongRunningHandler } from 'cdk-patient-lambda';
import { Construct } from 'constructs';

export interface RestoreProps {
  readonly runtime: lambda.Runtime;
  /** Path of the file. */
  readonly backup: string;
  readonly itemsPerSecond: number;
  /** For one execution of the function. */
  readonly executionTimeout: Duration;
  /** For the whole restore. */
  readonly timeout: Duration;
}

/** A table that is filled from a backup when it is deployed. */
export class RestoreStack extends Stack {
  constructor(scope: Construct, id: string, props: RestoreProps) {
    super(scope, id);

    const table = new dynamodb.Table(this, 'Orders', {
      partitionKey: { name: 'id', type: dynamodb.AttributeType.STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      removalPolicy: RemovalPolicy.DESTROY, // an example only
    });
    // Its key in the bucket changes with its content: deploying another backup restores it
    const backup = new Asset(this, 'Backup', { path: props.backup });

    const fn = new NodejsFunction(this, 'RestoreFunction', {
      entry: path.join(__dirname, 'handler.ts'),
      runtime: props.runtime,
      architecture: lambda.Architecture.ARM_64,
      memorySize: 256,
      timeout: props.executionTimeout,
    });
    backup.grantRead(fn);
    table.grant(fn, 'dynamodb:DescribeTable', 'dynamodb:BatchWriteItem', 'dynamodb:Scan', 'dynamodb:DeleteItem');

    const restore = new LongRunningCustomResource(this, 'Restore', {
      handler: LongRunningHandler.fromFunction(fn),
      resourceType: 'Custom::Restore',
      timeout: props.timeout,
      properties: {
        Bucket: backup.s3BucketName,
        Key: backup.s3ObjectKey,
        Table: table.tableName,
        ItemsPerSecond: props.itemsPerSecond,
      },
    });

    new CfnOutput(this, 'Table', { value: table.tableName });
    new CfnOutput(this, 'Function', { value: fn.functionName });
    new CfnOutput(this, 'Restored', { value: restore.ref });
  }
}
