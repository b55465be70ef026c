/** Functions of CDK's Provider in the runtime, beyond what the framework's own tests say (provider-framework.test.ts). */
import type { CloudFormationCustomResourceEvent } from 'aws-lambda';

import {
  customResource,
  fromOnEvent,
  type IsCompleteResponse,
  type OnEventRequest,
  type OnEventState,
  type OperationContext,
} from '../../../../../lambda/custom-resource/runtime/nodejs';
import { runOperation } from '../../../../../lambda/custom-resource/runtime/nodejs/testing/run-operation';
import { World } from '../../world';
import { request, START } from './requests';

const DEFAULT_ID = /^shop-Restore-[0-9a-f]{16}$/;
const complete = async (): Promise<IsCompleteResponse> => ({ IsComplete: true });

let world: World;

beforeEach(() => {
  world = new World();
});

/** CloudFormation's answer when onEvent returns this and isComplete that. */
async function answer(type: 'Create' | 'Update' | 'Delete', begun: unknown, completed: unknown = { IsComplete: true }) {
  const functions = { onEvent: async () => begun as object, isComplete: async () => completed as IsCompleteResponse };
  return (await world.run(fromOnEvent(functions), request(type))).answer;
}

describe('between onEvent and isComplete', () => {
  test.each<[string, (event: OnEventRequest) => object]>([
    ['a copy', (event) => ({ ...event, PhysicalResourceId: 'made', Job: 'j-1' })],
    ['the very one', (event) => Object.assign(event, { PhysicalResourceId: 'made', Job: 'j-1' })],
  ])('the event does not cross, though onEvent returns it: %s', async (_, onEvent) => {
    const isComplete = jest.fn(complete);
    world.readSecret = () => Promise.resolve({ value: 'correct horse', versionId: 'v' });
    const ResourceProperties = { Name: 'orders', Password: '{{resolve:secretsmanager:Db}}' };
    await world.run(fromOnEvent({ onEvent: async (event) => onEvent(event), isComplete }), request('Create', { ResourceProperties }));
    expect(world.answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'made' });
    expect(isComplete.mock.calls).toEqual([
      [
        expect.objectContaining({ RequestType: 'Create', ResourceProperties: { Name: 'orders', Password: 'correct horse' }, Job: 'j-1' }),
        expect.anything(),
      ],
    ]);
    expect(world.payloads.join('')).not.toContain('correct horse');
  });

  test('what onEvent changed in the event does cross', async () => {
    const isComplete = jest.fn(complete);
    const onEvent = async ({ ResourceProperties, ...event }: OnEventRequest) => ({
      ...event,
      ResourceProperties: { ...ResourceProperties, Name: ResourceProperties.Name.toUpperCase() as string },
    });
    await world.run(fromOnEvent({ onEvent, isComplete }), request('Create'));
    expect(isComplete).toHaveBeenCalledWith(expect.objectContaining({ ResourceProperties: { Name: 'ORDERS' } }), expect.anything());
  });

  test('members that are undefined are left out, at any depth', async () => {
    const begun = { PhysicalResourceId: 'made', Data: { A: '1', B: undefined }, Job: { id: 'j-1', error: undefined }, Token: undefined };
    expect(await answer('Create', begun, { IsComplete: true, PhysicalResourceId: undefined, Data: { C: undefined } })).toMatchObject({
      Status: 'SUCCESS',
      PhysicalResourceId: 'made',
      Data: { A: '1' },
    });
  });

  test.each<[string, unknown]>([
    ['Since is a Date', { Since: new Date(0) }],
    ['Jobs[1].since is a Map', { Jobs: [1, { since: new Map() }] }],
    ['Self.self.self contains itself', { Self: cyclic() }],
    ['Then is a function', { Then: () => undefined }],
  ])('what is not JSON is FAILED by its path, and what was made is deleted: %s', async (path, fields) => {
    expect(await answer('Create', { PhysicalResourceId: 'made', ...(fields as object) })).toMatchObject({
      Status: 'FAILED',
      PhysicalResourceId: 'made',
      Reason: expect.stringContaining(`state.onEvent.${path}`),
    });
  });

  test('a secret that was resolved can not cross', async () => {
    world.readSecret = () => Promise.resolve({ value: 'correct horse', versionId: 'v' });
    const onEvent = async (event: OnEventRequest) => ({ Login: `admin:${event.ResourceProperties.Password}` });
    const ResourceProperties = { Password: '{{resolve:secretsmanager:Db}}' };
    await world.run(fromOnEvent({ onEvent, isComplete: complete }), request('Create', { ResourceProperties }));
    expect(world.answer).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('state.onEvent.Login holds a secret') });
  });
});

function cyclic(): object {
  const self: { self?: object } = {};
  return Object.assign(self, { self });
}

