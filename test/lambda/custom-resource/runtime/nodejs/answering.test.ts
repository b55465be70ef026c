/** From the operation to the answer, and what is left to the responder when CloudFormation does not take it. */
import { done, wait } from '../../../../../lambda/custom-resource/runtime/nodejs/protocol/results';
import type { OperationContext } from '../../../../../lambda/custom-resource/runtime/nodejs/types';
import { type Fate, World } from '../../world';
import { request, START } from './requests';

const MADE = { create: async () => done({ physicalResourceId: 'made' }) };

test.each<[string, Fate[]]>([
  ['server errors', [500, 503, 429]],
  ['network errors', ['fails', 'fails']],
  ['silence', ['hangs', 'hangs']],
])('%s are outlasted (cfn_lambda_handler.py:37 tries once; aws-cdk: util.withRetries)', async (_, fates) => {
  const world = new World();
  world.putFates = [...fates];
  await world.run(MADE, request('Create'));
  expect(world.answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'made' });
  expect(world.puts).toHaveLength(fates.length + 1);
  expect(world.records).toEqual([]);
});

test('the answer is repeated until shortly before the end of the execution, then the responder repeats it', async () => {
  const world = new World();
  const failing: Fate[] = [];
  world.putFates = failing;
  world.lastingFates = { put: () => 503 };
  await world.run(MADE, request('Create'));
  const last = world.putTimes.filter((time) => time <= START + 892_500).at(-1)!;
  expect(last).toBeGreaterThan(START + 886_000);
  expect(world.records).toMatchObject([{ responsePayload: { errorType: 'AnswerNotDelivered' } }]);
  expect(world.answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'made' });
});

test('an answer that is given shortly before the margin has the time that one at the margin has', async () => {
  const world = new World();
  world.putFates = [503, 503, 503];
  await world.run({ create: async () => (await world.clock.sleep(869_900), done({ physicalResourceId: 'made' })) }, request('Create'));
  expect(world.answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'made' });
  expect(world.records).toEqual([]);
});

test('403 is not repeated but left to the responder, with status and id (crhelper takes it for success)', async () => {
  const world = new World();
  world.putFates = [403];
  await world.run({ create: async () => wait({}), poll: () => Promise.reject(new Error('the real error')) }, request('Create'));
  expect(world.puts).toHaveLength(2);
  expect(world.puts[1]).toMatchObject({
    Status: world.puts[0].Status,
    PhysicalResourceId: world.puts[0].PhysicalResourceId,
    Reason: expect.stringContaining('the real error'),
  });
});

test.each(['Create', 'Update'] as const)(
  'a success with attributes that could not be delivered becomes a failure of the %s: they are gone',
  async (type) => {
    const world = new World();
    world.putFates = [403];
    const handler = async () => done({ physicalResourceId: 'made', data: { Key: 'top-secret-value' } });
    await world.run({ create: handler, update: handler }, request(type));
    expect(world.answer).toMatchObject({
      Status: 'FAILED',
      PhysicalResourceId: type === 'Create' ? 'made' : 'own-1',
      Reason: expect.stringContaining('answered 403'),
    });
    expect(JSON.stringify(world.records)).not.toContain('top-secret-value');
  },
);

test('an answer that was taken but not acknowledged is the only one', async () => {
  const world = new World();
  world.putFates = ['takes effect, then fails'];
  await world.run(MADE, request('Create'));
  expect(world.answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'made' });
  expect(new Set(world.puts.map(({ Status, PhysicalResourceId }) => `${Status} ${PhysicalResourceId}`)).size).toBe(1);
});

test('what is said of a failed delivery keeps the ResponseURL to itself', async () => {
  const world = new World();
  world.putFates = Array<Fate>(1000).fill('fails');
  await world.run(MADE, request('Create'));
  const left = (world.records[0] as { responsePayload: { errorMessage: string } }).responsePayload.errorMessage;
  expect(left).toContain('ECONNRESET');
  expect(left + world.log).not.toContain('5e17ed');
});

test('one line for each execution tells what comes next', async () => {
  const world = new World();
  await world.run({ create: async () => wait({}, { afterSeconds: 900 }), poll: async () => done() }, request('Create'));
  const lines = world.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines.map(({ hop, next, elapsed, runtime }) => [hop, next, elapsed, runtime])).toEqual([
    [0, 'HOP', 870_000, 'nodejs'],
    [1, 'SUCCESS', 900_000, 'nodejs'],
  ]);
});

test.each(['Create', 'Update', 'Delete'] as const)(
  'a log that cannot be written, for code has replaced standard output, keeps no %s from its answer',
  async (type) => {
    const world = new World();
    world.lines.push = () => {
      throw new Error('write EPIPE');
    };
    const handler = async (_: unknown, { log }: OperationContext) => {
      log.info('begins');
      return wait({});
    };
    await world.run({ create: handler, update: handler, delete: handler, poll: async () => done() }, request(type));
    expect(world.answer.Status).toBe('SUCCESS');
    expect(world.records).toEqual([]);
  },
);
