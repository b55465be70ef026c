/** How much of an operation crosses from one execution to the next. */
import { continuation, continuationKey } from '../../../../../lambda/contract/custom-resource/custom-resource.json';
import { done, type Raw, wait } from '../../../../../lambda/custom-resource/runtime/nodejs';
import { World } from '../../world';
import { CREATE, DELETE, type Handlers, run, UPDATE } from './operations';
import { request } from './requests';

const large = (bytes: number): Raw => ({ Text: 'x'.repeat(bytes) });
/** Ends the execution after the first call, and polls once in the next. */
const LATER = { afterSeconds: 900 };
const { mostBytes, mostStateBytes } = continuation;

function bytesOf(payloads: readonly string[]): number[] {
  return payloads.map((payload) => Buffer.byteLength(payload));
}

const oldIn = (payload: string) =>
  (JSON.parse(payload) as Record<string, { request: { OldResourceProperties?: Raw } }>)[continuationKey].request.OldResourceProperties;

describe('old properties', () => {
  const event = { ...UPDATE, ResourceProperties: large(130_000), OldResourceProperties: large(130_000) };

  test('that no handler has asked for stay behind before anything is too large: an update and its rollback go on', async () => {
    const { answer, payloads } = await run({ parse: async (raw) => raw, update: async () => wait({}, LATER) }, event);
    expect(answer?.status).toBe('SUCCESS');
    expect(payloads.map(oldIn)).toEqual([undefined]);
    expect(bytesOf(payloads)[0]).toBeLessThanOrEqual(mostBytes);
  });

  test('cross where there is room', async () => {
    const small = { ...event, OldResourceProperties: large(100) };
    const seen: unknown[] = [];
    const poll: Handlers['poll'] = async ({ oldProperties }) => (seen.push(oldProperties), done());
    const { payloads } = await run({ update: async () => wait({}, LATER), poll }, small);
    expect(payloads.map(oldIn)).toEqual([small.OldResourceProperties]);
    expect(seen).toEqual([small.OldResourceProperties]);
  });

  test('that are asked for later, when they are gone, are an error that says why, never undefined', async () => {
    const { answer } = await run(
      { update: async () => wait({}, LATER), poll: async ({ oldProperties }) => done({ data: { Old: JSON.stringify(oldProperties) } }) },
      event,
    );
    expect(answer).toMatchObject({
      status: 'FAILED',
      physicalResourceId: 'own-1',
      reason: expect.stringMatching(/^oldProperties were left out .* read them in update/),
    });
  });

  test('stay left out in every later execution', async () => {
    let polls = 0;
    const poll: Handlers['poll'] = async ({ oldProperties }) => done({ data: { Old: JSON.stringify(oldProperties) } });
    const later: Handlers['poll'] = async (...call) => (++polls < 3 ? wait({}, LATER) : poll(...call));
    expect((await run({ update: async () => wait({}, LATER), poll: later }, event)).answer?.reason).toContain('were left out');
  });

  test.each<[string, Handlers['update']]>([
    ['by its name', async ({ oldProperties }) => (void oldProperties, wait({}, LATER))],
    ['by a copy of the request', async (req) => (void { ...req }, wait({}, LATER))],
  ])('that update has read are refused by name and size: %s', async (_, update) => {
    const { answer } = await run({ update }, event);
    expect(answer?.reason).toMatch(/has \d+ bytes, at most 240000 are possible \(.*the old properties, which the handler has read: 13\d{4}.*\): /);
    expect(answer?.reason).toMatch(/into the properties|only where they are needed/);
  });

  test('that update has read cross in every execution, however large the state becomes', async () => {
    const update: Handlers['update'] = async ({ oldProperties }) => wait({ had: Object.keys(oldProperties!) }, LATER);
    const poll: Handlers['poll'] = async () => wait({ text: 'x'.repeat(120_000) }, LATER);
    const { answer, payloads } = await run({ update, poll }, { ...event, ResourceProperties: {} });
    expect(payloads.map(oldIn)).toEqual([event.OldResourceProperties]);
    expect(answer?.reason).toContain('which the handler has read: 1300');
  });

  test('are the same object at each look, which a handler may change for itself alone', async () => {
    const seen: unknown[] = [];
    const update: Handlers['update'] = async (req) => {
      (req.oldProperties as { Name: string }).Name = 'changed';
      seen.push(req.oldProperties);
      return wait({});
    };
    await run(
      { update, poll: async ({ oldProperties }) => (seen.push(oldProperties), done()) },
      { ...UPDATE, OldResourceProperties: { Name: 'old' } },
    );
    expect(seen).toEqual([{ Name: 'changed' }, { Name: 'old' }]);
  });

  test.each([CREATE, DELETE])('are not there in a $RequestType', async (event) => {
    let seen = true;
    const look = async (req: object) => ((seen = 'oldProperties' in req), done());
    await run({ create: look, delete: look }, event);
    expect(seen).toBe(false);
  });

  test('that a continuation of an older version has are taken as they are', async () => {
    const world = new World();
    let seen: unknown;
    const update = async () => wait({}, LATER);
    await world.run({ update, poll: async ({ oldProperties }) => ((seen = oldProperties), done()) }, request('Update'));
    expect(world.payloads[0]).not.toContain('"oldProperties"');
    expect(seen).toEqual({ Name: 'old' });
  });
});

describe('what is too large', () => {
  test.each<[string, Partial<Handlers>, number, RegExp]>([
    [
      'properties',
      { create: async () => wait({}, LATER) },
      mostBytes,
      /at most 240000 are possible \(the properties: 240011; the state: 2\): .* its name into the properties\n/,
    ],
    [
      'state',
      { create: async () => wait({ text: 'x'.repeat(150_000) }, LATER) },
      100_000,
      /\(the state: 150011; the properties: 100011\): .* its name into the state\n/,
    ],
  ])('is named with its size, and what to do: %s', async (_, handlers, size, reason) => {
    const { answer } = await run(handlers, { ...CREATE, ResourceProperties: large(size) });
    expect(answer).toMatchObject({ status: 'FAILED', reason: expect.stringMatching(reason) });
  });

  test('a state is refused at once, with the id that was named, though no hop is near', async () => {
    const state = (bytes: number) => 'x'.repeat(bytes - 2);
    expect((await run({ create: async () => wait(state(mostStateBytes), LATER) })).answer?.status).toBe('SUCCESS');
    expect((await run({ create: async () => wait(state(mostStateBytes + 1), { physicalResourceId: 'made' }) })).answer).toMatchObject({
      status: 'FAILED',
      physicalResourceId: 'made',
      reason: expect.stringContaining('the state has 200001 bytes, at most 200000 are possible: put what is large elsewhere'),
    });
  });

  test('properties of a delete are no obstacle while one execution is enough', async () => {
    const { answer, executions } = await run({ delete: async () => wait({}) }, { ...DELETE, ResourceProperties: large(250_000) });
    expect([answer?.status, executions]).toEqual(['SUCCESS', 1]);
  });

  test('a continuation as large as may be crosses', async () => {
    const fits = async (size: number) =>
      (await run({ create: async () => wait({}, LATER) }, { ...CREATE, ResourceProperties: large(size) })).payloads;
    const [around] = bytesOf(await fits(0));
    expect(bytesOf(await fits(mostBytes - around))).toEqual([mostBytes]);
    expect(await fits(mostBytes - around + 1)).toEqual([]);
  });
});
