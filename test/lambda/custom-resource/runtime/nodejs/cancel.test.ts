/** The stack rolls back while an operation runs (aws-cdk #31541, #26139; coverage-roadmap #1814). */
import { done, wait } from '../../../../../lambda/custom-resource/runtime/nodejs/protocol/results';
import { never, World } from '../../world';
import { request, START } from './requests';

let world: World;

beforeEach(() => {
  world = new World();
});

const elapsed = () => (world.clock.now() - START) / 1000;

/** The stack turns back after so many seconds. */
function rollsBackAfter(seconds: number, forward = 'CREATE_IN_PROGRESS', back = 'ROLLBACK_IN_PROGRESS') {
  world.stackStatus = () => (elapsed() >= seconds ? back : forward);
}

test.each([
  ['Create', 'CREATE_IN_PROGRESS', 'ROLLBACK_IN_PROGRESS'],
  ['Create', 'UPDATE_IN_PROGRESS', 'UPDATE_ROLLBACK_IN_PROGRESS'],
  ['Update', 'UPDATE_IN_PROGRESS', 'UPDATE_ROLLBACK_IN_PROGRESS'],
  ['Create', 'CREATE_IN_PROGRESS', 'DELETE_IN_PROGRESS'],
] as const)('a %s that waits while %s becomes %s is given up: onCancel, no answer, no hop', async (type, forward, back) => {
  rollsBackAfter(100, forward, back);
  const cancelled: unknown[] = [];
  let calledAt = 0;
  const handler = async () => wait({ job: 1 });
  await world.run(
    {
      create: handler,
      update: handler,
      poll: async () => {
        calledAt = elapsed();
        return wait({ job: 1 });
      },
      onCancel: async (req, state, { signal }) => {
        // Nothing of the handler was called since the rollback was seen
        expect(calledAt).toBeLessThan(elapsed());
        cancelled.push(req.requestType, state, signal.aborted);
      },
    },
    request(type),
  );
  expect(cancelled).toEqual([type, { job: 1 }, false]);
  expect(world.puts).toEqual([]);
  expect(world.payloads).toEqual([]);
  expect(world.records).toEqual([]);
  expect(elapsed()).toBeLessThan(120);
});

test('code of the handler that runs sees its signal abort', async () => {
  rollsBackAfter(50);
  const aborted: number[] = [];
  await world.run(
    {
      create: (_, { signal }) =>
        new Promise((__, reject) =>
          signal.addEventListener('abort', () => {
            aborted.push(elapsed());
            reject(new Error('stopped'));
          }),
        ),
    },
    request('Create'),
  );
  expect(aborted).toEqual([60]);
  expect(world.puts).toEqual([]);
});

test('code that does not stop ends with its process; the responder meets a closed request', async () => {
  rollsBackAfter(50);
  world.putFates = [403];
  await world.run({ create: never }, request('Create'));
  expect(world.records).toMatchObject([{ responsePayload: { errorType: 'Runtime.ExitError' } }]);
  expect(world.told).toEqual([]);
});

test('a rollback in a later execution is seen, for what the stack did at first crosses', async () => {
  rollsBackAfter(1000);
  await world.run({ create: async () => wait({}), poll: async () => wait({}) }, request('Create'));
  expect(world.executions).toBe(2);
  expect(world.puts).toEqual([]);
});

test.each(['UPDATE_ROLLBACK_IN_PROGRESS', 'ROLLBACK_IN_PROGRESS'])('what is asked for by %s itself is no cancel', async (status) => {
  world.stackStatus = () => status;
  await world.run({ update: async () => wait({}), poll: async () => (elapsed() > 1000 ? done() : wait({})) }, request('Update'));
  expect(world.answer.Status).toBe('SUCCESS');
  expect(world.stackReads).toBe(1);
});

test('a delete is never cancelled, and never asks', async () => {
  world.stackStatus = () => 'DELETE_IN_PROGRESS';
  await world.run({ delete: async () => wait({}), poll: async () => (elapsed() > 100 ? done() : wait({})) }, request('Delete'));
  expect(world.answer.Status).toBe('SUCCESS');
  expect(world.stackReads).toBe(0);
});

test('the status is read every 15 s', async () => {
  await world.run({ create: async () => wait({}), poll: async () => (elapsed() >= 150 ? done() : wait({})) }, request('Create'));
  expect(world.stackReads).toBeGreaterThanOrEqual(10);
  expect(world.stackReads).toBeLessThanOrEqual(12);
});

test.each([
  ['is denied', () => Promise.reject(new Error('AccessDenied'))],
  ['gets no answer', never],
])('a read that %s is unknown, tried again every 15 seconds and told once, and cancels nothing', async (_, status) => {
  world.stackStatus = status;
  const seen: string[] = [];
  await world.run(
    {
      create: async (__, { stack }) => {
        seen.push((await stack()).status);
        return wait({});
      },
      poll: async () => (elapsed() >= 170 ? done() : wait({})),
    },
    request('Create'),
  );
  expect(world.answer.Status).toBe('SUCCESS');
  expect(seen).toEqual(['UNKNOWN']);
  expect(world.stackReads).toBeGreaterThan(8);
  expect(world.stackReads).toBeLessThanOrEqual(13);
  expect(world.log.match(/a rollback would not be noticed/g)).toHaveLength(1);
});

