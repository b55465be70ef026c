/** Whatever a handler does, throws, returns or changes: the request is answered, and nothing leaks into a payload or the next request. */
import { createFailedId } from '../../../../../lambda/contract/cloudformation/answer.json';
import { defaultPhysicalResourceId } from '../../../../../lambda/custom-resource/runtime/nodejs/protocol/physical-id';
import { done, ResourceFailure, wait } from '../../../../../lambda/custom-resource/runtime/nodejs/protocol/results';
import { never, World } from '../../world';
import { request, STACK } from './requests';

const DEFAULT_ID = defaultPhysicalResourceId({ StackId: STACK, LogicalResourceId: 'Restore' });
const V1 = '11111111-1111-4111-8111-111111111111';
const hostile: unknown = new Proxy(
  {},
  {
    get: () => {
      throw new Error('no');
    },
  },
);

let world: World;

beforeEach(() => {
  world = new World();
});

describe('what is thrown', () => {
  test.each<[string, unknown, string]>([
    ['undefined', undefined, 'undefined'],
    ['null', null, 'null'],
    ['a number', 7, '7'],
    ['a frozen error', Object.freeze(new Error('ice')), 'Error: ice'],
    ['an error whose members throw', hostile, "can't be shown"],
    ['an error that causes itself', Object.assign(new Error('round'), { cause: undefined }), 'Error: round'],
  ])('%s: create and poll are answered in the function itself', async (_, thrown, reason) => {
    await world.run(
      {
        create: async () => {
          throw thrown;
        },
      },
      request('Create'),
    );
    expect(world.answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: createFailedId, Reason: expect.stringContaining(reason) });
    const later = await new World().run(
      {
        create: async () => wait({}),
        poll: async () => {
          throw thrown;
        },
      },
      request('Create'),
    );
    expect(later.answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: DEFAULT_ID });
    expect([...world.records, ...later.records]).toEqual([]);
  });

  test('a message of megabytes is cut before the log, the answer and the record of its delivery', async () => {
    world.putFates = [403];
    await world.run({ create: () => Promise.reject(new Error(`begin ${'x'.repeat(5_000_000)} end`)) }, request('Create'));
    expect(world.answer.Reason).toMatch(/^Error: begin .* end\nrequest id: .+, log group: group, log stream: stream\n/);
    expect(Buffer.byteLength(JSON.stringify(world.records))).toBeLessThan(20_000);
    expect(world.log.length).toBeLessThan(10_000);
  });

  test.each<[string, unknown]>([
    ['a number', 7],
    ['a bigint', 7n],
    ['an object', { id: 1 }],
  ])('the id of a ResourceFailure that is %s is not used, and delete runs', async (_, id) => {
    await world.run({ create: () => Promise.reject(new ResourceFailure('half made', { physicalResourceId: id as string })) }, request('Create'));
    expect(world.answer).toMatchObject({
      Status: 'FAILED',
      PhysicalResourceId: DEFAULT_ID,
      Reason: expect.stringMatching(/half made.*its id is not used/),
    });
  });

  test('in onTimeout and onCancel changes no answer', async () => {
    await world.run(
      {
        create: never,
        onTimeout: () => {
          throw hostile;
        },
      },
      request('Create'),
    );
    expect(world.answer).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('onTimeout failed') });
  });
});

describe('what is returned', () => {
  test.each<[string, unknown, string]>([
    ['undefined in it', { A: undefined }, 'data.A is undefined'],
    ['a bigint', { A: 5n }, 'data.A is a bigint'],
    ['a Date', { A: new Date(0) }, 'data.A is a Date'],
    ['NaN', { A: NaN }, 'data.A is NaN'],
    ['a function', { A: () => 1 }, 'data.A is a function'],
    ['a symbol', { A: Symbol('s') }, 'data.A is a symbol'],
    ['a toJSON of its own', { toJSON: () => 'x' }, 'data.toJSON is a function'],
    ['an object of a class', { A: new URL('https://example.com') }, 'data.A is a URL'],
    ['a hole in a list', { A: [1, , 2] }, 'data.A[1] is undefined'],
    [
      'a getter that throws',
      {
        get A() {
          throw new Error('no');
        },
      },
      'Error: no',
    ],
    ['no object', 'some-sensitive-text', 'data must be an object of attributes, got a string'],
  ])('data with %s fails by name, with the id of what was made', async (_, data, reason) => {
    await world.run({ create: async () => done({ physicalResourceId: 'made', data: data as never }) }, request('Create'));
    expect(world.answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'made', Reason: expect.stringContaining(reason) });
    expect(JSON.stringify(world.puts)).not.toContain('some-sensitive');
    expect(world.records).toEqual([]);
  });

  test('data whose names are those of prototypes is data', async () => {
    const data = JSON.parse('{"__proto__": "a", "constructor": "b", "hasOwnProperty": "c"}') as Record<string, string>;
    await world.run({ create: async () => done({ data }) }, request('Create'));
    expect(Object.entries(world.answer.Data!)).toEqual(Object.entries(data));
  });

  test('a result whose members throw is answered in the function itself', async () => {
    await world.run({ create: async () => hostileResult() }, request('Create'));
    expect(world.answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: DEFAULT_ID });
    expect(world.records).toEqual([]);
  });

  test.each<[string, object]>([
    ['a state that is not JSON', { create: async () => wait(new Date() as never, { physicalResourceId: 'made' }), poll: async () => done() }],
    ['an afterSeconds that is none', { create: async () => wait({}, { physicalResourceId: 'made', afterSeconds: -1 }), poll: async () => done() }],
    ['no poll', { create: async () => wait({}, { physicalResourceId: 'made' }) }],
  ])('a wait with %s fails with the id that it names', async (_, handlers) => {
    await world.run(handlers, request('Create'));
    expect(world.answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'made' });
  });

  test.each([
    ['control characters', 'a\u0000b'],
    ['a line break', 'a\nb'],
    ['half a surrogate pair', 'a\ud800'],
    ['what XML can not hold', 'a\uffff'],
  ])('an id with %s fails by name', async (_, id) => {
    await world.run({ create: async () => done({ physicalResourceId: id }) }, request('Create'));
    expect(world.answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: DEFAULT_ID, Reason: expect.stringContaining('control characters') });
  });
});

