/** Which physical ids a handler may name, and what it sees of them. Nothing may make a resource undeletable. */
import { customResource, done, ResourceFailure, wait } from '../../../../../lambda/custom-resource/runtime/nodejs';
import { defaultPhysicalResourceId } from '../../../../../lambda/custom-resource/runtime/nodejs/protocol/physical-id';
import { runOperation } from '../../../../../lambda/custom-resource/runtime/nodejs/testing/run-operation';
import type { AnyHandlers } from '../../../../../lambda/custom-resource/runtime/nodejs/types';
import { never, World } from '../../world';
import { request, STACK } from './requests';

const DEFAULT_ID = defaultPhysicalResourceId({ StackId: STACK, LogicalResourceId: 'Restore' });
const REFERENCE = { P: '{{resolve:secretsmanager:Db:SecretString:username::}}' };

let world: World;

beforeEach(() => {
  world = new World();
});

/** Ids that a handler could not name today: told by another function, or before the secret was rotated to them. */
const PRESENT: [string, string][] = [
  ['a secret', 'app_user'],
  ['a line break', 'i-0123\n'],
  ['more than 1 KB', 'x'.repeat(2000)],
  ['half a surrogate pair', 'a\ud800'],
];

describe.each(PRESENT)('an id of CloudFormation that is or holds %s', (_, id) => {
  beforeEach(() => {
    world.readSecret = async () => ({ value: JSON.stringify({ username: 'app_user' }), versionId: 'v' });
  });

  /** Resolves the secret, as a Delete does only by itself. */
  const knowing = (result: (id: string) => unknown): AnyHandlers['delete'] & AnyHandlers['update'] =>
    (async ({ physicalResourceId }: { physicalResourceId: string }, { resolve }: { resolve: (value: unknown) => Promise<unknown> }) => {
      await resolve(REFERENCE);
      return result(physicalResourceId);
    }) as never;

  const RESULTS: [string, (id: string) => unknown][] = [
    ['done without an id', () => done()],
    ['done with that id', (own) => done({ physicalResourceId: own })],
    ['wait without an id', () => wait({})],
    ['wait with that id', (own) => wait({}, { physicalResourceId: own })],
    ['wait with it in the state', (own) => wait({ own: [own] })],
  ];

  test.each(RESULTS)('is not looked at again: %s', async (__, result) => {
    for (const type of ['Delete', 'Update'] as const) {
      const handler = knowing(result);
      const poll: AnyHandlers['poll'] = async ({ physicalResourceId }) => done({ physicalResourceId: physicalResourceId! });
      await world.run({ update: handler, delete: handler, poll }, request(type, { PhysicalResourceId: id, ResourceProperties: REFERENCE }));
      expect(world.answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: JSON.parse(JSON.stringify(id)) as string });
      world.told.length = 0;
    }
  });

  test('may be named by a ResourceFailure', async () => {
    const handler = knowing((own) => {
      throw new ResourceFailure('no', { physicalResourceId: own });
    });
    await world.run({ delete: handler }, request('Delete', { PhysicalResourceId: id, ResourceProperties: REFERENCE }));
    expect(world.answer).toMatchObject({ Status: 'FAILED', Reason: expect.not.stringContaining('not used') });
  });
});

test('the present id may be an attribute, though it is a secret by now: everybody sees it anyway', async () => {
  world.readSecret = async () => ({ value: JSON.stringify({ username: 'app_user' }), versionId: 'v' });
  const properties = { PhysicalResourceId: 'app_user', ResourceProperties: REFERENCE };
  await world.run({ update: async () => done({ data: { Name: 'app_user' } }) }, request('Update', properties));
  expect(world.answer).toMatchObject({ Status: 'SUCCESS', Data: { Name: 'app_user' } });
});

test('an id that a wait has named is not looked at again, though a secret came to be in it', async () => {
  let current = 'somebody-else';
  world.readSecret = async () => ({ value: JSON.stringify({ username: current }), versionId: current });
  const poll: AnyHandlers['poll'] = async ({ physicalResourceId }, _, { resolve }) => {
    current = 'app_user_1';
    await resolve(REFERENCE);
    return done({ physicalResourceId: physicalResourceId! });
  };
  await world.run({ create: async () => wait({}, { physicalResourceId: 'app_user_1' }), poll }, request('Create'));
  expect(world.answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'app_user_1' });
});

