import { DeleteItemCommand, DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { runDemo } from '../../demo/run';
import { quietOutput } from './support/quiet-output';

test('an event that is dropped from the store makes the demo fail', async () => {
  const result = await runDemo({
    events: 40,
    out: quietOutput(),
    beforeRelease: async (bed, outputs) => {
      const dynamodb = new DynamoDBClient(bed.clientConfig);
      const { Items } = await dynamodb.send(new ScanCommand({ TableName: outputs.DeferredEventsTable, ConsistentRead: true }));
      const victim = Items!.find((item) => item.state?.S === 'PENDING' && item.source.S !== 'sqs')!;
      await dynamodb.send(new DeleteItemCommand({ TableName: outputs.DeferredEventsTable, Key: { pk: victim.pk } }));
    },
  });

  expect(result.line).toMatch(/^sent 40, refused \d+, ran once \d+, lost 1, twice 0$/);
  expect(result.good).toBe(false);
  expect(result.complaints).toEqual([expect.stringMatching(/^lost: order-\d{5}$/)]);
}, 400_000);
