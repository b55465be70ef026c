import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  type PutItemCommandInput,
} from '@aws-sdk/client-dynamodb';

import { key } from '../../contract/maintenance-window/mirror.json';
import { type Patience, repeated } from './repeated';

/** An item as DynamoDB has it. */
export type MirrorItem = Record<string, AttributeValue>;

/** How long a call is repeated, and by which clock. */
export type Bounds = Pick<Patience, 'clock' | 'random' | 'until'>;

const LONGEST_ATTEMPT = 3_000;
const FIRST_PAUSE = 100;

/** The mirror's table. Every call is repeated within its bounds where that may help. */
export class MirrorTable {
  constructor(
    private readonly client: Pick<DynamoDBClient, 'send'>,
    private readonly name: string,
  ) {}

  /** A consistent read of a window's item; undefined when there is none. */
  async get(operatorParameter: string, bounds: Bounds): Promise<MirrorItem | undefined> {
    const command = new GetItemCommand({ TableName: this.name, Key: { [key]: { S: operatorParameter } }, ConsistentRead: true });
    const { Item: item } = await patiently(bounds, (abortSignal) => this.client.send(command, { abortSignal }));
    return item;
  }

  /**
   * Writes an item in place of the one that was found, if that is still there, or of none.
   *
   * @returns false when somebody else has written or removed it since
   */
  async replace(found: MirrorItem | undefined, item: MirrorItem, bounds: Bounds): Promise<boolean> {
    const command = new PutItemCommand({ TableName: this.name, Item: item, ...unchanged(found) });
    try {
      await patiently(bounds, (abortSignal) => this.client.send(command, { abortSignal }));
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) {
        return false;
      }
      throw error;
    }
  }

  /** Removes a window's item, if there is one, and a table. */
  async remove(operatorParameter: string, bounds: Bounds): Promise<void> {
    const command = new DeleteItemCommand({ TableName: this.name, Key: { [key]: { S: operatorParameter } } });
    try {
      await patiently(bounds, (abortSignal) => this.client.send(command, { abortSignal }));
    } catch (error) {
      if ((error as Error).name !== 'ResourceNotFoundException') {
        throw error;
      }
    }
  }
}

/** The condition that an item is as it was found. */
function unchanged(found: MirrorItem | undefined): Partial<PutItemCommandInput> {
  if (found?.revision === undefined) {
    const name = found ? 'revision' : key;
    return { ConditionExpression: 'attribute_not_exists(#name)', ExpressionAttributeNames: { '#name': name } };
  }
  return {
    ConditionExpression: '#revision = :revision',
    ExpressionAttributeNames: { '#revision': 'revision' },
    ExpressionAttributeValues: { ':revision': found.revision },
  };
}

function patiently<T>(bounds: Bounds, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return repeated(call, { ...bounds, longestAttempt: LONGEST_ATTEMPT, firstPause: FIRST_PAUSE });
}