test('an id that a wait has named may be in the state and an attribute, though it is a secret by now', async () => {
  world.readSecret = async () => ({ value: '{"username":"orders-admin"}', versionId: 'v1' });
  let polls = 0;
  await world.run(
    {
      create: async () => wait({}, { physicalResourceId: 'orders-admin' }),
      poll: async (_, __, { resolve }) => {
        await resolve('{{resolve:secretsmanager:Db}}');
        return polls++ === 0 ? wait({ user: 'orders-admin' }) : done({ data: { User: 'orders-admin' } });
      },
    },
    request('Create'),
  );
  expect(world.answer).toMatchObject({ Status: 'SUCCESS', Data: { User: 'orders-admin' } });
});

test('the default id is told, though the stack has the name of a secret', async () => {
  world.readSecret = async () => ({ value: 'Restore-cd55', versionId: 'v' });
  const properties = { ResourceProperties: { P: '{{resolve:secretsmanager:Db}}' } };
  await world.run({ create: async () => done() }, request('Create', properties));
  expect(world.answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: DEFAULT_ID });
});

test.each(['Create', 'Update'] as const)('an id that a %s newly names is looked at, as before', async (type) => {
  for (const [id, reason] of [
    ['app_user', 'holds a secret'],
    ['i-0123\n', 'control characters'],
  ]) {
    world = new World();
    world.readSecret = async () => ({ value: JSON.stringify({ username: 'app_user' }), versionId: 'v' });
    const handler = async () => done({ physicalResourceId: id });
    await world.run({ create: handler, update: handler }, request(type, { ResourceProperties: REFERENCE }));
    expect(world.answer).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining(reason) });
  }
});

test('a secret that is rotated to the id of a resource leaves it deletable, as authors see it', async () => {
  const handler = customResource({
    create: async () => done({ physicalResourceId: 'app_user' }),
    update: async () => done(),
    delete: async ({ properties }, { resolve }) => {
      await resolve(properties);
      return done();
    },
  });
  const event = { PhysicalResourceId: 'app_user', ResourceProperties: REFERENCE };
  const secrets = { Db: { username: 'app_user' } };
  for (const RequestType of ['Update', 'Delete'] as const) {
    const { answer } = await runOperation(handler, { ...event, RequestType }, { secrets });
    expect(answer).toMatchObject({ status: 'SUCCESS', physicalResourceId: 'app_user' });
  }
});

describe('in the last execution a wait that names an id', () => {
  const namesLate = (type: 'Create' | 'Update', onTimeout: AnyHandlers['onTimeout'] = async () => undefined) => {
    world.executionTimeout = 60;
    let polls = 0;
    const begin = async () => wait({}, type === 'Update' ? { physicalResourceId: 'early' } : {});
    const poll: AnyHandlers['poll'] = async (_, __, { hop }) => {
      polls += hop === 11 ? 1 : 0;
      // What came after it would be a hang, for which the responder does not know the id
      return polls > 1 ? never() : wait({}, hop === 11 ? { physicalResourceId: 'late' } : {});
    };
    return world.run({ create: begin, update: begin, poll, onTimeout }, request(type));
  };

  test('ends the operation at once with that id, by name', async () => {
    await namesLate('Create');
    expect(world.executions).toBe(12);
    expect(world.puts).toMatchObject([
      {
        Status: 'FAILED',
        PhysicalResourceId: 'late',
        Reason: expect.stringContaining('poll named a physical id in the last of 12 executions, and no other is left to go on in'),
      },
    ]);
  });

  test.each([403, 'hangs'] as const)(
    'keeps that id though onTimeout would hang and a PUT comes to %p: nothing of a Create is called any more',
    async (fate) => {
      world.lastingFates = { put: () => fate };
      await namesLate('Create', never);
      expect(world.answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'late' });
      expect(new Set(world.puts.map(({ PhysicalResourceId }) => PhysicalResourceId))).toEqual(new Set(['late']));
    },
  );

  test('keeps the present id in an Update, after onTimeout', async () => {
    const stopped: unknown[] = [];
    await namesLate('Update', async ({ physicalResourceId }) => void stopped.push(physicalResourceId));
    expect(stopped).toEqual(['late']);
    expect(world.answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'own-1' });
    expect(world.answer.Reason).toContain('last of 12 executions');
  });

  test('goes on when it is the id that is on record', async () => {
    world.executionTimeout = 60;
    let last = 0;
    const poll: AnyHandlers['poll'] = async (_, __, { hop }) => (hop === 11 && ++last === 3 ? done() : wait({}, { physicalResourceId: 'known' }));
    await world.run({ create: async () => wait({}, { physicalResourceId: 'known' }), poll }, request('Create'));
    expect(world.answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'known' });
  });

  test('hops where recursive loops are allowed, for there it is not the last', async () => {
    world.environment = { PATIENT_LAMBDA_RECURSIVE_LOOP: 'Allow' };
    world.executionTimeout = 60;
    const poll: AnyHandlers['poll'] = async (_, __, { hop }) => (hop === 12 ? done() : wait({}, hop === 11 ? { physicalResourceId: 'late' } : {}));
    await world.run({ create: async () => wait({}), poll }, request('Create'));
    expect(world.answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'late' });
  });
});

