import {
  ConditionalCheckFailedException, DeleteItemCommand, type DynamoDBClient, GetItemCommand, PutItemCommand, QueryCommand, UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { index } from '../../contract/store.json';
import { type Change, namesIn, updateInput, type Value, valuesOf } from './change';
import { backlogKey, type BacklogRow, type Group, type Item, readRow } from './row';

/** What became of a conditional write; when its condition did not hold, the row as it is, or nothing when there is none. */
export type Written = { readonly done: true; readonly item: Item } | { readonly done: false; readonly item?: Item };

/** Bounds of a query over a group's due times, epoch milliseconds. */
export interface DueRange {
  /** Due at this time or before. */
  readonly until?: number;
  /** Due later than this. */
  readonly after?: number;
}

/** The deferred events table. The index is eventually consistent: what it says is a hint, and every change is conditional on the row itself. */
export class Table {
  constructor(private readonly client: DynamoDBClient, private readonly name: string) {}

  async change(change: Change): Promise<Written> {
    try {
      const { Attributes } = await this.client.send(new UpdateItemCommand({ TableName: this.name, ...updateInput(change) }));
      return { done: true, item: Attributes ?? {} };
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) {
        return { done: false, item: error.Item };
      }
      throw error;
    }
  }

  /** A consistent read; of these attributes only, when they are given. */
  async get(id: string, ...attributes: readonly string[]): Promise<Item | undefined> {
    const projection = attributes.map((path) => path.split('.').map((name) => `#${name}`).join('.')).join(', ');
    const { Item: item } = await this.client.send(new GetItemCommand({
      TableName: this.name,
      Key: { id: { S: id } },
      ConsistentRead: true,
      ...(projection ? { ProjectionExpression: projection, ExpressionAttributeNames: namesIn(projection) } : {}),
    }));
    return item;
  }

  /** Writes a row that does not exist yet. */
  async create(item: Item): Promise<void> {
    const when = 'attribute_not_exists(#id)';
    await this.client.send(new PutItemCommand({
      TableName: this.name, Item: item, ConditionExpression: when, ExpressionAttributeNames: namesIn(when),
    }));
  }

  /** Removes an item; with a condition, only while it holds. True when it is gone. */
  async remove(id: string, condition?: { readonly when: string; readonly values: Readonly<Record<string, Value>> }): Promise<boolean> {
    try {
      await this.client.send(new DeleteItemCommand({
        TableName: this.name,
        Key: { id: { S: id } },
        ...(condition ? {
          ConditionExpression: condition.when,
          ExpressionAttributeNames: namesIn(condition.when),
          ExpressionAttributeValues: valuesOf(condition.values),
        } : {}),
      }));
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) {
        return false;
      }
      throw error;
    }
  }

  /** One shard of a group, as the index lists it, in order of due time, page by page. */
  async* pages(group: Group, shard: number, { until, after }: DueRange = {}): AsyncGenerator<Item[]> {
    const when = `#backlog = :backlog${until === undefined ? '' : ' AND #due <= :until'}${after === undefined ? '' : ' AND #due > :after'}`;
    const values = { backlog: backlogKey(group, shard), ...(until === undefined ? {} : { until }), ...(after === undefined ? {} : { after }) };
    let from: Item | undefined;
    do {
      const { Items, LastEvaluatedKey } = await this.client.send(new QueryCommand({
        TableName: this.name,
        IndexName: index.name,
        KeyConditionExpression: when,
        ExpressionAttributeNames: namesIn(when),
        ExpressionAttributeValues: valuesOf(values),
        ExclusiveStartKey: from,
      }));
      yield Items ?? [];
      from = LastEvaluatedKey;
    } while (from);
  }

  /** As {@link pages}, read as rows of events; what cannot be read is told to `damaged` and left out. */
  async* rows(group: Group, shard: number, range: DueRange, damaged: (problem: Error) => void): AsyncGenerator<BacklogRow[]> {
    for await (const items of this.pages(group, shard, range)) {
      yield items.flatMap((item) => {
        try {
          return [readRow(item)];
        } catch (error) {
          damaged(error as Error);
          return [];
        }
      });
    }
  }
}
