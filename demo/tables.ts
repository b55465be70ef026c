import { type AttributeValue, DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';

import type { Bed } from '../local/bed';
import type { Execution } from './lanes';

export type Item = Record<string, AttributeValue>;

/** Reads the two tables of the example: what the handlers recorded and what is deferred. */
export class Tables {
  private readonly dynamodb: DynamoDBClient;

  constructor(
    bed: Bed,
    private readonly executionsTable: string,
    private readonly deferredTable: string,
  ) {
    this.dynamodb = new DynamoDBClient(bed.clientConfig);
  }

  async executions(): Promise<Execution[]> {
    return (await scan(this.dynamodb, this.executionsTable)).map((item) => ({
      id: item.id.S!,
      executions: Number(item.executions.N),
      digests: item.digests.SS!,
      executedAt: Number(item.executedAt.N),
      replayed: item.replayed.BOOL!,
    }));
  }

  /** How many deferred events are in each state. */
  async deferred(): Promise<ReadonlyMap<string, number>> {
    const states = new Map<string, number>();
    for (const item of await scan(this.dynamodb, this.deferredTable)) {
      const state = item.state?.S;
      if (state) {
        states.set(state, (states.get(state) ?? 0) + 1);
      }
    }
    return states;
  }
}

/** Every item of a table. */
export async function scan(dynamodb: DynamoDBClient, table: string): Promise<Item[]> {
  const items: Item[] = [];
  let from: Item | undefined;
  do {
    const page = await dynamodb.send(new ScanCommand({ TableName: table, ConsistentRead: true, ExclusiveStartKey: from }));
    items.push(...(page.Items ?? []));
    from = page.LastEvaluatedKey;
  } while (from);
  return items;
}
