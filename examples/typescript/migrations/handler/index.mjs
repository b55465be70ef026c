// Migrates the orders, which must not happen while their database is under maintenance. Counts its calls as the other handlers do.
import { createHash } from 'node:crypto';

import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';

const dynamodb = new DynamoDBClient({});

export const handler = async ({ RequestType: requestType, ResourceProperties: { Migration: migration } }) => {
  if (requestType !== 'Delete') {
    await dynamodb.send(
      new UpdateItemCommand({
        TableName: process.env.EXECUTIONS_TABLE,
        Key: { id: { S: migration } },
        UpdateExpression:
          'ADD executions :one, digests :digests SET #source = :source, executedAt = if_not_exists(executedAt, :now), replayed = :replayed',
        ExpressionAttributeNames: { '#source': 'source' },
        ExpressionAttributeValues: {
          ':one': { N: '1' },
          ':digests': { SS: [createHash('sha256').update(migration).digest('hex')] },
          ':source': { S: 'provider' },
          ':now': { N: String(Date.now()) },
          ':replayed': { BOOL: false },
        },
      }),
    );
  }
  return { PhysicalResourceId: 'orders' };
};
