import { DeleteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';

import { runDemo } from '../../demo/run';
import { forgeAnswer } from './support/forged-answer';
import { keptEvent } from './support/kept-event';
import { quietOutput } from './support/quiet-output';

test('an event that is dropped from the store makes the demo fail, and so does a custom resource that is answered FAILED', async () => {
  const result = await runDemo({
    events: 40,
    out: quietOutput(),
    beforeRelease: async (bed, outputs) => {
      const { pk } = await keptEvent(bed, outputs.DeferredEventsTable);
      await new DynamoDBClient(bed.clientConfig).send(new DeleteItemCommand({ TableName: outputs.DeferredEventsTable, Key: { pk } }));
      await forgeAnswer(bed, 'FAILED');
    },
  });

  expect(result.line).toMatch(/^sent 42, refused \d+, ran once \d+, lost 1, twice 0$/);
  expect(result.operationLine).toMatch(/^custom resource: FAILED in \d+ s over \d+ executions of at most 15 s, answered /);
  expect(result.good).toBe(false);
  expect(result.complaints.filter((complaint) => !complaint.startsWith('custom resource:'))).toEqual([expect.stringMatching(/^lost: order-\d{5}$/)]);
  expect(result.complaints).toContain('custom resource: answered FAILED: forged');
}, 900_000);
