/**
 * What CloudFormation is told. Cases after aws-cdk's custom-resources/test/provider-framework/runtime.test.ts and
 * custom-resource-handlers/test/core/nodejs-entrypoint-handler.test.ts (Apache-2.0) are marked with (aws-cdk).
 */
import { createFailedId } from '../../../../../lambda/contract/cloudformation/answer.json';
import { defaultPhysicalResourceId } from '../../../../../lambda/custom-resource/runtime/nodejs/protocol/physical-id';
import { done, ResourceFailure, wait } from '../../../../../lambda/custom-resource/runtime/nodejs/protocol/results';
import { World } from '../../world';
import { request, STACK } from './requests';

const DEFAULT_ID = defaultPhysicalResourceId({ StackId: STACK, LogicalResourceId: 'Restore' });
const INVENTED = 'shop-Restore-1K8X3Z0QW9ABC';

let world: World;

beforeEach(() => {
  world = new World();
});

test('an answer repeats what identifies the request', async () => {
  await world.run({ create: async () => done() }, request('Create'));
  expect(world.answer).toEqual({
    Status: 'SUCCESS',
    PhysicalResourceId: DEFAULT_ID,
    StackId: STACK,
    RequestId: 'f0f0f0f0-0000-4000-8000-000000000001',
    LogicalResourceId: 'Restore',
  });
});

describe('the id', () => {
  test('of a create is the default (aws-cdk: default id)', async () => {
    expect((await world.run({ create: async () => done() }, request('Create'))).answer.PhysicalResourceId).toBe(DEFAULT_ID);
  });

  test.each(['Update', 'Delete'] as const)('of an %s is the present one (aws-cdk: default id)', async (type) => {
    const handler = async () => done();
    await world.run({ update: handler, delete: handler }, request(type));
    expect(world.answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'own-1' });
  });

  test('may change in an update (aws-cdk)', async () => {
    await world.run({ update: async () => done({ physicalResourceId: 'own-2' }) }, request('Update'));
    expect(world.answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'own-2' });
  });

  test('may be given at completion (aws-cdk)', async () => {
    await world.run({ create: async () => wait({}), poll: async () => done({ physicalResourceId: 'late' }) }, request('Create'));
    expect(world.answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'late' });
  });

  test('that a wait named is the id at completion', async () => {
    await world.run({ create: async () => wait({}, { physicalResourceId: 'early' }), poll: async () => done() }, request('Create'));
    expect(world.answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'early' });
  });

  test.each([
    ['done', done({ physicalResourceId: 'other' })],
    ['wait', wait({}, { physicalResourceId: 'other' })],
  ])("can't change in a delete, by %s (aws-cdk)", async (_, result) => {
    await world.run({ delete: async () => result, poll: async () => done() }, request('Delete'));
    expect(world.answer).toMatchObject({
      Status: 'FAILED',
      PhysicalResourceId: 'own-1',
      Reason: expect.stringContaining("can't change the physical id from 'own-1' to 'other'"),
    });
  });

  test.each([
    ['empty', '', 'non-empty'],
    ['no text', 7, 'got 7'],
    ['null', null, 'got null'],
    ['longer than CloudFormation takes', 'x'.repeat(1025), '1025 bytes'],
    ['longer in bytes', 'ü'.repeat(513), '1026 bytes'],
    ['the marker of what never came to be', createFailedId, 'never came to be'],
  ])('that is %s fails by name, and delete runs for what was made', async (_, id, reason) => {
    await world.run({ create: async () => done({ physicalResourceId: id as string }) }, request('Create'));
    expect(world.answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: DEFAULT_ID, Reason: expect.stringContaining(reason) });
  });

  test('may have 1024 bytes', async () => {
    const id = 'x'.repeat(1024);
    expect((await world.run({ create: async () => done({ physicalResourceId: id }) }, request('Create'))).answer).toMatchObject({
      Status: 'SUCCESS',
      PhysicalResourceId: id,
    });
  });
});

