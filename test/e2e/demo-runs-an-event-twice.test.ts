import { DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { randomUUID } from 'crypto';
import { runDemo } from '../../demo/run';
import { quietOutput } from './support/quiet-output';

test('an event that runs twice makes the demo fail', async () => {
  const result = await runDemo({
    events: 40,
    out: quietOutput(),
    beforeRelease: async (bed, outputs) => {
      const dynamodb = new DynamoDBClient(bed.clientConfig);
      const { Items } = await dynamodb.send(new ScanCommand({ TableName: outputs.DeferredEventsTable, ConsistentRead: true }));
      const original = Items!.find((item) => item.state?.S === 'PENDING' && item.source.S !== 'sqs')!;
      const requestId = randomUUID();
      const copy = { ...original, pk: { S: `${original.functionKey.S}#${requestId}` }, bsk: { S: `${original.functionKey.S}#${original.deferredAt.N}#${requestId}` }, requestId: { S: requestId } };
      await dynamodb.send(new PutItemCommand({ TableName: outputs.DeferredEventsTable, Item: copy }));
    },
  });

  expect(result.line).toMatch(/^sent 40, refused \d+, ran once \d+, lost 0, twice 1$/);
  expect(result.good).toBe(false);
  expect(result.complaints).toEqual([expect.stringMatching(/^ran twice: order-\d{5}$/)]);
}, 400_000);
