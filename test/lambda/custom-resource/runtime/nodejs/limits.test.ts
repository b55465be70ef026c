/** What ends an execution or an operation: margin, deadline, onTimeout. Simulated time. */
import { createFailedId } from '../../../../../lambda/contract/cloudformation/answer.json';
import { defaultPhysicalResourceId } from '../../../../../lambda/custom-resource/runtime/nodejs/protocol/physical-id';
import { done, wait } from '../../../../../lambda/custom-resource/runtime/nodejs/protocol/results';
import { never, World } from '../../world';
import { request, STACK, START } from './requests';

const DEFAULT_ID = defaultPhysicalResourceId({ StackId: STACK, LogicalResourceId: 'Restore' });

let world: World;

beforeEach(() => {
  world = new World();
});

const withTimeout = (seconds: number) => ({ ResourceProperties: { ServiceTimeout: String(seconds) } });

describe('at the margin', () => {
  test.each(['Create', 'Update', 'Delete'] as const)(
    'a %s that does not settle is answered by name, in time, and the process exits (crhelper: timeout, without an id)',
    async (type) => {
      let aborted: AbortSignal | undefined;
      const handler = (_: unknown, { signal }: { signal: AbortSignal }) => {
        aborted = signal;
        return never();
      };
      await world.run({ create: handler, update: handler, delete: handler }, request(type));
      expect(world.answer).toMatchObject({
        Status: 'FAILED',
        PhysicalResourceId: type === 'Create' ? DEFAULT_ID : 'own-1',
        Reason: expect.stringContaining(`${type.toLowerCase()} ran to the end of its execution`),
      });
      expect(world.putTimes[0]).toBe(START + 870_000);
      expect(aborted!.aborted).toBe(true);
      expect(world.records).toMatchObject([{ responsePayload: { errorType: 'Runtime.ExitError' } }]);
    },
  );

  test('the responder repeats status and id, and names the exit', async () => {
    await world.run({ create: never }, request('Create'));
    expect(world.puts).toMatchObject([
      { Status: 'FAILED', PhysicalResourceId: DEFAULT_ID },
      { Status: 'FAILED', PhysicalResourceId: DEFAULT_ID, Reason: expect.stringContaining('exit status 1') },
    ]);
  });

  test('a parse that does not settle counts as begun: its process exits, and the responder repeats status and id', async () => {
    await world.run({ parse: never }, request('Create'));
    expect(world.puts.map(({ PhysicalResourceId }) => PhysicalResourceId)).toEqual([DEFAULT_ID, DEFAULT_ID]);
  });

  test('secrets that do not come leave nothing that could run on: the process lives, and create never started', async () => {
    world.executionTimeout = 15;
    await world.clock.sleep(5000);
    world.readSecret = never;
    await world.run({}, request('Create', { ResourceProperties: { ServiceTimeout: '15', P: '{{resolve:secretsmanager:Db}}' } }));
    expect(world.puts.map(({ PhysicalResourceId }) => PhysicalResourceId)).toEqual([createFailedId]);
    expect(world.records).toEqual([]);
  });

  test('code that stops when the signal aborts lets the process live', async () => {
    await world.run(
      { create: (_, { signal }) => new Promise((__, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))) },
      request('Create'),
    );
    expect(world.answer.Status).toBe('FAILED');
    expect(world.records).toEqual([]);
  });

  test.each([
    ['rejects', (signal: AbortSignal) => Promise.reject(signal.reason as Error), { n: 1 }],
    ['returns a new state', () => Promise.resolve(wait({ n: 2 })), { n: 2 }],
  ])('a poll that %s within half of it hops', async (_, settle, state) => {
    let polls = 0;
    await world.run(
      {
        create: async () => wait({ n: 1 }),
        poll: (__, given, { signal }) => {
          polls += 1;
          if (polls === 2) {
            expect(given).toEqual(state);
            return Promise.resolve(done());
          }
          return new Promise((resolve) => signal.addEventListener('abort', () => resolve(settle(signal) as never)));
        },
      },
      request('Create'),
    );
    expect(world.answer.Status).toBe('SUCCESS');
    expect(world.executions).toBe(2);
    expect(world.records).toEqual([]);
  });

  test('a poll that is done within half of it is done', async () => {
    await world.run(
      {
        create: async () => wait({}),
        poll: (_, __, { signal }) => new Promise((resolve) => signal.addEventListener('abort', () => resolve(done({ physicalResourceId: 'x' })))),
      },
      request('Create'),
    );
    expect(world.answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'x' });
    expect(world.executions).toBe(1);
  });

  test('a poll that does not stop is answered by name', async () => {
    await world.run({ create: async () => wait({}, { physicalResourceId: 'made' }), poll: never }, request('Create'));
    expect(world.answer).toMatchObject({
      Status: 'FAILED',
      PhysicalResourceId: 'made',
      Reason: expect.stringContaining('did not stop when ctx.signal aborted'),
    });
    expect(world.puts.every(({ PhysicalResourceId }) => PhysicalResourceId === 'made')).toBe(true);
    expect(world.records).toHaveLength(1);
  });
});

