/** The deferred events table: its operations, each repeated until it is clear or the time is over. `until` in epoch milliseconds. */
import { type AwsClient, type AwsError, type JsonObject, pauseAfter } from '../../../../aws/nodejs/client';
import { reasonOf } from '../../../../thrown';
import { decodeRow, encodeRow, type Row, type Update } from './items';

/** The store did not do what was asked; the message is the cause. */
export class StoreError extends Error {}

/** A condition failed. */
export class Conflict extends Error {
  /** @param row the item as it is now, undefined when there is none */
  constructor(readonly row: Row | undefined) {
    super('condition failed');
  }
}

const CONDITION_FAILED = 'ConditionalCheckFailedException';
/** Milliseconds before the end in which the rest of a partial answer is not asked for any more. */
const LAST_SECOND = 1000;

export class Table {
  constructor(
    private readonly client: AwsClient,
    private readonly name: string,
  ) {}

  /**
   * A consistent read; undefined when there is no such row.
   *
   * @throws StoreError
   */
  async get(key: string, until: number): Promise<Row | undefined> {
    const { Item: item } = await this.call('GetItem', { TableName: this.name, Key: { pk: { S: key } }, ConsistentRead: true }, until);
    return item ? decodeRow(item as JsonObject) : undefined;
  }

  /**
   * Overwrites: for chunks, whose key has one writer.
   *
   * @throws StoreError
   */
  async put(row: Row, until: number): Promise<void> {
    await this.call('PutItem', { TableName: this.name, Item: encodeRow(row) }, until);
  }

  /**
   * Writes a row that is not there yet.
   *
   * @throws Conflict when it is there
   * @throws StoreError
   */
  async create(row: { readonly pk: string }, until: number): Promise<void> {
    await this.conditional(
      'PutItem',
      {
        TableName: this.name,
        Item: encodeRow(row),
        ConditionExpression: 'attribute_not_exists(pk)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
      row.pk,
      until,
    );
  }

  /**
   * Changes a row.
   *
   * @returns the row after the change
   * @throws Conflict when the change's conditions do not hold
   * @throws StoreError
   */
  async update(key: string, change: Update, until: number): Promise<Row> {
    const { Attributes: attributes } = await this.conditional('UpdateItem', change.request(this.name, key), key, until);
    return decodeRow((attributes ?? {}) as JsonObject);
  }

  /**
   * Consistent reads by key, at most 100; keys without an item are absent.
   *
   * @throws StoreError
   */
  async getMany(keys: readonly string[], until: number): Promise<Map<string, Row>> {
    const found = new Map<string, Row>();
    let wanted: JsonObject = { [this.name]: { Keys: keys.map((key) => ({ pk: { S: key } })), ConsistentRead: true } };
    for (let pauses = 0; Object.keys(wanted).length > 0;) {
      const answer = await this.call('BatchGetItem', { RequestItems: wanted }, until);
      const items = ((answer.Responses as Record<string, JsonObject[]> | undefined)?.[this.name] ?? []).map(decodeRow);
      items.forEach((row) => found.set(row.pk as string, row));
      wanted = (answer.UnprocessedKeys ?? {}) as JsonObject;
      if (Object.keys(wanted).length > 0 && items.length === 0) {
        await this.pause(pauses++, until);
      }
    }
    return found;
  }

  private async pause(pauses: number, until: number): Promise<void> {
    if (this.client.clock() + LAST_SECOND >= until) {
      throw new StoreError('dynamodb:BatchGetItem failed, NoTimeLeft: the invocation ends before the rest can be read');
    }
    await new Promise((resolve) => setTimeout(resolve, pauseAfter(pauses, Math.random())));
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
