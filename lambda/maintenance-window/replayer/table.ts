import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';

import { backlogGroups, index } from '../../contract/maintenance-window/store.json';
import { type Group, shardKey } from '../store/keys';
import { type Change, namesIn, updateInput, type Value, valuesOf } from './change';
import { type BacklogRow, type Item, readRow } from './row';

/** What became of a conditional write; when its condition did not hold, the row as it is, or nothing when there is none. */
export type Written = { readonly done: true; readonly item: Item } | { readonly done: false; readonly item?: Item };

/** Bounds for the time that a group's rows wait for (backlogGroups of lambda/contract/maintenance-window/store.json), epoch milliseconds. */
export interface TimeRange {
  /** At this time or before. */
  readonly until?: number;
  /** Later than this. */
  readonly after?: number;
}

/** The deferred events table. The index is eventually consistent: what it says is a hint, and every change is conditional on the row itself. */
export class Table {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly name: string,
  ) {}

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
    const projection = attributes
      .map((path) =>
        path
          .split('.')
          .map((name) => `#${name}`)
          .join('.'),
      )
      .join(', ');
    const { Item: item } = await this.client.send(
      new GetItemCommand({
        TableName: this.name,
        Key: { pk: { S: id } },
        ConsistentRead: true,
        ...(projection ? { ProjectionExpression: projection, ExpressionAttributeNames: namesIn(projection) } : {}),
      }),
    );
    return item;
  }

  /** Writes a row that does not exist yet. */
  async create(item: Item): Promise<void> {
    const when = 'attribute_not_exists(#pk)';
    await this.client.send(
      new PutItemCommand({
        TableName: this.name,
        Item: item,
        ConditionExpression: when,
        ExpressionAttributeNames: namesIn(when),
      }),
    );
  }

  /** Removes an item; with a condition, only while it holds. True when it is gone. */
  async remove(id: string, condition?: { readonly when: string; readonly values: Readonly<Record<string, Value>> }): Promise<boolean> {
    try {
      await this.client.send(
        new DeleteItemCommand({
          TableName: this.name,
          Key: { pk: { S: id } },
          ...(condition
            ? {
                ConditionExpression: condition.when,
                ExpressionAttributeNames: namesIn(condition.when),
                ExpressionAttributeValues: valuesOf(condition.values),
              }
            : {}),
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) {
        return false;
      }
      throw error;
    }
  }

  /** One shard of a group, as the index lists it: by function, the oldest event first, page by page. */
  async *pages(group: Group, shard: number, { until, after }: TimeRange = {}): AsyncGenerator<Item[]> {
    const { time } = backlogGroups[group];
    const bounds = [...(until === undefined ? [] : [`#${time} <= :until`]), ...(after === undefined ? [] : [`#${time} > :after`])];
    const when = '#bpk = :bpk';
    const filter = bounds.length > 0 ? bounds.join(' AND ') : undefined;
    const values = { bpk: shardKey(group, shard), ...(until === undefined ? {} : { until }), ...(after === undefined ? {} : { after }) };
    let from: Item | undefined;
    do {
      const { Items, LastEvaluatedKey } = await this.client.send(
        new QueryCommand({
          TableName: this.name,
          IndexName: index.name,
          KeyConditionExpression: when,
          FilterExpression: filter,
          ExpressionAttributeNames: namesIn(when, filter),
          ExpressionAttributeValues: valuesOf(values),
          ExclusiveStartKey: from,
        }),
      );
      yield Items ?? [];
      from = LastEvaluatedKey;
    } while (from);
  }

  /** As {@link pages}, read as rows of events; what cannot be read is told to `damaged` and left out. */
  async *rows(group: Group, shard: number, range: TimeRange, damaged: (problem: Error) => void): AsyncGenerator<BacklogRow[]> {
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
