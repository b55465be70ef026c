/** What authors test their handlers with. */
import type { Clock } from '../../../../../lambda/clock';
import { customResource, done, type Raw, wait } from '../../../../../lambda/custom-resource/runtime/nodejs';
import { runOperation } from '../../../../../lambda/custom-resource/runtime/nodejs/testing/run-operation';
import { SimulatedClock } from '../../../../../lambda/custom-resource/runtime/nodejs/testing/simulated-clock';

const restore = customResource({
  create: async (_, { idempotencyToken }) => wait({ job: idempotencyToken.slice(0, 4), polls: 0 }),
  update: async () => done(),
  delete: async () => done(),
  poll: async (_, state) => (state.polls === 200 ? done({ data: { Job: state.job } }) : wait({ ...state, polls: state.polls + 1 })),
  onCancel: async (_, state, { log }) => log.info('stopped', { job: state?.job }),
});

test('runs an operation of an hour at once, and tells what CloudFormation was told', async () => {
  const report = await runOperation(restore, { RequestType: 'Create' });
  expect(report).toMatchObject({
    answer: { status: 'SUCCESS', data: { Job: expect.stringMatching(/^[0-9a-f]{4}$/) } },
    executions: 3,
    exited: false,
  });
  expect(report.payloads).toHaveLength(2);
});

test('takes the time that an execution may take, and secrets', async () => {
  const handler = customResource({
    create: async ({ properties }) => done({ data: { Length: String(properties.Password).length } }),
    update: async () => done(),
    delete: async () => done(),
  });
  const event = { RequestType: 'Create', ResourceProperties: { Password: '{{resolve:secretsmanager:Db:SecretString:password::}}' } } as const;
  expect((await runOperation(handler, event, { secrets: { Db: { password: '12345' } } })).answer).toMatchObject({
    status: 'SUCCESS',
    data: { Length: 5 },
  });
  expect((await runOperation(handler, event)).answer).toMatchObject({ status: 'FAILED', reason: expect.stringContaining("no secret 'Db'") });
  expect((await runOperation(restore, { RequestType: 'Create' }, { executionTimeoutSeconds: 60 })).answer?.reason).toContain('execution number 13');
});

test('a request that was recorded long ago is as young as it was', async () => {
  const recorded = {
    RequestType: 'Create',
    ResponseURL: 'https://example.s3.amazonaws.com/x?X-Amz-Date=20210304T050607Z&X-Amz-Expires=7200',
  } as const;
  expect((await runOperation(restore, recorded)).answer?.status).toBe('SUCCESS');
});

test('a stack that rolls back gets no answer', async () => {
  const lines: string[] = [];
  let reads = 0;
  const report = await runOperation(
    restore,
    { RequestType: 'Create' },
    {
      stackStatus: () => (++reads > 2 ? 'ROLLBACK_IN_PROGRESS' : 'CREATE_IN_PROGRESS'),
      log: (line) => lines.push(line),
    },
  );
  expect(report.answer).toBeUndefined();
  expect(lines.join('')).toContain('"message":"stopped"');
});

test('a stack whose status can be read only after it has turned back gets no answer', async () => {
  let reads = 0;
  const stackStatus = () => {
    if (++reads < 3) {
      throw new Error('Rate exceeded');
    }
    return 'ROLLBACK_IN_PROGRESS';
  };
  const report = await runOperation(restore, { RequestType: 'Create' }, { stackStatus });
  expect(report.answer).toBeUndefined();
});

test('a Delete that comes after a cancelled Create is called within a short ServiceTimeout', async () => {
  const PhysicalResourceId = 'stack-Resource-1ABCDEFGHIJKL';
  const deleted: string[] = [];
  const handler = customResource({
    create: async () => done(),
    update: async () => done(),
    delete: async ({ physicalResourceId, maybeOrphan }) => {
      deleted.push(`${physicalResourceId} ${maybeOrphan}`);
      return done();
    },
  });
  const { answer } = await runOperation(handler, { RequestType: 'Delete', PhysicalResourceId, ResourceProperties: { ServiceTimeout: '30' } });
  expect(answer).toMatchObject({ status: 'SUCCESS', physicalResourceId: PhysicalResourceId });
  expect(deleted).toEqual([`${PhysicalResourceId} true`]);
});

test('a handler that hangs ends the process, as deployed', async () => {
  const handler = customResource({ create: () => new Promise<never>(() => undefined), update: async () => done(), delete: async () => done() });
  const report = await runOperation(handler, { RequestType: 'Create' }, { clock: impatient() });
  expect(report).toMatchObject({ answer: { status: 'FAILED' }, exited: true });
});

test.each(['create', 'poll'])('a %s that hangs is waited for once at each step, not once for each look at the stack', async (hanging) => {
  const forever = () => new Promise<never>(() => undefined);
  const handler = customResource<Raw, null>({
    create: hanging === 'create' ? forever : async () => wait(null),
    update: async () => done(),
    delete: async () => done(),
    poll: forever,
  });
  const patience = 40;
  const waits = jest.spyOn(global, 'setTimeout');
  const report = await runOperation(handler, { RequestType: 'Create' }, { clock: new SimulatedClock(Date.now(), patience) });
  expect(report).toMatchObject({ answer: { status: 'FAILED' }, exited: true });
  // The call itself, a poll that is to stop, and the code that is left behind
  expect(waits.mock.calls.filter(([, delay]) => delay! > patience / 2).length).toBeLessThanOrEqual(4);
});

test('an answer that is refused is an error, which the responder would get', async () => {
  const report = await runOperation(restore, { RequestType: 'Delete' }, { fetch: async () => new Response(null, { status: 403 }) });
  expect(report.answer).toBeUndefined();
  expect(report.error).toMatchObject({ name: 'AnswerNotDelivered' });
});

test('real time passes while a handler works', async () => {
  const handler = customResource({
    create: async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return done();
    },
    update: async () => done(),
    delete: async () => done(),
  });
  expect((await runOperation(handler, { RequestType: 'Create' })).answer?.status).toBe('SUCCESS');
});

/** A clock of one's own: whatever waits has waited. */
function impatient(): Clock {
  let now = 0;
  const pass = async (milliseconds: number, signal?: AbortSignal) => {
    await new Promise((resolve) => setImmediate(resolve));
    if (!signal?.aborted) {
      now += milliseconds;
    }
  };
  return { now: () => now, sleep: pass, alarm: pass };
}
