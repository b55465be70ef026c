import { randomUUID } from 'node:crypto';

import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';

import { runDemo } from '../../demo/run';
import { forgeAnswer } from './support/forged-answer';
import { keptEvent } from './support/kept-event';
import { quietOutput } from './support/quiet-output';

test('an event that runs twice makes the demo fail, and so does a custom resource that is answered twice', async () => {
  const result = await runDemo({
    events: 40,
    out: quietOutput(),
    beforeRelease: async (bed, outputs) => {
      const original = await keptEvent(bed, outputs.DeferredEventsTable);
      const requestId = randomUUID();
      const {
        functionKey: { S: key },
        deferredAt: { N: deferredAt },
      } = original;
      const copy = { ...original, pk: { S: `${key}#${requestId}` }, bsk: { S: `${key}#${deferredAt}#${requestId}` }, requestId: { S: requestId } };
      await new DynamoDBClient(bed.clientConfig).send(new PutItemCommand({ TableName: outputs.DeferredEventsTable, Item: copy }));
      await forgeAnswer(bed, 'SUCCESS');
    },
  });

  expect(result.line).toMatch(/^sent 42, refused \d+, ran once \d+, lost 0, twice 1$/);
  expect(result.operationLine).toMatch(/^custom resource: created in \d+ s over \d+ executions of at most 15 s, answered (twice|\d+ times)$/);
  expect(result.good).toBe(false);
  expect(result.complaints.filter((complaint) => !complaint.startsWith('custom resource:'))).toEqual([
    expect.stringMatching(/^ran twice: order-\d{5}$/),
  ]);
  expect(result.complaints).toContainEqual(expect.stringMatching(/^custom resource: answered (twice|\d+ times): SUCCESS, SUCCESS/));
}, 900_000);
