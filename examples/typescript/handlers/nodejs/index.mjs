// Counts each thing that arrives, by the id that its sender gave it, with a digest of what arrived.
import { createHash } from 'node:crypto';

import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';

const dynamodb = new DynamoDBClient({});

export const handler = async (event, context) => {
  const replay = context.clientContext?.custom?.maintenanceReplay;
  for (const { source, id, digest } of arrivals(event)) {
    await dynamodb.send(
      new UpdateItemCommand({
        TableName: process.env.EXECUTIONS_TABLE,
        Key: { id: { S: id } },
        UpdateExpression:
          'ADD executions :one, digests :digests SET #source = :source, executedAt = if_not_exists(executedAt, :now), replayed = :replayed',
        ExpressionAttributeNames: { '#source': 'source' },
        ExpressionAttributeValues: {
          ':one': { N: '1' },
          ':digests': { SS: [digest] },
          ':source': { S: source },
          ':now': { N: String(Date.now()) },
          ':replayed': { BOOL: Boolean(replay) },
        },
      }),
    );
  }
  return event.requestContext ? { statusCode: 200, body: 'counted' } : undefined;
};

/** Yields source, id and digest of each thing in the event; each message of a batch by itself. */
function* arrivals(event) {
  if (event.requestContext) {
    yield { source: 'api', id: JSON.parse(event.body).id, digest: sha256(event.body) };
  } else if (event.detail) {
    yield { source: 'eventbridge', id: event.detail.id, digest: sha256(event.detail.text) };
  }
  for (const record of event.Records ?? []) {
    if (record.s3) {
      yield { source: 's3', id: decodeURIComponent(record.s3.object.key.replaceAll('+', ' ')), digest: record.s3.object.eTag };
    } else if (record.Sns) {
      yield { source: 'sns', id: JSON.parse(record.Sns.Message).id, digest: sha256(record.Sns.Message) };
    } else {
      yield { source: 'sqs', id: JSON.parse(record.body).id, digest: sha256(record.body) };
    }
  }
}

const sha256 = (text) => createHash('sha256').update(text).digest('hex');