describe('what a handler sees', () => {
  /** The ids in begin, in poll and in onTimeout. */
  async function seen(type: 'Create' | 'Update' | 'Delete', named?: string) {
    const ids: unknown[] = [];
    const note = ({ physicalResourceId, previousPhysicalResourceId }: { physicalResourceId?: string; previousPhysicalResourceId?: string }) => {
      ids.push([physicalResourceId, previousPhysicalResourceId]);
    };
    const begin = async (req: never) => {
      note(req);
      return wait({}, { physicalResourceId: named });
    };
    const poll: AnyHandlers['poll'] = async (req) => {
      note(req);
      return wait({}, { afterSeconds: 3600 });
    };
    await world.run({ create: begin, update: begin, delete: begin, poll, onTimeout: async (req) => note(req) }, request(type));
    return ids;
  }

  test('of an Update that names another: that one from then on, and beside it the one that CloudFormation has', async () => {
    expect(await seen('Update', 'new-1')).toEqual([
      ['own-1', 'own-1'],
      ['new-1', 'own-1'],
      ['new-1', 'own-1'],
    ]);
    expect(world.answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'own-1' });
  });

  test('of an Update that names none: the present one', async () => {
    expect(await seen('Update')).toEqual(Array(3).fill(['own-1', 'own-1']));
  });

  test('of a Create: none, then the one that it named, and never one before', async () => {
    expect(await seen('Create', 'new-1')).toEqual([[undefined, undefined], ...Array(2).fill(['new-1', undefined])]);
  });

  test('of a Delete: the present one, and none before', async () => {
    expect(await seen('Delete')).toEqual(Array(3).fill(['own-1', undefined]));
  });

  test('in onCancel of an Update, too', async () => {
    let reads = 0;
    world.stackStatus = () => (++reads > 3 ? 'UPDATE_ROLLBACK_IN_PROGRESS' : 'UPDATE_IN_PROGRESS');
    const ids: unknown[] = [];
    const onCancel: AnyHandlers['onCancel'] = ({ physicalResourceId, previousPhysicalResourceId }) => {
      ids.push(physicalResourceId, previousPhysicalResourceId);
    };
    await world.run({ update: async () => wait({}, { physicalResourceId: 'new-1' }), poll: async () => wait({}), onCancel }, request('Update'));
    expect(ids).toEqual(['new-1', 'own-1']);
  });

  test('by runOperation', async () => {
    const handler = customResource({
      create: async () => done(),
      update: async () => wait(null, { physicalResourceId: 'new-1' }),
      delete: async () => done(),
      poll: async (req) =>
        done({ data: { Now: req.physicalResourceId ?? '', Before: req.requestType === 'Update' ? req.previousPhysicalResourceId : '' } }),
    });
    const { answer } = await runOperation(handler, { RequestType: 'Update', PhysicalResourceId: 'old-1' });
    expect(answer).toMatchObject({ status: 'SUCCESS', physicalResourceId: 'new-1', data: { Now: 'new-1', Before: 'old-1' } });
  });
});
