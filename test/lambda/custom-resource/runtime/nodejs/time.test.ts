/** Sleep and hops. Simulated time: an hour takes milliseconds. */
import { defaultPhysicalResourceId } from '../../../../../lambda/custom-resource/runtime/nodejs/protocol/physical-id';
import { done, wait } from '../../../../../lambda/custom-resource/runtime/nodejs/protocol/results';
import { never, World } from '../../world';
import { request, STACK, START } from './requests';

const DEFAULT_ID = defaultPhysicalResourceId({ StackId: STACK, LogicalResourceId: 'Restore' });
const HOUR = 3540;

let world: World;

beforeEach(() => {
  world = new World();
});

/** Seconds since the request was signed. */
const elapsed = () => (world.clock.now() - START) / 1000;

const withTimeout = (seconds: number) => ({ ResourceProperties: { ServiceTimeout: String(seconds) } });

describe('waiting', () => {
  test('an operation may take an hour, over as many executions as it needs', async () => {
    await world.run({ create: async () => wait('a'), poll: async () => (elapsed() >= 3500 ? done() : wait('a')) }, request('Create'));
    expect(world.answer.Status).toBe('SUCCESS');
    expect(world.executions).toBe(5);
    expect(elapsed()).toBeLessThan(HOUR);
  });

  test('hands the state of each poll to the next (aws-cdk: isComplete true only after 3 polls; crhelper #27 freezes it)', async () => {
    const seen: unknown[] = [];
    await world.run(
      {
        create: async () => wait({ n: 0 }),
        poll: async (_, state) => {
          const { n } = state as { n: number };
          seen.push(state);
          return n < 3 ? wait({ n: n + 1 }) : done();
        },
      },
      request('Create'),
    );
    expect(seen).toEqual([{ n: 0 }, { n: 1 }, { n: 2 }, { n: 3 }]);
  });

  test('never complete is answered as timed out at the deadline (aws-cdk: never complete, #24974; cfn_lambda_handler.py:167)', async () => {
    await world.run({ create: async () => wait({}), poll: async () => wait({}) }, request('Create'));
    expect(world.answer).toMatchObject({
      Status: 'FAILED',
      PhysicalResourceId: DEFAULT_ID,
      Reason: expect.stringContaining('timed out: poll was not finished 3540 s after the request'),
    });
    expect(world.putTimes).toEqual([START + HOUR * 1000]);
  });

  test('sleeps 2 s at first, 5 % of the time elapsed later, 15 s at most', async () => {
    const polls: number[] = [];
    await world.run(
      {
        create: async () => wait({}),
        poll: async () => {
          polls.push(elapsed());
          return elapsed() > 1000 ? done() : wait({});
        },
      },
      request('Create'),
    );
    expect(polls.slice(0, 3)).toEqual([2, 4, 6]);
    expect(polls.at(-1)! - polls.at(-2)!).toBe(15);
  });

  test('sleeps as the handler asks, as the provider asks', async () => {
    const polls: number[] = [];
    const poll = async () => {
      polls.push(elapsed());
      return polls.length === 2 ? done() : wait({});
    };
    world.environment = { PATIENT_LAMBDA_POLL_INTERVAL: '20' };
    await world.run({ create: async () => wait({}, { afterSeconds: 5 }), poll }, request('Create'));
    expect(polls).toEqual([5, 25]);
  });

  test('a sleep that is longer than an execution goes on in the next', async () => {
    const polls: number[] = [];
    await world.run(
      {
        create: async () => wait({}, { afterSeconds: 2000 }),
        poll: async () => {
          polls.push(elapsed());
          return done();
        },
      },
      request('Create'),
    );
    expect(polls).toEqual([2000]);
    expect(world.executions).toBe(3);
  });

  test('a sleep beyond the deadline ends with it', async () => {
    await world.run({ create: async () => wait({}, { afterSeconds: 1000 }), poll: async () => done() }, request('Create', withTimeout(300)));
    expect(world.answer.Reason).toContain('timed out');
    expect(world.putTimes).toEqual([START + 240_000]);
  });

  test('polls that take longer than half an execution still run, one in each', async () => {
    world.executionTimeout = 60;
    let polls = 0;
    await world.run(
      {
        create: async () => wait({}),
        poll: async () => {
          polls += 1;
          await world.clock.sleep(30_000);
          return polls === 4 ? done() : wait({});
        },
      },
      request('Create'),
    );
    expect(world.answer.Status).toBe('SUCCESS');
    expect(world.executions).toBe(4);
  });
});

