import { createHash, randomBytes } from 'node:crypto';

import { GetFunctionConfigurationCommand, UpdateFunctionConfigurationCommand } from '@aws-sdk/client-lambda';

import iam from '../../lambda/contract/iam.json';
import names from '../../lambda/contract/names.json';
import { eventually } from './support/eventually';
import { GuardedStack, type Item } from './support/guarded-stack';
import { notAllowed, statementsOf } from './support/least-privilege';

jest.setTimeout(300_000);

let stack: GuardedStack;

beforeAll(async () => {
  stack = await GuardedStack.deploy();
}, 600_000);

afterAll(() => stack?.bed.close());

beforeEach(() => stack.window('auto'));

const state = (item: Item | undefined) => item?.state?.S;
let serial = 0;
const newId = () => `event-${process.pid}-${++serial}`;

const LANGUAGES = ['Python', 'Nodejs'];
/** To which one of the tests has them write. */
const NO_SUCH_TABLE = 'no-such-table';

describe.each(LANGUAGES)('%s', (language) => {
  test('outside a window the handler runs and nothing is kept', async () => {
    const id = newId();

    expect(await stack.invoke(language, { id })).toEqual({ payload: { ran: id }, error: false });
    expect((await stack.run(id))?.replay.S).toBe('null');
  });

  test('an event of 5 MB is kept, and replayed by hand with the same bytes and a marker', async () => {
    const event = { id: newId(), payload: randomBytes(2_500_000).toString('hex') };
    await stack.window('on # end-to-end test');

    const { payload } = await stack.invoke(language, event);
    expect(payload).toEqual({ maintenanceWindow: { status: 'DEFERRED', requestId: expect.any(String), until: null } });
    expect(await stack.run(event.id)).toBeUndefined();

    await stack.window('auto');
    await eventually(
      async () => {
        await stack.replay({ requestId: payload.maintenanceWindow.requestId });
        return stack.run(event.id);
      },
      (run) => run !== undefined,
    );
    const run = (await stack.run(event.id))!;
    expect(run).toMatchObject({ runs: { N: '1' }, digest: { S: createHash('sha256').update(event.payload).digest('hex') } });
    expect(JSON.parse(run.replay.S!)).toMatchObject({ originalRequestId: payload.maintenanceWindow.requestId, attempt: 1 });
    await eventually(
      () => stack.deferred(payload.maintenanceWindow.requestId),
      (item) => state(item) === 'DONE',
    );
  });

  test('an event that cannot be kept is not acknowledged', async () => {
    const { Environment } = await stack.lambda.send(new GetFunctionConfigurationCommand({ FunctionName: stack.outputs[language] }));
    const configure = (variables: Record<string, string>) =>
      stack.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: stack.outputs[language], Environment: { Variables: variables } }));
    await stack.window('on');
    await configure({ ...Environment!.Variables, [names.environment.table]: NO_SUCH_TABLE });
    try {
      const { payload, error } = await stack.invoke(language, { id: newId() });

      expect(error).toBe(true);
      expect(payload).toMatchObject({ errorType: names.errors.notStored, errorMessage: expect.stringContaining('ResourceNotFoundException') });
    } finally {
      await configure(Environment!.Variables!);
    }
  });

  test('a replay that throws is tried again later; one that kills or hangs its environment is, once its lease has lapsed', async () => {
    await stack.window('on');
    const requestIds: Record<string, string> = {};
    for (const action of ['throw', 'exit', 'allocate', 'hang']) {
      requestIds[action] = (await stack.invoke(language, { id: newId(), do: action })).payload.maintenanceWindow.requestId;
    }
    const { functionKey } = (await stack.deferred(requestIds.throw))!;
    await stack.window('auto');

    const outcome = async (action: string) => {
      await stack.invoke('Replayer', { action: 'sweep' });
      return stack.deferred(requestIds[action]);
    };
    await eventually(
      async () => {
        await stack.replay({ functionKey: functionKey.S! });
        return stack.deferred(requestIds.throw);
      },
      (item) => item?.outcome !== undefined,
    );
    const thrown = (await stack.deferred(requestIds.throw))!;
    expect(thrown.outcome.M).toMatchObject({
      errorType: { S: expect.stringMatching(/ValueError|RangeError/) },
      errorMessage: { S: 'thrown on purpose' },
    });
    for (const action of ['exit', 'allocate', 'hang']) {
      const lost = await eventually(
        () => outcome(action),
        (item) => item?.outcome !== undefined,
        240,
      );
      expect(lost!.outcome.M).toMatchObject({ errorType: { S: 'RunLost' } });
    }
  }, 900_000);
});

test('a request for a custom resource is FAILED at once while the window is on', async () => {
  await stack.window('on # no deployments tonight');

  await expect(stack.deploy({}, 'Resource')).rejects.toThrow(/no deployments tonight/);
});

test('a guarded function may do what it asks AWS for, and asks for all that it may but for what it falls back on', async () => {
  await stack.window('on');
  const kept = new Map<string, string>();
  for (const language of LANGUAGES) {
    const id = newId();
    const { payload } = await stack.invoke(language, { id, payload: randomBytes(20_000).toString('hex') }); // more than a row's header holds
    kept.set(id, payload.maintenanceWindow.requestId);
  }
  await stack.window('auto');
  for (const [id, requestId] of kept) {
    await eventually(
      async () => {
        await stack.replay({ requestId });
        return stack.run(id);
      },
      (run) => run !== undefined,
    );
  }

  const { events } = iam.function;
  const { mirror } = iam.functionWithMirror;
  const expected = [...new Set([...events.actions, ...mirror.actions])].sort();
  for (const language of LANGUAGES) {
    const functionName = stack.outputs[language];
    const denied = notAllowed(stack.bed, functionName, await statementsOf(stack.bed, functionName));
    expect(denied.filter((request) => !request.endsWith(`table/${NO_SUCH_TABLE}`))).toEqual([]);
    const asked = stack.bed.requests().filter((request) => request.functionName === functionName);
    expect([...new Set(asked.map(({ action }) => action))].filter((action) => action !== 'ssm:GetParameters').sort()).toEqual(expected);
  }
});
