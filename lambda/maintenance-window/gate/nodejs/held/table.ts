/** The deferred events table: its operations, each repeated until it is clear or the time is over. `until` in epoch milliseconds. */
import { createHash } from 'node:crypto';

import { type AwsClient, type AwsError, type JsonObject } from '../../../../aws/nodejs/client';
import { states } from '../../../../contract/maintenance-window/store.json';
import { reasonOf } from '../../../../thrown';
import { decodeRow, encodeRow, type Row, type Update } from './items';

/** The store did not do what was asked; the message is the cause. */
export class StoreError extends Error {}

/** A condition failed. */
export class Conflict extends Error {
  /** @param row the item as it stands, null when there is none */
  constructor(readonly row: Row | null) {
    super('condition failed');
  }
}

const CONDITION_FAILED = 'ConditionalCheckFailedException';
/** Milliseconds before the rest of a partial answer is asked for. */
const PARTIAL_PAUSE = 100;

/** Whether a row is kept: past WRITING. */
export function isKept(row: Row): boolean {
  return row.state !== 'WRITING' && states.includes(row.state as string);
}

/** Value of the index's partition key. */
export function backlog(group: string, requestId: string): string {
  const shard = Number.parseInt(createHash('sha256').update(requestId).digest('hex')[0], 16);
  return `${group}#${String(shard).padStart(2, '0')}`;
}

/** Key of one part of an event's body. */
export function chunkKey(eventId: string, writeId: string, number: number): string {
  return `${eventId}#${writeId}#${number}`;
}

export class Table {
  constructor(
    private readonly client: AwsClient,
    private readonly name: string,
  ) {}

  /** A consistent read; null when there is no such row. Throws StoreError. */
  async get(key: string, until: number): Promise<Row | null> {
    const { Item: item } = await this.call('GetItem', { TableName: this.name, Key: { pk: { S: key } }, ConsistentRead: true }, until);
    return item ? decodeRow(item as JsonObject) : null;
  }

  /** Overwrites: for chunks, whose key has one writer. Throws StoreError. */
  async put(row: Row, until: number): Promise<void> {
    await this.call('PutItem', { TableName: this.name, Item: encodeRow(row) }, until);
  }

  /** Throws Conflict when the row exists, StoreError. */
  async create(row: Row, until: number): Promise<void> {
    await this.conditional(
      'PutItem',
      {
        TableName: this.name,
        Item: encodeRow(row),
        ConditionExpression: 'attribute_not_exists(pk)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
      row.pk as string,
      until,
    );
  }

  /** The row after the change. Throws Conflict, StoreError. */
  async update(key: string, change: Update, until: number): Promise<Row> {
    const { Attributes: attributes } = await this.conditional('UpdateItem', change.request(this.name, key), key, until);
    return decodeRow((attributes ?? {}) as JsonObject);
  }

  /** Consistent reads by key, at most 100; keys without an item are absent. Throws StoreError. */
  async getMany(keys: readonly string[], until: number): Promise<Map<string, Row>> {
    const found = new Map<string, Row>();
    let wanted: JsonObject = { [this.name]: { Keys: keys.map((key) => ({ pk: { S: key } })), ConsistentRead: true } };
    while (Object.keys(wanted).length > 0) {
      const answer = await this.call('BatchGetItem', { RequestItems: wanted }, until);
      const items = ((answer.Responses as Record<string, JsonObject[]> | undefined)?.[this.name] ?? []).map(decodeRow);
      items.forEach((row) => found.set(row.pk as string, row));
      wanted = (answer.UnprocessedKeys ?? {}) as JsonObject;
      if (Object.keys(wanted).length > 0 && items.length === 0) {
        await new Promise((resolve) => setTimeout(resolve, PARTIAL_PAUSE));
      }
    }
    return found;
  }

  private async conditional(operation: string, request: JsonObject, key: string, until: number): Promise<JsonObject> {
    try {
      return await this.client.call('dynamodb', operation, request, until);
    } catch (error) {
      const { code, details } = error as AwsError;
      if (code !== CONDITION_FAILED) {
        throw new StoreError(`dynamodb:${operation} failed, ${reasonOf(error)}`, { cause: error });
      }
      // An endpoint that does not return the row says nothing about whether it exists
      throw new Conflict(details.Item ? decodeRow(details.Item as JsonObject) : await this.get(key, until));
    }
  }

  private async call(operation: string, request: JsonObject, until: number): Promise<JsonObject> {
    try {
      return await this.client.call('dynamodb', operation, request, until);
    } catch (error) {
      throw new StoreError(`dynamodb:${operation} failed, ${reasonOf(error)}`, { cause: error });
    }
  }
}