test('an Update shows both functions the old properties, and asks isComplete at once', async () => {
  const [onEvent, isComplete] = [jest.fn(async (_: object) => undefined), jest.fn(complete)];
  await world.run(fromOnEvent({ onEvent, isComplete }), request('Update'));
  const event = expect.objectContaining({
    ResourceProperties: { Name: 'orders' },
    OldResourceProperties: { Name: 'old' },
    PhysicalResourceId: 'own-1',
  });
  expect([onEvent.mock.calls, isComplete.mock.calls]).toEqual([[[event, expect.anything()]], [[event, expect.anything()]]]);
  expect(world.putTimes).toEqual([START]);
});

describe('ids', () => {
  test.each([undefined, null, ''])('an id of %p is none: that of a Create is the default, which isComplete sees', async (PhysicalResourceId) => {
    const isComplete = jest.fn(complete);
    await world.run(fromOnEvent({ onEvent: async () => ({ PhysicalResourceId }) as object, isComplete }), request('Create'));
    expect(world.answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: expect.stringMatching(DEFAULT_ID) });
    expect(isComplete).toHaveBeenCalledWith(expect.objectContaining({ PhysicalResourceId: world.answer.PhysicalResourceId }), expect.anything());
  });

  test('an isComplete that throws leaves a Create the id of onEvent, else the default, so that the Delete comes', async () => {
    const isComplete = () => Promise.reject(new Error('no capacity'));
    await world.run(fromOnEvent({ onEvent: async () => ({}), isComplete }), request('Create'));
    expect(world.answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: expect.stringMatching(DEFAULT_ID) });
  });

  test('isComplete can not change the id in a Delete', async () => {
    expect(await answer('Delete', {}, { IsComplete: true, PhysicalResourceId: 'another' })).toMatchObject({
      Status: 'FAILED',
      PhysicalResourceId: 'own-1',
      Reason: expect.stringContaining("can't change the physical id"),
    });
  });
});

describe('attributes', () => {
  test.each<[string, object, object]>([
    ['of onEvent', { Data: 'ann' }, {}],
    ['of isComplete', { Data: { Name: 'ann' } }, { Data: ['ann'] }],
  ])('that are not an object are FAILED: %s', async (_, begun, completed) => {
    expect(await answer('Create', { PhysicalResourceId: 'made', ...begun }, { IsComplete: true, ...completed })).toMatchObject({
      Status: 'FAILED',
      PhysicalResourceId: 'made',
      Reason: expect.stringContaining('data must be an object of attributes, got a'),
    });
  });

  test('of isComplete come before those of onEvent', async () => {
    expect((await answer('Create', { Data: { A: '1', B: '1' } }, { IsComplete: true, Data: { B: '2' } })).Data).toEqual({ A: '1', B: '2' });
  });

  test('are masked when isComplete alone says so, which the framework overlooks', async () => {
    expect(await answer('Create', { Data: { A: '1' } }, { IsComplete: true, NoEcho: true })).toMatchObject({ Data: { A: '1' }, NoEcho: true });
  });

  test('are none when neither gives any', async () => {
    expect(await answer('Create', { Data: null }, { IsComplete: true })).not.toHaveProperty('Data');
  });

  test('may be an empty object before the end', async () => {
    const isComplete = jest.fn(complete).mockResolvedValueOnce({ IsComplete: false, Data: {} });
    await world.run(fromOnEvent({ onEvent: async () => ({}), isComplete }), request('Create'));
    expect(world.answer.Status).toBe('SUCCESS');
  });
});

describe('isComplete', () => {
  test.each([undefined, null, true, 'yes', []])('that returns %p is FAILED', async (returned) => {
    const isComplete = async () => returned as unknown as IsCompleteResponse;
    await world.run(fromOnEvent({ onEvent: async () => ({}), isComplete }), request('Update'));
    expect(world.answer).toMatchObject({ Status: 'FAILED', Reason: expect.stringMatching(/isComplete returned .*; return { IsComplete: true }/) });
  });

  test('that is throttled is called again, where the framework fails', async () => {
    const throttled = Object.assign(new Error('slow down'), { name: 'ThrottlingException' });
    const isComplete = jest.fn(complete).mockRejectedValueOnce(throttled);
    await world.run(fromOnEvent({ onEvent: async () => ({}), isComplete }), request('Create'));
    expect(world.answer.Status).toBe('SUCCESS');
  });

  test('is looked for: a deployment in the midst of an operation may have taken it away', async () => {
    const functions: { onEvent: () => Promise<object>; isComplete?: () => Promise<IsCompleteResponse> } = {
      onEvent: async () => ({ PhysicalResourceId: 'made' }),
      isComplete: complete,
    };
    world.beforeInvoke = () => delete functions.isComplete;
    await world.run(fromOnEvent(functions), request('Create'));
    expect(world.answer).toMatchObject({
      Status: 'FAILED',
      PhysicalResourceId: 'made',
      Reason: expect.stringContaining('begun by code with isComplete'),
    });
  });
});

