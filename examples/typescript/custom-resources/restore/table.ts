/** Puts marked items into a table, and removes them again. */
import {
  type AttributeValue,
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ResourceNotFoundException,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';

import type { Item } from './backup';

/** Key of an item, as far as it is JSON: texts and numbers. */
export type Key = Record<string, { readonly S: string } | { readonly N: string }>;

/** Each restored item says which restore it came from, so that a delete finds those, and no others. */
const MARK = 'restoredBy';
/** Items that BatchWriteItem takes at once. */
const BATCH = 25;
/** Items looked at, and at most removed, in one poll. */
const SCAN = 100;

const dynamodb = new DynamoDBClient({});

/** Puts the items; what is there under their keys is replaced. Returns how many the table did not take, for want of capacity. */
export async function putItems(table: string, items: readonly Item[], mark: string, signal: AbortSignal): Promise<number> {
  let left = 0;
  for (let first = 0; first < items.length; first += BATCH) {
    const puts = items.slice(first, first + BATCH).map((item) => ({ PutRequest: { Item: { ...item, [MARK]: { S: mark } } } }));
    const { UnprocessedItems } = await dynamodb.send(new BatchWriteItemCommand({ RequestItems: { [table]: puts } }), { abortSignal: signal });
    left += UnprocessedItems?.[table]?.length ?? 0;
  }
  return left;
}

/** The attributes that make a table's key; undefined when there is no such table. */
export async function keyNames(table: string): Promise<string[] | undefined> {
  try {
    const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: table }));
    return Table!.KeySchema!.map(({ AttributeName }) => AttributeName!);
  } catch (error) {
    if (error instanceof ResourceNotFoundException) {
      return undefined;
    }
    throw error;
  }
}

/** Removes what carries the mark among the next items; `next` is where to go on, null at the end. */
export async function removeItems(
  table: string,
  mark: string,
  keys: readonly string[],
  from: Key | null,
  signal: AbortSignal,
): Promise<{ removed: number; next: Key | null }> {
  const page = await dynamodb.send(
    new ScanCommand({
      TableName: table,
      Limit: SCAN,
      ExclusiveStartKey: from ?? undefined,
      ConsistentRead: true,
      FilterExpression: '#mark = :mark',
      ProjectionExpression: keys.map((_, n) => `#key${n}`).join(', '),
      ExpressionAttributeNames: { '#mark': MARK, ...Object.fromEntries(keys.map((key, n) => [`#key${n}`, key])) },
      ExpressionAttributeValues: { ':mark': { S: mark } },
    }),
    { abortSignal: signal },
  );
  const removed = await Promise.all((page.Items ?? []).map((key) => removeItem(table, key, mark, signal)));
  return { removed: removed.filter(Boolean).length, next: (page.LastEvaluatedKey as Key | undefined) ?? null };
}

/** False when the application has replaced the item since it was found: it is the application's now. */
async function removeItem(table: string, key: Record<string, AttributeValue>, mark: string, signal: AbortSignal): Promise<boolean> {
  try {
    await dynamodb.send(
      new DeleteItemCommand({
        TableName: table,
        Key: key,
        ConditionExpression: '#mark = :mark',
        ExpressionAttributeNames: { '#mark': MARK },
        ExpressionAttributeValues: { ':mark': { S: mark } },
      }),
      { abortSignal: signal },
    );
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) {
      return false;
    }
    throw error;
  }
}
