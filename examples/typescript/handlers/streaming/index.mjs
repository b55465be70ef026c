// Answers as a stream, and counts what arrives as the other handlers do once all of it is written.
import { createHash } from 'node:crypto';

import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';

const dynamodb = new DynamoDBClient({});

export const handler = awslambda.streamifyResponse(async ({ id, text }, stream, context) => {
  const replay = context.clientContext?.custom?.maintenanceReplay;
  stream.write('counting ');
  if (replay?.attempt === 1 && FAILS_ONCE.test(id)) {
    throw new Error(`fails on purpose, once, after its first bytes: ${id}`);
  }
  await dynamodb.send(
    new UpdateItemCommand({
      TableName: process.env.EXECUTIONS_TABLE,
      Key: { id: { S: id } },
      UpdateExpression:
        'ADD executions :one, digests :digests SET #source = :source, executedAt = if_not_exists(executedAt, :now), replayed = :replayed',
      ExpressionAttributeNames: { '#source': 'source' },
      ExpressionAttributeValues: {
        ':one': { N: '1' },
        ':digests': { SS: [createHash('sha256').update(text).digest('hex')] },
        ':source': { S: 'direct' },
        ':now': { N: String(Date.now()) },
        ':replayed': { BOOL: Boolean(replay) },
      },
    }),
  );
  stream.end(id);
});

/** A part of all ids. */
const FAILS_ONCE = /[0-4]$/;
