/** The conversion of properties, when it takes time. */
import { createFailedId } from '../../../../../lambda/contract/cloudformation/answer.json';
import { type Raw, wait } from '../../../../../lambda/custom-resource/runtime/nodejs';
import { World } from '../../world';
import { CREATE, DEFAULT_ID, type Handlers, nothing, run, UPDATE } from './operations';
import { request } from './requests';

describe('an async parse', () => {
  const parse = async ({ Name }: Raw) => {
    await Promise.resolve();
    if (typeof Name !== 'string') {
      throw new Error(`Name must be a string, got ${JSON.stringify(Name)}`);
    }
    return { name: Name };
  };
  const named = { ...CREATE, ResourceProperties: { Name: 'ann' } };

  test('is awaited before each call', async () => {
    const seen: unknown[] = [];
    const note = async ({ properties }: { properties: Raw }) => void seen.push(properties);
    const handlers = {
      parse,
      create: async (req: never) => (await note(req), wait({})),
      poll: async (req: never) => (await note(req), wait({})),
      onTimeout: note,
    };
    await run(handlers, named, { executionTimeoutSeconds: 60, environment: { PATIENT_LAMBDA_SERVICE_TIMEOUT: '60' } });
    expect(seen.length).toBeGreaterThan(2);
    expect(seen).toEqual(seen.map(() => ({ name: 'ann' })));
  });

  test('is awaited in onCancel', async () => {
    let seen: unknown;
    let reads = 0;
    const handlers: Partial<Handlers> = {
      parse,
      create: async () => wait({}),
      poll: async () => wait({}),
      onCancel: async ({ properties }) => (seen = properties),
    };
    await run(handlers, named, { stackStatus: () => (++reads > 1 ? 'ROLLBACK_IN_PROGRESS' : 'CREATE_IN_PROGRESS') });
    expect(seen).toEqual({ name: 'ann' });
  });

  test.each([CREATE, UPDATE])('that rejects fails a $RequestType by its reason, before the handler is called', async (event) => {
    const called = jest.fn(nothing);
    const { answer } = await run({ parse, create: called, update: called }, event);
    expect(answer).toMatchObject({
      status: 'FAILED',
      physicalResourceId: event.RequestType === 'Create' ? createFailedId : 'own-1',
      reason: expect.stringContaining('Error: Name must be a string, got undefined'),
    });
    expect(called).not.toHaveBeenCalled();
  });

  test('that settles when nobody waits any more begins no call', async () => {
    const world = new World();
    const called = jest.fn(nothing);
    // Between the answer at the margin and the end of the process
    const late = async (raw: Raw) => (await world.clock.alarm(870_500), raw);
    await world.run({ parse: late, create: called }, request('Create'));
    expect(world.answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: DEFAULT_ID });
    expect(world.records).toEqual([]);
    expect(called).not.toHaveBeenCalled();
  });
});
