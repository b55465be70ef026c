import { type AttributeValue, DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';

import type { Bed } from '../../../local/bed';

/** One event that waits in the demo's store, not a batch. */
export async function keptEvent(bed: Bed, table: string): Promise<Record<string, AttributeValue>> {
  const { Items } = await new DynamoDBClient(bed.clientConfig).send(new ScanCommand({ TableName: table, ConsistentRead: true }));
  return Items!.find((item) => item.state?.S === 'PENDING' && item.source.S !== 'sqs')!;
}