describe('at the deadline', () => {
  test.each(['create', 'poll'])('a running %s is answered as timed out', async (running) => {
    await world.run({ create: running === 'create' ? never : async () => wait({}), poll: never }, request('Create', withTimeout(120)));
    expect(world.answer).toMatchObject({
      Status: 'FAILED',
      PhysicalResourceId: DEFAULT_ID,
      Reason: expect.stringContaining(`timed out: ${running}`),
    });
    expect(world.putTimes[0]).toBe(START + 96_000);
  });

  test("counts from the ResponseURL's date, however late the request comes", async () => {
    await world.clock.sleep(80_000);
    await world.run({ create: never }, request('Create', withTimeout(120)));
    expect(world.putTimes[0]).toBe(START + 96_000);
  });

  test('a request that comes after it never started', async () => {
    await world.clock.sleep(100_000);
    await world.run(
      {
        onTimeout: () => {
          throw new Error('not to be called');
        },
      },
      request('Create', withTimeout(120)),
    );
    expect(world.answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: createFailedId, Reason: expect.stringContaining('timed out') });
    expect(world.answer.Reason).not.toContain('onTimeout');
  });

  test.each(['Create', 'Update'] as const)('a %s whose secrets come too late is not begun: neither beside its answer nor after it', async (type) => {
    await world.clock.sleep(10_000);
    world.readSecret = async () => {
      await world.clock.sleep(7_000);
      return { value: 'late', versionId: 'v' };
    };
    // While the answer is repeated, the secrets come
    world.putFates = [503, 503, 503];
    const begun: string[] = [];
    const handler = async () => (begun.push(type), done());
    const late = { ResourceProperties: { ServiceTimeout: '20', P: '{{resolve:secretsmanager:Db}}' } };
    await world.run({ create: handler, update: handler, onTimeout: async () => void begun.push('onTimeout') }, request(type, late));
    await world.clock.sleep(10_000);
    expect(begun).toEqual([]);
    expect(world.answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: type === 'Create' ? createFailedId : 'own-1' });
    expect(world.puts).toHaveLength(4);
  });

  test("nobody answers after ServiceTimeout: CloudFormation may use the request's id again", async () => {
    await world.clock.sleep(120_000);
    await world.run({}, request('Create', withTimeout(120)));
    expect(world.puts).toEqual([]);
    expect(world.log).toContain('"next":"CLOSED"');
  });

  test('code that blocks the event loop beyond ServiceTimeout is not answered for', async () => {
    await world.run(
      {
        create: async () => {
          const now = world.clock.now();
          world.clock.now = () => now + 121_000;
          return done();
        },
      },
      request('Create', withTimeout(120)),
    );
    expect(world.puts).toEqual([]);
    expect(world.log).toContain('CloudFormation has stopped waiting');
  });

  test('a hop that comes after ServiceTimeout is silent too', async () => {
    await world.run({ create: async () => wait({}, { physicalResourceId: 'x' }), poll: async () => done() }, request('Create', withTimeout(120)));
    const later = new World();
    await later.clock.sleep(120_000);
    await later.run({}, JSON.parse(world.payloads[0]) as object);
    expect(later.puts).toEqual([]);
  });
});

describe('onTimeout', () => {
  test('runs before the answer, with the last state and a signal that is not aborted', async () => {
    const order: unknown[] = [];
    await world.run(
      {
        create: async () => wait({ job: 7 }),
        poll: async () => wait({ job: 7 }),
        onTimeout: async (req, state, { signal }) => {
          order.push(req.requestType, state, signal.aborted, world.puts.length);
        },
      },
      request('Create'),
    );
    expect(order).toEqual(['Create', { job: 7 }, false, 0]);
    expect(world.answer.Status).toBe('FAILED');
  });

  test.each(['create', 'poll'])('comes after the signal of a %s that it stops', async (running) => {
    let signal: AbortSignal | undefined;
    const hang = (context: { signal: AbortSignal }) => {
      signal = context.signal;
      return never();
    };
    const seen: unknown[] = [];
    await world.run(
      {
        create: (_, context) => (running === 'create' ? hang(context) : Promise.resolve(wait({}))),
        poll: (_, __, context) => hang(context),
        onTimeout: async () => {
          seen.push(signal?.aborted);
        },
      },
      request('Create', withTimeout(120)),
    );
    expect(seen).toEqual([true]);
  });

  test('gets half the margin at most; the answer comes nevertheless', async () => {
    await world.run({ create: never, onTimeout: never }, request('Create'));
    expect(world.answer.Reason).toContain('onTimeout was not finished after 15 s');
    expect(world.putTimes[0]).toBe(START + 885_000);
  });

  test('gets less after a poll that would not stop: a quarter of the margin is left for the answer', async () => {
    await world.run({ create: async () => wait({}), poll: never, onTimeout: never }, request('Create'));
    expect(world.answer.Reason).toMatch(/did not stop.*onTimeout was not finished after 7.5 s/);
    expect(world.putTimes[0]).toBe(START + 892_500);
  });

  test('gets less where CloudFormation stops waiting sooner', async () => {
    await world.run({ create: never, onTimeout: never }, request('Create', withTimeout(20)));
    expect(world.putTimes[0]).toBe(START + 17_000);
  });

  test('runs when the executions are used up, too', async () => {
    world.executionTimeout = 60;
    const stopped: unknown[] = [];
    await world.run(
      {
        create: async () => wait({ job: 7 }),
        poll: async () => wait({ job: 7 }),
        onTimeout: async (_, state, { hop }) => {
          stopped.push(state, hop);
        },
      },
      request('Create'),
    );
    expect(stopped).toEqual([{ job: 7 }, 11]);
    expect(world.answer.Reason).toContain('execution number 13');
  });

  test('that is no function does not keep the request from its answer', async () => {
    await world.run({ create: never, onTimeout: 'stop' as never }, request('Create'));
    expect(world.puts[0]).toMatchObject({ Status: 'FAILED', PhysicalResourceId: DEFAULT_ID, Reason: expect.stringContaining('is not a function') });
  });

  test('that fails is named and hides nothing', async () => {
    await world.run(
      {
        create: never,
        onTimeout: () => {
          throw new Error('stop failed');
        },
      },
      request('Create'),
    );
    expect(world.answer.Reason).toMatch(/create ran to the end of its execution.*onTimeout failed/);
    expect(world.log).toContain('stop failed');
  });
});
