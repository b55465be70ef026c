import * as path from 'node:path';

import { ArnFormat, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import * as rds from 'aws-cdk-lib/aws-rds';
import { LongRunningCustomResource, LongRunningHandler } from 'cdk-patient-lambda';
import { Construct } from 'constructs';

export interface DatabaseSnapshotProps {
  readonly runtime: lambda.Runtime;
  /** Name of the snapshot. */
  readonly snapshot: string;
  readonly instanceClass: string;
}

/** A database with the data of a snapshot, in a network of its own. */
export class DatabaseSnapshotStack extends Stack {
  constructor(scope: Construct, id: string, props: DatabaseSnapshotProps) {
    super(scope, id);
    const vpc = new ec2.Vpc(this, 'Network', { maxAzs: 2, natGateways: 0 });
    const vpcSubnets = { subnetType: ec2.SubnetType.PRIVATE_ISOLATED };
    const subnetGroup = new rds.SubnetGroup(this, 'Subnets', { description: 'The restored database', vpc, vpcSubnets });
    const securityGroup = new ec2.SecurityGroup(this, 'Access', { vpc });

    const database = new LongRunningCustomResource(this, 'Database', {
      handler: LongRunningHandler.fromFunction(
        new NodejsFunction(this, 'Restore', {
          entry: path.join(__dirname, 'handler.ts'),
          runtime: props.runtime,
          timeout: Duration.minutes(15), // of one execution
        }),
      ),
      resourceType: 'Custom::RestoredDatabase',
      properties: {
        Snapshot: props.snapshot,
        InstanceClass: props.instanceClass,
        SubnetGroup: subnetGroup.subnetGroupName,
        SecurityGroups: [securityGroup.securityGroupId],
      },
    });
    this.grantRestore(database);

    new CfnOutput(this, 'DatabaseName', { value: database.ref });
    new CfnOutput(this, 'Address', { value: database.getAttString('Address') });
  }

  private grantRestore(grantee: iam.IGrantable): void {
    const arn = (resource: string, resourceName: string) =>
      this.formatArn({ service: 'rds', resource, resourceName, arnFormat: ArnFormat.COLON_RESOURCE_NAME });
    iam.Grant.addToPrincipal({
      grantee,
      actions: [
        'rds:RestoreDBInstanceFromDBSnapshot',
        'rds:AddTagsToResource',
        'rds:DescribeDBInstances',
        'rds:ModifyDBInstance',
        'rds:DeleteDBInstance',
        'rds:CreateDBSnapshot',
      ],
      resourceArns: ['db', 'snapshot', 'subgrp', 'og', 'pg', 'secgrp'].map((resource) => arn(resource, '*')),
    });
    iam.Grant.addToPrincipal({ grantee, actions: ['rds:DescribeEvents'], resourceArns: ['*'] }); // IAM knows no resource for it
  }
}