describe('a failure', () => {
  const thrown = async () => {
    throw new Error('no capacity left');
  };

  test('of create has the marker, and names the error and the log stream (aws-cdk: failed Create; cfn_lambda_handler.py:193 hides it)', async () => {
    await world.run({ create: thrown }, request('Create'));
    expect(world.answer).toMatchObject({
      Status: 'FAILED',
      PhysicalResourceId: createFailedId,
      Reason: expect.stringMatching(/^Error: no capacity left\nrequest id: .+, log group: group, log stream: stream\nhttps:/),
    });
  });

  test('thrown before the first await is answered too', async () => {
    await world.run(
      {
        create: () => {
          throw new TypeError('x is not a function');
        },
      },
      request('Create'),
    );
    expect(world.answer).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('TypeError: x is not a function') });
  });

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['a text', 'out of order'],
    [
      "an object that can't be shown",
      {
        get message() {
          throw new Error('no');
        },
      },
    ],
  ])('that throws %s is answered', async (_, value) => {
    await world.run(
      {
        create: async () => {
          throw value;
        },
      },
      request('Create'),
    );
    expect(world.answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: createFailedId, Reason: expect.stringContaining('log stream') });
  });

  test('names its causes', async () => {
    await world.run({ create: () => Promise.reject(new Error('restore', { cause: new RangeError('disk') })) }, request('Create'));
    expect(world.answer.Reason).toContain('Error: restore (RangeError: disk)');
  });

  test('of create that knows what was made has its id (aws-cdk #5524, #28996; crhelper #7)', async () => {
    await world.run({ create: () => Promise.reject(new ResourceFailure('half made', { physicalResourceId: 'made-1' })) }, request('Create'));
    expect(world.answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'made-1' });
  });

  test('of create whose own id is no id has the default, so that delete runs', async () => {
    await world.run({ create: () => Promise.reject(new ResourceFailure('half made', { physicalResourceId: '' })) }, request('Create'));
    expect(world.answer).toMatchObject({
      Status: 'FAILED',
      PhysicalResourceId: DEFAULT_ID,
      Reason: expect.stringMatching(/half made.*its id is not used/),
    });
  });

  test.each(['Update', 'Delete'] as const)('of %s has the present id, whatever the error says (aws-cdk #13527, #30012)', async (type) => {
    const handler = () => Promise.reject(new ResourceFailure('no', { physicalResourceId: 'other' }));
    await world.run({ update: handler, delete: handler }, request(type));
    expect(world.answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'own-1' });
  });

  test.each([
    ['with the id of the wait', wait({}, { physicalResourceId: 'named' }), 'named'],
    ['with the default id when there was none', wait({}), DEFAULT_ID],
  ])('of poll after a create comes %s (aws-cdk: poll throws; cfn_lambda_handler.py:152 loses the id)', async (_, waiting, id) => {
    await world.run({ create: async () => waiting, poll: thrown }, request('Create'));
    expect(world.answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: id, Reason: expect.stringContaining('no capacity left') });
  });

  test('of an update after a wait with a new id has the present id', async () => {
    await world.run({ update: async () => wait({}, { physicalResourceId: 'new' }), poll: thrown }, request('Update'));
    expect(world.answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'own-1' });
  });

  test.each([
    ['undefined', undefined],
    ['a plain object', { Data: {} }],
    ['a list', []],
    ['null', null],
  ])('is what returning %s is (aws-cdk: non-object result; cfn_lambda_handler.py:174)', async (_, value) => {
    await world.run({ create: async () => value as never }, request('Create'));
    expect(world.answer).toMatchObject({
      Status: 'FAILED',
      PhysicalResourceId: DEFAULT_ID,
      Reason: expect.stringContaining('return done(...) or wait(...)'),
    });
  });

  test('is a wait without a poll (cfn_lambda_handler.py:222)', async () => {
    await world.run({ create: async () => wait({}) }, request('Create'));
    expect(world.answer).toMatchObject({
      Status: 'FAILED',
      PhysicalResourceId: DEFAULT_ID,
      Reason: expect.stringContaining('the handler has no poll'),
    });
  });

  test.each([
    ['a Date', { at: new Date() }, 'state.at is a Date'],
    ['undefined', { job: undefined }, 'state.job is undefined'],
    ['NaN', [1, NaN], 'state[1] is NaN'],
    ['a function', () => 1, 'state is a function'],
    ['a Map', { m: new Map() }, 'state.m is a Map'],
  ])('is a state with %s (cfn_lambda_handler.py:54 changes it)', async (_, state, reason) => {
    await world.run({ create: async () => wait(state as never, { physicalResourceId: 'made' }), poll: async () => done() }, request('Create'));
    expect(world.answer).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining(reason) });
  });

  test('is a state that contains itself', async () => {
    const state: Record<string, unknown> = {};
    state.own = state;
    await world.run({ create: async () => wait(state as never), poll: async () => done() }, request('Create'));
    expect(world.answer.Reason).toContain('state.own contains itself');
  });

  test.each([-1, NaN, Infinity, '5'])('is a wait with afterSeconds %p', async (afterSeconds) => {
    await world.run({ create: async () => wait({}, { afterSeconds: afterSeconds as number }), poll: async () => done() }, request('Create'));
    expect(world.answer.Reason).toContain('afterSeconds must be a number, 0 or more');
  });
});