describe('hops', () => {
  test('invoke the function with the qualifier that it was invoked with (cfn_lambda_handler.py:51)', async () => {
    await world.run({ create: async () => wait({}, { afterSeconds: 900 }), poll: async () => done() }, request('Create'));
    expect(world.invokedArns).toEqual(['arn:aws:lambda:eu-central-1:111122223333:function:restore:live']);
  });

  test('carry the original request, and nothing beside the key', async () => {
    await world.run(
      { create: async () => wait({ job: 'j' }, { afterSeconds: 900, physicalResourceId: 'made' }), poll: async () => done() },
      request('Create'),
    );
    const continuation = JSON.parse(world.payloads[0]) as Record<string, Record<string, unknown>>;
    expect(Object.keys(continuation)).toEqual(['$longRunningOperation']);
    expect(continuation.$longRunningOperation).toMatchObject({
      version: 1,
      runtime: 'nodejs',
      request: request('Create'),
      hop: 1,
      phase: 'POLL',
      state: { job: 'j' },
      physicalResourceId: 'made',
      after: 900,
      startedAt: START,
      deadline: START + 3_540_000,
      closesAt: START + 3_600_000,
      wakeAt: START + 900_000,
      stackAtStart: 'FORWARD',
    });
  });

  test('follow at once when a wait names or changes the id, and not when it repeats it', async () => {
    let polls = 0;
    const ids = ['a', 'a', 'b', 'b'];
    await world.run(
      {
        create: async () => wait({}, { physicalResourceId: 'a' }),
        poll: async () => (polls === ids.length ? done() : wait({}, { physicalResourceId: ids[polls++] })),
      },
      request('Create'),
    );
    expect(world.executions).toBe(3);
    expect(world.answer.PhysicalResourceId).toBe('b');
  });

  test('do not follow when a wait names the present id', async () => {
    await world.run({ update: async () => wait({}, { physicalResourceId: 'own-1' }), poll: async () => done() }, request('Update'));
    expect(world.executions).toBe(1);
  });

  test('are twelve executions at most: a thirteenth is refused by name', async () => {
    world.executionTimeout = 60;
    await world.run({ create: async () => wait({}), poll: async () => wait({}) }, request('Create'));
    expect(world.executions).toBe(12);
    expect(world.answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: DEFAULT_ID, Reason: expect.stringContaining('execution number 13') });
  });

  test('a thirteenth execution that starts nevertheless is refused', async () => {
    await world.run({ create: async () => wait({}, { afterSeconds: 900 }), poll: never }, request('Create', withTimeout(1000)));
    const payload = JSON.parse(world.payloads[0]) as { $longRunningOperation: object };
    const twelfth = { ...payload.$longRunningOperation, hop: 12, wakeAt: START };
    const late = await new World().run({ poll: async () => done() }, { $longRunningOperation: twelfth });
    expect(late.answer).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('execution number 13') });
  });

  test('are as many as needed where recursive loops are allowed', async () => {
    world.executionTimeout = 60;
    world.environment = { PATIENT_LAMBDA_RECURSIVE_LOOP: 'Allow' };
    await world.run({ create: async () => wait({}), poll: async () => (elapsed() > 3000 ? done() : wait({})) }, request('Create'));
    expect(world.answer.Status).toBe('SUCCESS');
    expect(world.executions).toBeGreaterThan(50);
  });

  test('that an id asks for count: of executions that are only just enough it takes one away', async () => {
    // 3540 s in twelve executions, the shortest that synth admits: the first ends at once, so the others end at 3245 s
    world.executionTimeout = 325;
    const stopped: number[] = [];
    await world.run(
      {
        create: async () => wait({}, { physicalResourceId: 'made' }),
        poll: async () => wait({}),
        onTimeout: async () => {
          stopped.push(elapsed());
        },
      },
      request('Create'),
    );
    expect(world.executions).toBe(12);
    expect(stopped).toEqual([3245]);
    expect(world.answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'made', Reason: expect.stringContaining('execution number 13') });
  });

  test('that could carry too much are refused by name', async () => {
    await world.run({ create: async () => wait('x'.repeat(200_000), { physicalResourceId: 'made' }), poll: async () => done() }, request('Create'));
    expect(world.answer).toMatchObject({
      Status: 'FAILED',
      PhysicalResourceId: 'made',
      Reason: expect.stringMatching(/200\d{3} bytes, at most 200000/),
    });
  });

  test.each([
    ['of another version', { version: 2 }, 'version 2'],
    ['of another language', { runtime: 'python' }, 'begun by code in another language ("python")'],
    ['that is damaged', { hop: 'x' }, 'damaged: hop'],
  ])('a continuation %s is answered by name, with its id', async (_, change, reason) => {
    await world.run({ create: async () => wait({}, { physicalResourceId: 'made' }), poll: async () => done() }, request('Create'));
    const { $longRunningOperation: fields } = JSON.parse(world.payloads[0]) as { $longRunningOperation: object };
    const other = await new World().run({ poll: async () => done() }, { $longRunningOperation: { ...fields, ...change } });
    expect(other.answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'made', Reason: expect.stringContaining(reason) });
  });

  test('a continuation of another version without an id has the default one, for something had begun', async () => {
    await world.run({ create: async () => wait({}, { afterSeconds: 900 }), poll: async () => done() }, request('Create'));
    const { $longRunningOperation: fields } = JSON.parse(world.payloads[0]) as { $longRunningOperation: object };
    const other = await new World().run({}, { $longRunningOperation: { ...fields, version: 2 } });
    expect(other.answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: DEFAULT_ID });
  });

  test.each([
    ['fail', 'fails'],
    ['are denied', 'is denied'],
    ['get no answer', 'hangs'],
  ] as const)('that %s are repeated', async (_, fate) => {
    world.invokeFates = ['fails', fate, 'ok'];
    await world.run({ create: async () => wait({}, { afterSeconds: 900 }), poll: async () => done() }, request('Create'));
    expect(world.answer.Status).toBe('SUCCESS');
    expect(world.invokedArns).toHaveLength(3);
  });

  test('that are repeated though they were accepted do no harm', async () => {
    world.invokeFates = ['takes effect, then fails', 'ok'];
    await world.run({ create: async () => wait({}, { afterSeconds: 900 }), poll: async () => done() }, request('Create'));
    expect(world.answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: DEFAULT_ID });
    expect(world.puts).toEqual([world.answer, world.answer, world.answer]);
  });

  test('of short executions are repeated in time though one gets no reply (at 15 s: 2.25 s for all of it)', async () => {
    world.executionTimeout = 15;
    world.invokeFates = ['hangs', 'hangs'];
    await world.run({ create: async () => wait({}, { afterSeconds: 14 }), poll: async () => done() }, request('Create'));
    expect(world.answer.Status).toBe('SUCCESS');
    expect(world.invokedArns).toHaveLength(3);
  });

  test('whose reply is slow are accepted all the same, and repeated meanwhile', async () => {
    world.executionTimeout = 15;
    world.invokeFates = ['slow', 'slow', 'slow', 'slow'];
    await world.run({ create: async () => wait({}, { afterSeconds: 14 }), poll: async () => done() }, request('Create'));
    expect(world.records.filter((record) => JSON.stringify(record).includes('HopNotStarted'))).toEqual([]);
    expect(world.answer.Status).toBe('SUCCESS');
    expect(world.invokedArns.length).toBeLessThanOrEqual(3);
  });

  test('that are accepted are not repeated', async () => {
    await world.run({ create: async () => wait({}, { afterSeconds: 14, physicalResourceId: 'made' }), poll: async () => done() }, request('Create'));
    expect(world.invokedArns).toHaveLength(1);
  });

  test('are prepared for before the first sleep, and not where nothing waits', async () => {
    await world.run({ create: async () => wait({}, { afterSeconds: 14 }), poll: async () => done() }, request('Create'));
    expect(world.prepared[0]).toBe(START);
    const short = await new World().run({ create: async () => done() }, request('Create'));
    expect(short.prepared).toEqual([]);
  });

  test("that can't be started tell the last error that was named, not the silence after it", async () => {
    world.invokeFates = ['is denied', ...Array<'hangs'>(1000).fill('hangs')];
    await world.run({ create: async () => wait({}, { afterSeconds: 900 }), poll: async () => done() }, request('Create'));
    expect(world.answer.Reason).toContain('AccessDeniedException');
  });

  test('that stay denied name the policy and the function', async () => {
    world.invokeFates = Array<'is denied'>(1000).fill('is denied');
    await world.run({ create: async () => wait({}, { afterSeconds: 900 }), poll: async () => done() }, request('Create'));
    expect(world.answer.Reason).toMatch(
      /AccessDeniedException.*the self-invoke policy must let .* lambda:InvokeFunction on arn:aws:lambda:eu-central-1:111122223333:function:restore:live/,
    );
  });

  test.each([
    ['with the id of the wait', 'made', 'made'],
    ['with the default id', undefined, DEFAULT_ID],
  ])("that can't be started leave the answer to the responder, %s", async (_, named, id) => {
    world.invokeFates = Array<'fails'>(1000).fill('fails');
    await world.run({ create: async () => wait({}, { afterSeconds: 900, physicalResourceId: named }), poll: async () => done() }, request('Create'));
    expect(world.records).toMatchObject([{ responsePayload: { errorType: 'HopNotStarted' } }]);
    expect(world.answer).toMatchObject({
      Status: 'FAILED',
      PhysicalResourceId: id,
      Reason: expect.stringMatching(/the next execution could not be started.*ECONNRESET/),
    });
  });
});
