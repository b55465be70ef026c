/** An update and a create that CancelUpdateStack cancels under way, through the stock CDK CLI. */
import { CancelUpdateStackCommand } from '@aws-sdk/client-cloudformation';

import contract from '../../../lambda/contract/custom-resource/custom-resource.json';
import { eventually } from '../support/eventually';
import { type Call, ResourceStacks } from '../support/resource-stack';

jest.setTimeout(300_000);

let stacks: ResourceStacks;

beforeAll(async () => {
  stacks = await ResourceStacks.open();
  await stacks.deploy('Cancel');
}, 600_000);

afterAll(() => stacks?.bed.close());

const polled = (label: string) =>
  eventually(
    () => stacks.calls('Cancel', label),
    (calls) => calls.some(({ call }) => call === 'poll'),
  );
const cancel = () => stacks.cloudFormation.send(new CancelUpdateStackCommand({ StackName: 'Cancel' }));

/** The calls of one operation, once its handler was told that it is cancelled. */
async function stopped(label: string, requestType: string): Promise<Call[]> {
  const calls = await eventually(
    () => stacks.calls('Cancel', label),
    (seen) => seen.some(({ call }) => call === 'cancel'),
  );
  const { requestId } = calls.find(({ requestType: type }) => type === requestType)!;
  return calls.filter((call) => call.requestId === requestId);
}

/** What was put to the ResponseURL of a request, whatever came of it. */
function answersTo(requestId: string): number[] {
  const asked = stacks.bed.invocations().find(({ door, payload }) => door === 'cloudformation' && payload!.includes(requestId))!;
  const { pathname } = new URL(JSON.parse(asked.payload!.toString()).ResponseURL);
  return stacks.bed
    .requests()
    .filter(({ path }) => path === pathname)
    .map(({ status }) => status);
}

/** Nothing of the function waits or runs any more. */
const quiet = () =>
  eventually(
    async () => stacks.bed.invocations(),
    (all) => all.every(({ outcome }) => outcome !== undefined),
  );

test('a cancelled update stops by itself and never answers, while the same resource is updated back', async () => {
  const update = stacks.deploy('Cancel', 'update').catch((error: Error) => error);
  await polled('Kept');
  await cancel();
  expect(await update).toBeInstanceOf(Error);
  expect((await stacks.stack('Cancel')).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
  expect(await stacks.history('Cancel', 'Kept')).toEqual([
    'CREATE_IN_PROGRESS',
    'CREATE_COMPLETE',
    'UPDATE_IN_PROGRESS',
    'UPDATE_FAILED: Resource update cancelled',
    'UPDATE_IN_PROGRESS',
    'UPDATE_COMPLETE',
  ]);

  const operation = await stopped('Kept', 'Update');
  await quiet();
  const calls = await stacks.calls('Cancel', 'Kept');
  expect(operation.map(({ call }) => call).filter((call) => call !== 'poll')).toEqual(['update', 'cancel']);
  expect(operation.at(-1)).toMatchObject({ call: 'cancel', physicalResourceId: 'kept', state: { until: expect.any(Number) } });
  expect(answersTo(operation[0].requestId)).toEqual([]);
  const back = calls.find(({ call, oldProperties }) => call === 'update' && oldProperties.Takes === '120')!;
  expect(answersTo(back.requestId)).toEqual([200]);
});

test('a cancelled create leaves its resource to a delete that comes with an invented id, and that waits until the create has stopped', async () => {
  const add = stacks.deploy('Cancel', 'add').catch((error: Error) => error);
  await polled('Added');
  await cancel();
  expect(await add).toBeInstanceOf(Error);
  expect((await stacks.stack('Cancel')).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');

  const calls = await stacks.calls('Cancel', 'Added');
  const order = calls.map(({ call }) => call).filter((call) => call !== 'poll');
  expect(order).toEqual(['create', 'cancel', 'delete']);
  expect(calls.at(-1)).toMatchObject({
    call: 'delete',
    maybeOrphan: true,
    physicalResourceId: expect.stringMatching(/^Cancel-Added\w*-[0-9A-F]{13}$/),
    defaultId: expect.stringMatching(/^Cancel-Added\w*-[0-9a-f]{16}$/),
  });
  expect(answersTo(calls[0].requestId)).toEqual([]);
  expect(answersTo(calls.at(-1)!.requestId)).toEqual([200]);
  const asked = stacks.bed.invocations().find(({ door, payload }) => door === 'cloudformation' && payload!.includes(calls.at(-1)!.requestId))!;
  expect(asked.start! + contract.times.orphanWait.most).toBeLessThanOrEqual(Date.parse(calls.at(-1)!.at));
});
