/** A permission of the same deployment takes IAM seconds to spread (aws-cdk #37675, #18237, #23340, #31429). */
import { customResource, done, wait } from '../../../../../lambda/custom-resource/runtime/nodejs';
import { runOperation } from '../../../../../lambda/custom-resource/runtime/nodejs/testing/run-operation';
import { SimulatedClock } from '../../../../../lambda/custom-resource/runtime/nodejs/testing/simulated-clock';
import { World } from '../../world';
import { request, START } from './requests';

const SECRET = { Password: '{{resolve:secretsmanager:Db:SecretString}}' };

let world: World;

beforeEach(() => {
  world = new World();
});

const elapsed = () => (world.clock.now() - START) / 1000;

function denied(name = 'AccessDeniedException'): Error {
  return Object.assign(new Error('not authorized to perform: secretsmanager:GetSecretValue'), { name });
}

/** Secrets Manager, to which access spreads in so many seconds. */
function readableAfter(seconds: number, error = denied()) {
  world.readSecret = () => (elapsed() < seconds ? Promise.reject(error) : Promise.resolve({ value: 'correct horse', versionId: 'v1' }));
}

test.each([0.5, 3, 10, 40])('a secret that can be read only after %p s is resolved', async (seconds) => {
  readableAfter(seconds);
  const seen: unknown[] = [];
  await world.run(
    { create: async ({ properties }) => (seen.push((properties as typeof SECRET).Password), done()) },
    request('Create', { ResourceProperties: SECRET }),
  );
  expect(world.answer.Status).toBe('SUCCESS');
  expect(seen).toEqual(['correct horse']);
});

test('a secret that stays out of reach fails the operation after 45 s, naming property and error, and nothing was begun', async () => {
  readableAfter(3600);
  await world.run({}, request('Create', { ResourceProperties: SECRET }));
  expect(world.answer).toMatchObject({ Status: 'FAILED', Reason: expect.stringMatching(/ResourceProperties\.Password.*AccessDeniedException/) });
  expect(world.putTimes[0]).toBeGreaterThan(START + 35_000);
  expect(world.putTimes[0]).toBeLessThanOrEqual(START + 45_000);
});

test('in a short execution the error is told before the margin, not that the handler took too long', async () => {
  world.executionTimeout = 15;
  readableAfter(3600);
  await world.run({}, request('Create', { ResourceProperties: SECRET }));
  expect(world.answer.Reason).toContain('AccessDeniedException');
});

test('any other error of Secrets Manager fails at once', async () => {
  readableAfter(10, denied('ResourceNotFoundException'));
  await world.run({}, request('Create', { ResourceProperties: SECRET }));
  expect(world.putTimes).toEqual([START]);
});

test('what is first denied more than a minute after the request is not repeated', async () => {
  readableAfter(3600);
  const handlers = {
    delete: async () => wait({}, { afterSeconds: 61 }),
    poll: async (_: unknown, __: unknown, { resolve }: { resolve: (value: unknown) => Promise<unknown> }) => (await resolve(SECRET.Password), done()),
  };
  await world.run(handlers, request('Delete'));
  expect(world.answer.Status).toBe('FAILED');
  expect(world.putTimes).toEqual([START + 61_000]);
});

test('an Invoke that is denied for good is told after 45 s, with what the role lacks', async () => {
  world.lastingFates = { invoke: () => 'is denied' };
  await world.run({ create: async () => wait({}, { physicalResourceId: 'made' }), poll: async () => done() }, request('Create'));
  expect(world.answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'made', Reason: expect.stringContaining('self-invoke policy') });
  expect(world.putTimes[0]).toBeLessThan(START + 52_000);
});

test('an Invoke that is denied for 30 s starts the next execution', async () => {
  world.lastingFates = { invoke: () => (elapsed() < 30 ? 'is denied' : 'ok') };
  await world.run({ create: async () => wait({}, { physicalResourceId: 'made' }), poll: async () => done() }, request('Create'));
  expect(world.answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'made' });
});

describe('ctx.retryWhileDenied', () => {
  const calling = (call: () => Promise<string>) =>
    customResource({
      create: async (_, { retryWhileDenied }) => done({ physicalResourceId: await retryWhileDenied(call) }),
      update: async () => done(),
      delete: async () => done(),
    });

  test.each(['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation'])('repeats a call that fails by %s', async (name) => {
    let calls = 0;
    const handler = calling(() => (++calls < 4 ? Promise.reject(denied(name)) : Promise.resolve('made')));
    const { answer } = await runOperation(handler, { RequestType: 'Create' });
    expect(answer).toMatchObject({ status: 'SUCCESS', physicalResourceId: 'made' });
    expect(calls).toBe(4);
  });

  test('throws any other error at once', async () => {
    let calls = 0;
    const handler = calling(() => (++calls, Promise.reject(denied('ValidationException'))));
    const { answer } = await runOperation(handler, { RequestType: 'Create' });
    expect(answer).toMatchObject({ status: 'FAILED', reason: expect.stringContaining('ValidationException') });
    expect(calls).toBe(1);
  });

  test('throws the denial after 45 s, well before the deadline', async () => {
    const clock = new SimulatedClock(START);
    const { answer } = await runOperation(
      calling(() => Promise.reject(denied())),
      { RequestType: 'Create' },
      { clock },
    );
    expect(answer).toMatchObject({ status: 'FAILED', reason: expect.stringContaining('AccessDeniedException') });
    expect(clock.now()).toBeGreaterThan(START + 35_000);
    expect(clock.now()).toBeLessThan(START + 50_000);
  });

  test('ends when the stack turns back', async () => {
    const { answer } = await runOperation(
      calling(() => Promise.reject(denied())),
      { RequestType: 'Create' },
      { stackStatus: () => 'ROLLBACK_IN_PROGRESS' },
    );
    expect(answer).toBeUndefined();
  });
});
