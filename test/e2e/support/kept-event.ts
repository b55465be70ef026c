import { type AttributeValue, DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';

import type { Bed } from '../../../local/bed';
import { eventually } from './eventually';

const BATCHES = ['sqs', 'kinesis'];

/** One event that waits in the demo's store, not a batch. */
export async function keptEvent(bed: Bed, table: string): Promise<Record<string, AttributeValue>> {
  const dynamodb = new DynamoDBClient(bed.clientConfig);
  const found = await eventually(
    async () => {
      const { Items } = await dynamodb.send(new ScanCommand({ TableName: table, ConsistentRead: true }));
      return Items!.find((item) => item.state?.S === 'PENDING' && !BATCHES.includes(item.source.S!));
    },
    (item) => item !== undefined,
  );
  return found!;
}
