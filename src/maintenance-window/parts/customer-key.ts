import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { IConstruct } from 'constructs';

import { IAM } from '../../private/contract.generated';

/**
 * What somebody who uses a table needs of the key that encrypts it, through DynamoDB alone.
 *
 * A statement for the principal and not `key.grant`, which may write into the key's policy: references run only towards the store.
 */
export function customerKeyStatement(scope: IConstruct, key: kms.IKey): iam.PolicyStatement {
  return new iam.PolicyStatement({
    actions: [...IAM.customerKey.actions],
    resources: [key.keyArn],
    conditions: { StringEquals: { 'kms:ViaService': `dynamodb.${Stack.of(scope).region}.amazonaws.com` } },
  });
}
