/** A function that is replaced while its events wait. */
import { GetFunctionConfigurationCommand, UpdateFunctionConfigurationCommand } from '@aws-sdk/client-lambda';

import { environment } from '../../lambda/contract/names.json';
import { eventually } from './support/eventually';
import { GuardedStack } from './support/guarded-stack';
import { notAllowed, statementsOf } from './support/least-privilege';

jest.setTimeout(600_000);

let stack: GuardedStack;

beforeAll(async () => {
  stack = await GuardedStack.deploy({ functionNames: 'first' });
}, 600_000);

afterAll(() => stack?.bed.close());

async function deferred(id: string): Promise<string> {
  const { payload } = await stack.invoke('Nodejs', { id });
  return payload.maintenanceWindow.requestId;
}

const nameOf = (output: string) => stack.outputs[output];

test('events that wait for a function run on the one that replaced it, which its function key finds', async () => {
  await stack.window('on');
  const requestId = await deferred('before-the-move');
  await stack.deploy({ functionNames: 'second' });
  expect(nameOf('Nodejs')).toBe('second-Nodejs');

  await stack.window('auto');
  await eventually(
    async () => {
      await stack.replay({ requestId });
      return stack.run('before-the-move');
    },
    (run) => run !== undefined,
  );
  // Its permission has a condition on a tag, so that the function that is gone is denied to it, not missing
  const looks = stack.bed.requests().filter(({ action }) => action === 'lambda:GetFunctionConfiguration');
  const denied = looks.filter(({ functionName, status }) => functionName === nameOf('Replayer') && status === 403);
  expect(denied.map(({ resource }) => resource)).toContainEqual(expect.stringContaining('function:first-Nodejs'));
  expect((await stack.invoke('Replayer', { action: 'sweep' })).payload).toMatchObject({ orphaned: 0 });
});

test('events whose function guards others now wait, and what was tried is named', async () => {
  await stack.window('on');
  const requestId = await deferred('to-nobody');
  const { Environment } = await stack.lambda.send(new GetFunctionConfigurationCommand({ FunctionName: nameOf('Nodejs') }));
  const row = (await stack.deferred(requestId))!;
  const Variables = { ...Environment!.Variables, [environment.functionKey]: 'somebody-else' };
  await stack.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: nameOf('Nodejs'), Environment: { Variables } }));
  await stack.window('auto');

  const { payload } = await stack.replay({ functionKey: row.functionKey.S! });
  expect(payload).toMatchObject({
    dispatched: 0,
    waiting: [
      {
        functionKey: row.functionKey.S,
        why: 'refused',
        detail: expect.stringContaining("guards other events: PATIENT_LAMBDA_FUNCTION_KEY is 'somebody-else'"),
      },
    ],
  });
  expect((await stack.deferred(requestId))!.state.S).toBe('PENDING');
});

test('the replayer asked AWS for nothing that its role does not allow', async () => {
  expect(notAllowed(stack.bed, nameOf('Replayer'), await statementsOf(stack.bed, nameOf('Replayer')))).toEqual([]);
  expect(stack.bed.requests().filter(({ action, functionName }) => action === 'tag:GetResources' && functionName === nameOf('Replayer'))).not.toEqual(
    [],
  );
});