test('handlers read the status without a call of their own while it is fresh', async () => {
  await world.run(
    {
      create: async (_, { stack }) => {
        expect(await stack()).toEqual({ status: 'CREATE_IN_PROGRESS' });
        expect(await stack()).toEqual({ status: 'CREATE_IN_PROGRESS' });
        return done();
      },
    },
    request('Create'),
  );
  expect(world.stackReads).toBe(1);
});

test('onCancel that fails or hangs changes nothing', async () => {
  for (const onCancel of [never, () => Promise.reject(new Error('no'))]) {
    world = new World();
    rollsBackAfter(50);
    world.putFates = [403];
    await world.run({ create: async () => wait({}), poll: async () => wait({}), onCancel }, request('Create'));
    expect(world.told).toEqual([]);
    expect(world.log).toContain('onCancel failed');
  }
});

test.each(['is done', 'waits', 'throws', 'hangs'])(
  'a rollback that is seen while a poll at the margin %s is acted on: onCancel, no answer, no hop',
  async (end) => {
    // The poll is aborted at 860 s, and has until 875 s to settle; the status is read at 870 s
    world.executionTimeout = 890;
    rollsBackAfter(865);
    const stopped: string[] = [];
    await world.run(
      {
        create: async () => wait({ job: 1 }),
        poll: async (_, __, { signal }) => {
          if (elapsed() < 840) {
            return wait({ job: 1 });
          }
          await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
          await world.clock.alarm(end === 'hangs' ? 60_000 : 14_000);
          if (end === 'throws') {
            throw new Error('aborted');
          }
          return end === 'waits' ? wait({ job: 1 }) : done();
        },
        onTimeout: () => void stopped.push('onTimeout'),
        onCancel: () => void stopped.push('onCancel'),
      },
      request('Create'),
    );
    expect(stopped).toEqual(['onCancel']);
    expect(world.payloads).toEqual([]);
    // Of a poll that goes on the process ends, and the responder's FAILED meets a request that is closed
    expect(world.puts.filter(({ Reason }) => !Reason?.includes('Runtime.ExitError'))).toEqual([]);
  },
);

test.each(['is denied', 'hangs', 'is throttled'] as const)('a rollback is acted on while an Invoke of the next execution %s', async (fate) => {
  rollsBackAfter(20);
  world.lastingFates = { invoke: () => fate };
  const cancelled: unknown[] = [];
  await world.run(
    {
      create: async () => wait({ job: 1 }, { physicalResourceId: 'made' }),
      poll: never,
      onCancel: (_, state) => {
        cancelled.push(state);
      },
    },
    request('Create'),
  );
  expect(cancelled).toEqual([{ job: 1 }]);
  expect([world.puts, world.records]).toEqual([[], []]);
  expect(elapsed()).toBeLessThan(40);
});

test.each([
  ['is denied for 10 s', () => (elapsed() < 10 ? Promise.reject(new Error('AccessDenied')) : undefined)],
  ['is silent for 10 s', () => (elapsed() < 10 ? never() : undefined)],
  ['is slow', () => world.clock.alarm(5_000)],
])('a Create whose stack has turned back when it can first be seen is given up: the first read %s', async (_, trouble) => {
  world.stackStatus = async () => {
    await trouble();
    return 'ROLLBACK_IN_PROGRESS';
  };
  const cancelled: number[] = [];
  await world.run({ create: async () => wait({}), poll: async () => wait({}), onCancel: () => void cancelled.push(elapsed()) }, request('Create'));
  expect(cancelled).toHaveLength(1);
  expect(cancelled[0]).toBeLessThanOrEqual(30);
  expect(world.puts).toEqual([]);
});

test('an Update whose stack was on its way back when it was sent goes on: it is the rollback', async () => {
  world.stackStatus = () => 'UPDATE_ROLLBACK_IN_PROGRESS';
  await world.run({ update: async () => wait({}), poll: async () => (elapsed() > 60 ? done() : wait({})) }, request('Update'));
  expect(world.answer.Status).toBe('SUCCESS');
});

test('the first read of the status has time to load the SDK', async () => {
  world.stackStatus = async () => {
    await world.clock.alarm(world.stackReads === 1 ? 9_000 : 2_000);
    return 'CREATE_IN_PROGRESS';
  };
  const seen: string[] = [];
  await world.run({ create: async (_, { stack }) => (seen.push((await stack()).status), done()) }, request('Create'));
  expect(seen).toEqual(['CREATE_IN_PROGRESS']);
});
