/**
 * Lifecycles as sequences of requests, after CloudFormation's contract (reference 1.1 to 1.3): what it sends next depends on what it was told.
 * The handler keeps what exists; a lifecycle ends with nothing left and nothing deleted that was needed.
 */
import type { CloudFormationRequest } from '../../../lambda/cloudformation/request';
import { createFailedId } from '../../../lambda/contract/cloudformation/answer.json';
import { done, ResourceFailure, wait } from '../../../lambda/custom-resource/runtime/nodejs/protocol/results';
import type { AnyHandlers } from '../../../lambda/custom-resource/runtime/nodejs/types';
import { request, START } from './runtime/nodejs/requests';
import { type Told, World } from './world';

type Properties = Record<string, string>;

/** The part of a stack that sends requests for one resource. */
class Stack {
  readonly things = new Map<string, Properties>();
  readonly calls: string[] = [];
  id?: string;
  private requests = 0;

  constructor(private readonly change: Partial<AnyHandlers> = {}) {}

  create(properties: Properties = {}): Promise<Told> {
    return this.send('Create', properties);
  }

  update(properties: Properties, old: Properties): Promise<Told> {
    return this.send('Update', properties, { PhysicalResourceId: this.id, OldResourceProperties: old });
  }

  /** Also what follows a failed create and a replacement. */
  delete(properties: Properties = {}, id = this.id): Promise<Told> {
    return this.send('Delete', properties, { PhysicalResourceId: id });
  }

  private async send(type: CloudFormationRequest['RequestType'], properties: Properties, fields: Partial<CloudFormationRequest> = {}): Promise<Told> {
    const world = new World();
    await world.run(this.handlers(), request(type, { RequestId: `r-${++this.requests}`, ResourceProperties: properties, ...fields }));
    return world.answer;
  }

  private handlers(): Partial<AnyHandlers> {
    const { things, calls } = this;
    const named = (properties: unknown) => (properties as Properties).Name;
    return {
      create: async ({ properties }) => {
        calls.push('create');
        things.set(named(properties), properties as Properties);
        return wait({ name: named(properties) }, { physicalResourceId: named(properties), afterSeconds: 600 });
      },
      update: async ({ properties, physicalResourceId }) => {
        calls.push('update');
        things.set(named(properties), properties as Properties);
        const name = named(properties);
        return name === physicalResourceId ? done() : wait({ name }, { physicalResourceId: name, afterSeconds: 600 });
      },
      delete: async ({ physicalResourceId }) => {
        calls.push(`delete ${physicalResourceId}`);
        things.delete(physicalResourceId);
        return done();
      },
      poll: async () => done(),
      ...this.change,
    };
  }
}

test('create, update in place, replacement with clean-up, delete', async () => {
  const stack = new Stack();
  const created = await stack.create({ Name: 'a', Size: '1' });
  expect(created).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'a' });
  stack.id = created.PhysicalResourceId;
  expect(await stack.update({ Name: 'a', Size: '2' }, { Name: 'a', Size: '1' })).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'a' });
  const replaced = await stack.update({ Name: 'b', Size: '2' }, { Name: 'a', Size: '2' });
  expect(replaced).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'b' });
  expect(await stack.delete({ Name: 'a' }, 'a')).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'a' });
  expect([...stack.things.keys()]).toEqual(['b']);
  expect(await stack.delete({ Name: 'b' }, 'b')).toMatchObject({ Status: 'SUCCESS' });
  expect(stack.things.size).toBe(0);
});

test('a failed update keeps the old id, and rolls back to the old properties', async () => {
  const stack = new Stack();
  stack.id = (await stack.create({ Name: 'a', Size: '1' })).PhysicalResourceId;
  const failing = new Stack({ update: () => Promise.reject(new ResourceFailure('no room', { physicalResourceId: 'half' })) });
  failing.id = stack.id;
  expect(await failing.update({ Name: 'b', Size: 'x' }, { Name: 'a', Size: '1' })).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'a' });
  // Then the properties come swapped; `parse` sees the old ones as new, and never the bad ones
  const parsed: unknown[] = [];
  const back = new Stack({ parse: (raw) => (parsed.push(raw.Size), raw) });
  back.id = stack.id;
  expect(await back.update({ Name: 'a', Size: '1' }, { Name: 'b', Size: 'x' })).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'a' });
  expect(parsed).toEqual(['1']);
});

