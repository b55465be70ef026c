import { createHash } from 'node:crypto';

import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';

const dynamodb = new DynamoDBClient({});

const misbehave = {
  throw() {
    throw new RangeError('thrown on purpose');
  },
  exit() {
    process.exit(3);
  },
  allocate() {
    for (const hoard = []; ;) {
      hoard.push(Buffer.alloc(16 * 1024 * 1024, 1));
    }
  },
  hang() {
    return new Promise((resolve) => setTimeout(resolve, 600_000));
  },
};

export const handler = async (event, context) => {
  await misbehave[event.do]?.();
  await dynamodb.send(
    new UpdateItemCommand({
      TableName: process.env.RUNS_TABLE,
      Key: { id: { S: event.id } },
      UpdateExpression: 'ADD runs :one SET digest = :digest, replay = :replay',
      ExpressionAttributeValues: {
        ':one': { N: '1' },
        ':digest': {
          S: createHash('sha256')
            .update(event.payload ?? '')
            .digest('hex'),
        },
        ':replay': { S: JSON.stringify(context.clientContext?.custom?.maintenanceReplay ?? null) },
      },
    }),
  );
  return { ran: event.id };
};
