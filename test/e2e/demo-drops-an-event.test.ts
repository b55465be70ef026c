import { DeleteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { runDemo } from '../../demo/run';
import { keptEvent } from './support/kept-event';
import { quietOutput } from './support/quiet-output';

test('an event that is dropped from the store makes the demo fail', async () => {
  const result = await runDemo({
    events: 40,
    out: quietOutput(),
    beforeRelease: async (bed, outputs) => {
      const { pk } = await keptEvent(bed, outputs.DeferredEventsTable);
      await new DynamoDBClient(bed.clientConfig).send(new DeleteItemCommand({ TableName: outputs.DeferredEventsTable, Key: { pk } }));
    },
  });

  expect(result.line).toMatch(/^sent 40, refused \d+, ran once \d+, lost 1, twice 0$/);
  expect(result.good).toBe(false);
  expect(result.complaints).toEqual([expect.stringMatching(/^lost: order-\d{5}$/)]);
}, 400_000);