describe('what is changed', () => {
  test('in the state counts only when it is returned, in one execution as across two', async () => {
    const seen: unknown[] = [];
    const state = { list: [1] };
    await world.run(
      {
        create: async () => wait(state),
        poll: async (_, given: any) => {
          seen.push(structuredClone(given));
          given.list.push(2);
          state.list.push(3);
          if (seen.length === 1) {
            throw Object.assign(new Error('slow down'), { name: 'ThrottlingException' });
          }
          return done();
        },
      },
      request('Create'),
    );
    expect(seen).toEqual([{ list: [1] }, { list: [1] }]);
  });

  test('in the properties is gone at the next call, in one execution as across two', async () => {
    const seen: unknown[] = [];
    const note = async (req: any) => {
      seen.push(structuredClone(req.properties));
      req.properties.Deep.a = 'changed';
      req.properties.New = 'added';
      return seen.length === 3 ? done() : wait({});
    };
    await world.run({ create: note, poll: note }, request('Create', { ResourceProperties: { Deep: { a: '1' } } }));
    expect(seen).toEqual(Array(3).fill({ Deep: { a: '1' } }));
  });

  test.each(['Delete', 'Update', 'Create'] as const)(
    'in the properties of a %s reaches no payload and no token (cfn_lambda_handler.py:184 sends it on)',
    async (type) => {
      world.environment = { PATIENT_LAMBDA_RESOLVE_SECRETS: type === 'Create' ? 'false' : 'true' };
      const tokens = new Set<string>();
      const change = async (req: any, { idempotencyToken }: { idempotencyToken: string }) => {
        tokens.add(idempotencyToken);
        (req.oldProperties ?? req.properties).Db.Password = 'resolved-by-hand';
        return wait({}, { afterSeconds: 900 });
      };
      const poll = async (_: unknown, __: unknown, { idempotencyToken }: { idempotencyToken: string }) => {
        tokens.add(idempotencyToken);
        return done();
      };
      const properties = { Db: { Password: '{{resolve:secretsmanager:Db}}' } };
      const fields = type === 'Update' ? { ResourceProperties: {}, OldResourceProperties: properties } : { ResourceProperties: properties };
      await world.run({ create: change, update: change, delete: change, poll }, request(type, fields));
      expect(world.answer.Status).toBe('SUCCESS');
      expect(world.payloads.join('')).toContain('{{resolve:secretsmanager:Db}}');
      expect(world.payloads.join('')).not.toContain('resolved-by-hand');
      expect(tokens.size).toBe(1);
    },
  );
});

describe('a warm environment', () => {
  test('keeps nothing of a request that was answered: neither secrets nor versions, ids, states or logs', async () => {
    let current = V1;
    world.readSecret = async ({ versionId = current }) => ({ value: `password-of-${versionId}`, versionId });
    const properties = { ResourceProperties: { P: '{{resolve:secretsmanager:Db}}' } };
    const seen: unknown[] = [];
    const create = async (req: any) => {
      seen.push(req.properties.P);
      return seen.length === 1 ? wait({ n: 1 }, { physicalResourceId: 'first', afterSeconds: 900 }) : done();
    };
    await world.run({ create, poll: async () => done() }, request('Create', properties));
    current = '22222222-2222-4222-8222-222222222222';
    world.told.length = 0;
    await world.run({ create, poll: async () => done() }, request('Create', { ...properties, RequestId: 'second' }));
    expect(seen).toEqual([`password-of-${V1}`, `password-of-${current}`]);
    expect(world.answer).toMatchObject({ RequestId: 'second', PhysicalResourceId: DEFAULT_ID, Status: 'SUCCESS' });
  });

  test("a read of the stack that is still under way ends with its execution, and says nothing in the next one's log", async () => {
    const reads: AbortSignal[] = [];
    world.stackStatus = (signal) => {
      reads.push(signal!);
      return never();
    };
    await world.run({ create: async () => done() }, request('Create'));
    expect(reads.map(({ aborted }) => aborted)).toEqual([true]);
    await world.clock.sleep(10_000);
    expect(world.log).not.toContain("can't be read");
  });
});

/** Done, but for what it holds. */
function hostileResult(): never {
  return {
    outcome: 'DONE',
    get data() {
      throw new Error('no');
    },
    get physicalResourceId() {
      throw new Error('no');
    },
  } as never;
}