describe('a handler of such functions', () => {
  test('is tested as any other', async () => {
    const isComplete = jest.fn(complete).mockResolvedValueOnce({ IsComplete: false });
    const handler = customResource(fromOnEvent({ onEvent: async () => ({ PhysicalResourceId: 'made', Job: 'j-1' }), isComplete }));
    const { answer: told, payloads } = await runOperation(handler, { RequestType: 'Create' });
    expect(told).toMatchObject({ status: 'SUCCESS', physicalResourceId: 'made' });
    expect(payloads).toEqual([expect.stringContaining('"state":{"onEvent":{"PhysicalResourceId":"made","Job":"j-1"}}')]);
  });

  test('gives them the context of this library', async () => {
    const contexts: OperationContext[] = [];
    const onEvent = async (_: unknown, context: OperationContext) => void contexts.push(context);
    const isComplete = async (_: unknown, context: OperationContext) => (contexts.push(context), complete());
    await runOperation(customResource(fromOnEvent({ onEvent, isComplete })), { RequestType: 'Create' });
    expect(contexts.map(({ hop, idempotencyToken }) => [hop, idempotencyToken.length])).toEqual(Array(2).fill([0, 64]));
  });

  test('calls methods of an object as methods', async () => {
    class Provider {
      private readonly id = 'made';

      async onEvent() {
        return { PhysicalResourceId: this.id };
      }
    }
    expect((await runOperation(customResource(fromOnEvent(new Provider())), { RequestType: 'Create' })).answer?.physicalResourceId).toBe('made');
  });

  test('may have what the framework lacks, and be one of many', async () => {
    const jobs: unknown[] = [];
    const slow = fromOnEvent({ onEvent: async () => ({ Job: 'j-1' }), isComplete: async () => ({ IsComplete: false }) });
    const handler = customResource({
      'Custom::Slow': { ...slow, onTimeout: (_: unknown, state?: OnEventState) => void jobs.push(state?.onEvent) },
      'Custom::Fast': fromOnEvent({ onEvent: async () => undefined }),
    });
    expect((await runOperation(handler, { RequestType: 'Create', ResourceType: 'Custom::Slow' })).answer?.status).toBe('FAILED');
    expect((await runOperation(handler, { RequestType: 'Create', ResourceType: 'Custom::Fast' })).answer?.status).toBe('SUCCESS');
    expect(jobs).toEqual([{ Job: 'j-1' }]);
  });

  test.each<[string, unknown]>([
    ['undefined and undefined', {}],
    ['undefined and a function', { isComplete: complete }],
    ['a function and an object', { onEvent: complete, isComplete: {} }],
  ])('fails at load when one is not a function: %s', (kinds, functions) => {
    expect(() => fromOnEvent(functions as never)).toThrow(`fromOnEvent() takes functions, { onEvent, isComplete? }; got ${kinds}`);
  });
});

describe('types', () => {
  test("take functions that declare aws-lambda's event", async () => {
    const onEvent = async (event: CloudFormationCustomResourceEvent) => ({
      PhysicalResourceId: event.RequestType === 'Create' ? 'made' : event.PhysicalResourceId,
    });
    const { answer: told } = await runOperation(customResource(fromOnEvent({ onEvent })), { RequestType: 'Create' });
    expect(told?.physicalResourceId).toBe('made');
  });

  test('take functions that declare an event of their own, and what onEvent returns as an interface', async () => {
    interface Began {
      readonly PhysicalResourceId?: string;
      readonly Job: string;
    }
    const onEvent = async (_: { readonly RequestType: string; readonly ResourceProperties: Record<string, string> }): Promise<Began> => ({
      Job: 'j',
    });
    const isComplete = async ({ Job }: { readonly RequestType: string } & Began) => ({ IsComplete: Job === 'j' });
    const { answer: told } = await runOperation(customResource(fromOnEvent({ onEvent, isComplete })), { RequestType: 'Create' });
    expect(told?.status).toBe('SUCCESS');
  });

  test('infer the events of functions that declare none', () => {
    fromOnEvent({
      onEvent: async ({ RequestType, ResourceProperties, PhysicalResourceId }) => {
        const type: 'Create' | 'Update' | 'Delete' = RequestType;
        // @ts-expect-error a Create has none
        const id: string = PhysicalResourceId;
        return { PhysicalResourceId: id, Job: `${type} ${ResourceProperties.Name}` };
      },
      isComplete: async ({ PhysicalResourceId, Job }) => {
        const id: string = PhysicalResourceId;
        return { IsComplete: id === Job };
      },
    });
  });

  test("refuse Lambda's context, and results that are not right", () => {
    // @ts-expect-error the context is this library's
    fromOnEvent({ onEvent: async (_: object, context: { readonly awsRequestId: string }) => ({ PhysicalResourceId: context.awsRequestId }) });
    // @ts-expect-error an id is a string
    fromOnEvent({ onEvent: async () => ({ PhysicalResourceId: 7 }) });
    // @ts-expect-error IsComplete is missing
    fromOnEvent({ onEvent: async () => ({}), isComplete: async () => ({ Data: {} }) });
  });
});
