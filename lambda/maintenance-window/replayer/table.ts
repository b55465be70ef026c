import { randomUUID } from 'node:crypto';

import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactionCanceledException,
  TransactionConflictException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';

import { backlogGroups, index } from '../../contract/maintenance-window/store.json';
import { backlogSortPrefix, type Group, shardKey } from '../store/keys';
import { type Change, namesIn, updateInput, type Value, valuesOf } from './change';
import { type BacklogRow, type DamagedRow, type Item, readRow } from './row';

/** What became of a conditional write; when its condition did not hold, the row as it is, or nothing when there is none. */
export type Written = { readonly done: true; readonly item: Item } | { readonly done: false; readonly item?: Item };

/** What must hold of the row that is there, for it to be written over or removed. */
export interface Condition {
  readonly when: string;
  readonly values: Readonly<Record<string, Value>>;
}

/** One write of a transaction: a change of a row, or a row that must not exist yet. */
export type TransactedWrite = { readonly change: Change } | { readonly create: Item };

/** What DynamoDB says against one write of a transaction; code `None`: nothing, the other one kept it from being done. */
export interface Objection {
  readonly code: string;
  readonly message?: string;
  /** The row as it is, when a condition did not hold. */
  readonly item?: Item;
}

/** What became of a transaction; an objection for each of its writes, in order. */
export type Transacted = { readonly done: true } | { readonly done: false; readonly objections: readonly Objection[] };

const ABSENT: Condition = { when: 'attribute_not_exists(#pk)', values: {} };

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
      return notDone(error);
    }
  }

  /** All of these writes, or none. The SDK repeats them under one token, so that they are done once though their acknowledgement gets lost. */
  async transact(writes: readonly TransactedWrite[]): Promise<Transacted> {
    const TransactItems = writes.map((write) => this.transactItem(write));
    try {
      await this.client.send(new TransactWriteItemsCommand({ TransactItems, ClientRequestToken: randomUUID() }));
      return { done: true };
    } catch (error) {
      if (error instanceof TransactionCanceledException) {
        const reasons = error.CancellationReasons ?? [];
        return { done: false, objections: reasons.map(({ Code: code = 'None', Message: message, Item: item }) => ({ code, message, item })) };
      }
      throw error;
    }
  }

  private transactItem(write: TransactedWrite): TransactWriteItem {
    if ('create' in write) {
      return { Put: { ...this.putInput(write.create, ABSENT), ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } };
    }
    const { ReturnValues: _, ...input } = updateInput(write.change);
    return { Update: { TableName: this.name, ...input } };
  }

  private putInput(item: Item, condition?: Condition) {
    return { TableName: this.name, Item: item, ...conditionInput(condition) };
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
  create(item: Item): Promise<Written> {
    return this.put(item, ABSENT);
  }

  /** Writes a row, whatever is there; with a condition, only while that holds. */
  async put(item: Item, condition?: Condition): Promise<Written> {
    try {
      await this.client.send(
        new PutItemCommand({ ...this.putInput(item, condition), ...(condition ? { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } : {}) }),
      );
      return { done: true, item };
    } catch (error) {
      return notDone(error);
    }
  }

  /** Removes an item; with a condition, only while it holds. True when it is gone. */
  async remove(id: string, condition?: Condition): Promise<boolean> {
    try {
      await this.client.send(new DeleteItemCommand({ TableName: this.name, Key: { pk: { S: id } }, ...conditionInput(condition) }));
      return true;
    } catch (error) {
      return notDone(error).done;
    }
  }

  /** One shard of a group, as the index lists it: by function, or of one function alone; the oldest event first, page by page. */
  async *pages(group: Group, shard: number, { until, after }: TimeRange = {}, functionKey?: string): AsyncGenerator<Item[]> {
    const { time } = backlogGroups[group];
    const bounds = [...(until === undefined ? [] : [`#${time} <= :until`]), ...(after === undefined ? [] : [`#${time} > :after`])];
    const when = functionKey === undefined ? '#bpk = :bpk' : '#bpk = :bpk AND begins_with(#bsk, :bsk)';
    const filter = bounds.length > 0 ? bounds.join(' AND ') : undefined;
    const values = {
      bpk: shardKey(group, shard),
      ...(functionKey === undefined ? {} : { bsk: backlogSortPrefix(functionKey) }),
      ...(until === undefined ? {} : { until }),
      ...(after === undefined ? {} : { after }),
    };
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
  async *rows(
    group: Group,
    shard: number,
    range: TimeRange,
    damaged: (problem: DamagedRow) => void,
    functionKey?: string,
  ): AsyncGenerator<BacklogRow[]> {
    for await (const items of this.pages(group, shard, range, functionKey)) {
      yield items.flatMap((item) => {
        try {
          return [readRow(item)];
        } catch (error) {
          damaged(error as DamagedRow);
          return [];
        }
      });
    }
  }
}

function conditionInput(condition: Condition | undefined) {
  return condition
    ? {
        ConditionExpression: condition.when,
        ExpressionAttributeNames: namesIn(condition.when),
        ...(Object.keys(condition.values).length > 0 ? { ExpressionAttributeValues: valuesOf(condition.values) } : {}),
      }
    : {};
}

/**
 * What an error says of a conditional write: somebody else was first, or is at it, with a transaction of which nobody knows yet how it ends.
 *
 * @throws the error, when it is another one
 */
function notDone(error: unknown): { readonly done: false; readonly item?: Item } {
  if (error instanceof ConditionalCheckFailedException) {
    return { done: false, item: error.Item };
  }
  if (error instanceof TransactionConflictException) {
    return { done: false };
  }
  throw error;
}
