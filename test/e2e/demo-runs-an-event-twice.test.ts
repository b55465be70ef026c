import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { randomUUID } from 'crypto';
import { runDemo } from '../../demo/run';
import { keptEvent } from './support/kept-event';
import { quietOutput } from './support/quiet-output';

test('an event that runs twice makes the demo fail', async () => {
  const result = await runDemo({
    events: 40,
    out: quietOutput(),
    beforeRelease: async (bed, outputs) => {
      const original = await keptEvent(bed, outputs.DeferredEventsTable);
      const requestId = randomUUID();
      const { functionKey: { S: key }, deferredAt: { N: deferredAt } } = original;
      const copy = { ...original, pk: { S: `${key}#${requestId}` }, bsk: { S: `${key}#${deferredAt}#${requestId}` }, requestId: { S: requestId } };
      await new DynamoDBClient(bed.clientConfig).send(new PutItemCommand({ TableName: outputs.DeferredEventsTable, Item: copy }));
    },
  });

  expect(result.line).toMatch(/^sent 40, refused \d+, ran once \d+, lost 0, twice 1$/);
  expect(result.good).toBe(false);
  expect(result.complaints).toEqual([expect.stringMatching(/^ran twice: order-\d{5}$/)]);
}, 400_000);
