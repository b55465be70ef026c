// Counts each thing that arrives, by the id that its sender gave it, with a digest of what arrived.
import { createHash } from 'node:crypto';

import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';

const dynamodb = new DynamoDBClient({});

export const handler = async (event, context) => {
  const replay = context.clientContext?.custom?.maintenanceReplay;
  const failing = replay?.attempt === 1 ? middleOfStream(event) : undefined;
  for (const { source, id, digest, sequenceNumber } of arrivals(event)) {
    if (sequenceNumber !== undefined && sequenceNumber === failing) {
      return { batchItemFailures: [{ itemIdentifier: sequenceNumber }] };
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

/** Fails on purpose, once: the record in the middle of a stream's batch, so that it and what follows must come again. */
function middleOfStream({ Records: records = [] }) {
  return records[Math.floor(records.length / 2)]?.kinesis?.sequenceNumber;
}

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
    } else if (record.kinesis) {
      const text = Buffer.from(record.kinesis.data, 'base64').toString();
      yield { source: 'kinesis', id: JSON.parse(text).id, digest: sha256(text), sequenceNumber: record.kinesis.sequenceNumber };
    } else {
      yield { source: 'sqs', id: JSON.parse(record.body).id, digest: sha256(record.body) };
    }
  }
}

const sha256 = (text) => createHash('sha256').update(text).digest('hex');
