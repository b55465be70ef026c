/** Rows that a redirect has moved, run by the gate of their new function. */
import { to, vectors, writeId } from '../../../../../../lambda/contract/maintenance-window/redirect.vectors.json';
import { environment as names } from '../../../../../../lambda/contract/names.json';
import { chunkKey } from '../../../../../../lambda/maintenance-window/store/keys';
import { OFF, World } from '../world';

let world: World;
beforeEach(async () => {
  world = await World.open(OFF, { [names.functionKey]: to });
});
afterEach(() => world.close());

test.each(vectors)('$name: runs as the event that it was, and is done', async ({ redirected, parts, event }) => {
  const { pk, requestId, attempt } = redirected;
  world.events.rows.put({ ...redirected, state: { S: 'CLAIMED' }, token: { S: 't' }, lease: { N: '0' }, bpk: { S: 'active#11' } } as never);
  parts.forEach((part, number) => world.events.rows.put({ pk: { S: chunkKey(pk.S, writeId, number) }, body: { B: part } } as never));
  const step = await world.plan(JSON.stringify({ $maintenanceReplay: { requestId: requestId.S, token: 't' } }), 'r-of-the-replay');
  if (step.do !== 'run') {
    throw new Error(`the pointer was answered ${JSON.stringify(step)}`);
  }
  const { bodyJson, headers } = step.invocation;
  const { own, maintenanceReplay } = JSON.parse(String(headers['lambda-runtime-client-context'])).custom;
  expect([bodyJson, own, headers['lambda-runtime-cognito-identity']]).toEqual([event, 1, '{"cognitoIdentityId":"i"}']);
  expect(maintenanceReplay).toMatchObject({ originalRequestId: requestId.S, attempt: Number(attempt.N) + 1, deferredAt: '2027-01-10T02:00:00.123Z' });
  await step.replay!.succeeded('null');
  expect(world.row(pk.S).state).toBe('DONE');
});
