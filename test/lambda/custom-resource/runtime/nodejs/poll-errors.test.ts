import { done, wait } from '../../../../../lambda/custom-resource/runtime/nodejs/protocol/results';
import { World } from '../../world';
import { request } from './requests';

const throttled = () => Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });

/** Polls that end one after another as given; then the last again. */
function polling(...ends: (Error | 'wait' | 'done')[]) {
  let polls = 0;
  return {
    create: async () => wait({ n: 1 }, { physicalResourceId: 'made', afterSeconds: 7 }),
    poll: async () => {
      const end = ends[Math.min(polls++, ends.length - 1)];
      if (end instanceof Error) {
        throw end;
      }
      return end === 'done' ? done() : wait({ n: 1 }, { afterSeconds: 7 });
    },
  };
}

test('throttling means polling again, four times in a row', async () => {
  const world = await new World().run(polling(throttled(), throttled(), throttled(), throttled(), 'done'), request('Create'));
  expect(world.answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'made' });
});

test('the fifth in a row fails with the real error', async () => {
  const world = await new World().run(polling(throttled()), request('Create'));
  expect(world.answer).toMatchObject({
    Status: 'FAILED',
    PhysicalResourceId: 'made',
    Reason: expect.stringContaining('ThrottlingException: Rate exceeded'),
  });
});

test('a poll that succeeds starts the count again', async () => {
  const four = [throttled(), throttled(), throttled(), throttled()];
  const world = await new World().run(polling(...four, 'wait', ...four, 'done'), request('Create'));
  expect(world.answer.Status).toBe('SUCCESS');
});

test('the count crosses executions', async () => {
  const world = new World();
  world.executionTimeout = 15;
  world.environment = { PATIENT_LAMBDA_RECURSIVE_LOOP: 'Allow' };
  await world.run(polling(throttled()), request('Create'));
  expect(world.answer.Reason).toContain('Rate exceeded');
  expect(world.executions).toBeGreaterThan(2);
});

test.each([
  ['a mistake in the code', new TypeError('x is undefined')],
  ['access denied', Object.assign(new Error('no'), { name: 'AccessDeniedException', $metadata: { httpStatusCode: 403 } })],
])('%s fails at once', async (_, error) => {
  const world = await new World().run(polling(error, 'done'), request('Create'));
  expect(world.answer.Status).toBe('FAILED');
});

test.each([
  ["a server's error", Object.assign(new Error('no'), { $metadata: { httpStatusCode: 500 } })],
  ['a reset connection', Object.assign(new Error('no'), { code: 'ECONNRESET' })],
  ['fetch without a network', new TypeError('fetch failed', { cause: Object.assign(new Error('no'), { code: 'UND_ERR_SOCKET' }) })],
])('%s means polling again', async (_, error) => {
  const world = await new World().run(polling(error, 'done'), request('Create'));
  expect(world.answer.Status).toBe('SUCCESS');
});

test.each(['Create', 'Update', 'Delete'] as const)('throttling in a %s itself is an error', async (type) => {
  const handler = () => Promise.reject(throttled());
  const world = await new World().run({ create: handler, update: handler, delete: handler }, request(type));
  expect(world.answer.Status).toBe('FAILED');
});
