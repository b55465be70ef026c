/** A function that is replaced while its events wait. */
import { createHash, randomBytes } from 'node:crypto';

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

test('events of a function that was replaced by one with another key are redirected, and run there once', async () => {
  await stack.deploy({ functionNames: 'third' });
  await stack.window('on');
  const small = await deferred('small');
  const payload = randomBytes(400_000).toString('base64');
  const { payload: large } = await stack.invoke('Nodejs', { id: 'large', payload });
  const functionKey = (await stack.deferred(small))!.functionKey.S!;
  await stack.deploy({ functionNames: 'fourth', functionKeys: 'other' });
  await stack.window('auto');

  const { payload: report, error } = await stack.invoke('Replayer', { action: 'redirect', functionKey, to: 'other-Nodejs', requestId: small });
  expect([report, error]).toMatchObject([{ redirected: 1, pending: 0, ended: 'nothing left to redirect', refused: [] }, false]);
  expect((await stack.invoke('Replayer', { action: 'redirect', functionKey, to: 'other-Nodejs' })).payload).toMatchObject({ left: { refused: 0 } });
  expect(await stack.row(`${functionKey}#${small}`)).toMatchObject({ state: { S: 'DISCARDED' }, outcome: { M: { errorType: { S: 'redirected' } } } });
  expect((await stack.row(`other-Nodejs#${large.maintenanceWindow.requestId}`))!.chunks.N).toBe('2');
  await eventually(
    async () => {
      await stack.replay({ functionKey: 'other-Nodejs' });
      return [await stack.run('small'), await stack.run('large')];
    },
    (runs) => runs.every((run) => run !== undefined),
  );
  expect(await stack.run('small')).toMatchObject({ runs: { N: '1' } });
  expect(await stack.run('large')).toMatchObject({ runs: { N: '1' }, digest: { S: createHash('sha256').update(payload).digest('hex') } });
  expect((await stack.row(`other-Nodejs#${small}`))!.redirectedFrom.S).toBe(functionKey);
});

test('the replayer asked AWS for nothing that its role does not allow', async () => {
  expect(notAllowed(stack.bed, nameOf('Replayer'), await statementsOf(stack.bed, nameOf('Replayer')))).toEqual([]);
  const asked = new Set(
    stack.bed
      .requests()
      .filter(({ functionName }) => functionName === nameOf('Replayer'))
      .map(({ action }) => action),
  );
  expect([...asked]).toEqual(expect.arrayContaining(['tag:GetResources', 'dynamodb:TransactWriteItems']));
});