describe('a delete', () => {
  test('of what never came to be succeeds without user code (aws-cdk: Delete with marker)', async () => {
    await world.run({}, request('Delete', { PhysicalResourceId: createFailedId }));
    expect(world.answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: createFailedId });
  });

  test('has no attributes', async () => {
    await world.run({ delete: async () => done({ data: { A: '1' }, noEcho: true }) }, request('Delete'));
    expect(world.answer).not.toHaveProperty('Data');
    expect(world.answer).not.toHaveProperty('NoEcho');
    expect(world.answer.Status).toBe('SUCCESS');
  });

  test('with an id that CloudFormation made up lets the cancelled create stop first, and says that there may be an orphan', async () => {
    const began: number[] = [];
    const start = world.clock.now();
    await world.run(
      {
        delete: async ({ maybeOrphan, physicalResourceId }, { defaultPhysicalResourceId: own }) => {
          expect([maybeOrphan, physicalResourceId, own]).toEqual([true, INVENTED, DEFAULT_ID]);
          began.push(world.clock.now() - start);
          return done();
        },
      },
      request('Delete', { PhysicalResourceId: INVENTED }),
    );
    expect(world.answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: INVENTED });
    expect(began).toEqual([30_000]);
  });

  test.each([10, 30, 37, 60, 120])('of an orphan calls delete within a ServiceTimeout of %p s too', async (seconds) => {
    const ResourceProperties = { ServiceTimeout: String(seconds) };
    await world.run({ delete: async () => done() }, request('Delete', { PhysicalResourceId: INVENTED, ResourceProperties }));
    expect(world.answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: INVENTED });
  });

  test('of an orphan crosses executions that are shorter than the wait', async () => {
    world.executionTimeout = 15;
    await world.run({ delete: async () => done() }, request('Delete', { PhysicalResourceId: INVENTED }));
    expect(world.answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: INVENTED });
    expect(world.executions).toBe(3);
  });
});

describe('data', () => {
  test('is given, and masked when asked for (aws-cdk: Data, NoEcho)', async () => {
    await world.run({ create: async () => done({ data: { Arn: 'arn', Count: 3, List: ['a'] }, noEcho: true }) }, request('Create'));
    expect(world.answer).toMatchObject({ Data: { Arn: 'arn', Count: 3, List: ['a'] }, NoEcho: true });
  });

  test.each(['true', 1, 'false'])('with a noEcho of %p fails by name, and is not shown', async (noEcho) => {
    await world.run({ create: async () => done({ data: { A: 'hidden-value' }, noEcho: noEcho as never }) }, request('Create'));
    expect(world.answer).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('noEcho must be true or false') });
    expect(JSON.stringify(world.puts)).not.toContain('hidden-value');
  });

  test('of poll is given, and masked when asked for (aws-cdk: Data passed, NoEcho kept through poll)', async () => {
    await world.run({ update: async () => wait(1), poll: async () => done({ data: { A: 'b' }, noEcho: true }) }, request('Update'));
    expect(world.answer).toMatchObject({ Data: { A: 'b' }, NoEcho: true });
  });

  test.each([
    ['a list', []],
    ['a text', 'x'],
    ['null', null],
  ])('that is %s fails by name (cfn_lambda_handler.py:114 hangs)', async (_, data) => {
    await world.run({ create: async () => done({ physicalResourceId: 'made', data: data as never }) }, request('Create'));
    expect(world.answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'made', Reason: expect.stringContaining('data must be an object') });
  });

  test('may fill the 4096 bytes; one more fails by name, with the id of what was made (cfn_lambda_handler.py:207; aws-cdk #28145)', async () => {
    const handler = (length: number) => ({ create: async () => done({ physicalResourceId: 'made', data: { A: 'x'.repeat(length) } }) });
    const used = Buffer.byteLength(JSON.stringify((await new World().run(handler(0), request('Create'))).answer));
    expect((await new World().run(handler(4096 - used), request('Create'))).answer.Status).toBe('SUCCESS');
    expect((await new World().run(handler(4097 - used), request('Create'))).answer).toMatchObject({
      Status: 'FAILED',
      PhysicalResourceId: 'made',
      Reason: expect.stringContaining('4097 bytes, CloudFormation takes 4096'),
    });
  });

  test('too long counts in bytes', async () => {
    await world.run({ create: async () => done({ data: { A: 'ü'.repeat(2000) } }) }, request('Create'));
    expect(world.answer.Status).toBe('FAILED');
  });
});

test('every delivery of a request has the same token, every hop too', async () => {
  const tokens = new Set<string>();
  const note = async (_: unknown, { idempotencyToken }: { idempotencyToken: string }) => {
    tokens.add(idempotencyToken);
    return tokens.size > 5 ? done() : wait({}, { physicalResourceId: 'made' });
  };
  let polls = 0;
  await world.run(
    { create: note, poll: async (_: unknown, __, context) => (await note(_, context), ++polls > 3 ? done() : wait(polls)) },
    request('Create'),
  );
  await new World().run({ create: note, poll: async () => done() }, request('Create'));
  expect(tokens.size).toBe(1);
  expect([...tokens][0]).toMatch(/^[0-9a-f]{64}$/);
});