test('a replacement that rolls back deletes the new one alone', async () => {
  const stack = new Stack();
  stack.id = (await stack.create({ Name: 'a' })).PhysicalResourceId;
  stack.id = (await stack.update({ Name: 'b' }, { Name: 'a' })).PhysicalResourceId;
  stack.id = (await stack.update({ Name: 'a' }, { Name: 'b' })).PhysicalResourceId;
  await stack.delete({ Name: 'b' }, 'b');
  expect([...stack.things.keys()]).toEqual(['a']);
  expect(stack.id).toBe('a');
});

test('a create that threw is deleted without user code', async () => {
  const stack = new Stack({ create: () => Promise.reject(new Error('no')) });
  const failed = await stack.create({ Name: 'a' });
  expect(failed.PhysicalResourceId).toBe(createFailedId);
  expect(await stack.delete({ Name: 'a' }, failed.PhysicalResourceId)).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: createFailedId });
  expect(stack.calls).toEqual([]);
});

test('a create that failed half made is cleaned up by its own id', async () => {
  const stack = new Stack({ poll: () => Promise.reject(new Error('broken')) });
  const failed = await stack.create({ Name: 'a' });
  expect(failed).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'a' });
  await stack.delete({ Name: 'a' }, failed.PhysicalResourceId);
  expect(stack.calls).toEqual(['create', 'delete a']);
  expect(stack.things.size).toBe(0);
});

test('deleted twice is deleted once', async () => {
  const stack = new Stack();
  stack.id = (await stack.create({ Name: 'a' })).PhysicalResourceId;
  await stack.delete({ Name: 'a' });
  expect(await stack.delete({ Name: 'a' })).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'a' });
});

test('a create that was cancelled stops before the delete with an invented id runs', async () => {
  const world = new World();
  const made = new Set<string>();
  const order: string[] = [];
  const seconds = () => (world.clock.now() - START) / 1000;
  world.stackStatus = () => (seconds() >= 40 ? 'ROLLBACK_IN_PROGRESS' : 'CREATE_IN_PROGRESS');
  await world.run(
    {
      create: async (_, { defaultPhysicalResourceId: id }) => {
        made.add(id);
        return wait({ id });
      },
      poll: async () => wait({}),
      onCancel: async () => {
        order.push(`stopped ${seconds()}`);
      },
    },
    request('Create'),
  );
  // CloudFormation sends it 2 s after the cancel, before the other execution has noticed
  const clean = new World();
  await clean.clock.sleep(42_000);
  await clean.run(
    {
      delete: async ({ maybeOrphan }, { defaultPhysicalResourceId: id }) => {
        order.push(`deleted ${(clean.clock.now() - START) / 1000} ${maybeOrphan}`);
        made.delete(id);
        return done();
      },
    },
    request('Delete', { PhysicalResourceId: 'shop-Restore-1K8X3Z0QW9ABC' }),
  );
  expect(order).toEqual(['stopped 45', 'deleted 72 true']);
  expect(made.size).toBe(0);
  expect(world.puts).toEqual([]);
  expect(clean.answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'shop-Restore-1K8X3Z0QW9ABC' });
});

test.each(['Create', 'Update'] as const)(
  'a %s that is delivered twice makes one thing, when the token is passed on, and is answered alike',
  async (type) => {
    const made = new Map<string, string>();
    const world = new World();
    const make: AnyHandlers['create'] = async (_, { idempotencyToken }) => {
      // As services do with a client token
      made.set(idempotencyToken, made.get(idempotencyToken) ?? `thing-${made.size + 1}`);
      return wait({}, { physicalResourceId: made.get(idempotencyToken) });
    };
    await world.run({ create: make, update: make as never, poll: async () => done() }, request(type), request(type));
    expect(made.size).toBe(1);
    // The second answer is refused, and repeated by the responder
    expect(world.puts.map(({ Status, PhysicalResourceId }) => [Status, PhysicalResourceId])).toEqual(Array(3).fill(['SUCCESS', 'thing-1']));
  },
);

test('a request id that a retried deployment uses again, with other properties, has another token (aws-cdk #35957)', async () => {
  const tokens = new Set<string>();
  for (const properties of [{ Name: 'a' }, { Name: 'b' }]) {
    const create: AnyHandlers['create'] = async (_, { idempotencyToken }) => {
      tokens.add(idempotencyToken);
      return done();
    };
    await new World().run({ create }, request('Create', { ResourceProperties: properties }));
  }
  expect(tokens.size).toBe(2);
});
