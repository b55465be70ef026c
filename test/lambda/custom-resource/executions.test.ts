import { executions, times } from '../../../lambda/contract/custom-resource/custom-resource.json';
import { wait } from '../../../lambda/custom-resource/runtime/nodejs/protocol/results';
import type { AnyHandlers } from '../../../lambda/custom-resource/runtime/nodejs/types';
import { request } from './runtime/nodejs/requests';
import { World } from './world';

const SECOND = 1000;
/** Of an operation that takes all the time it may, in seconds. */
const OPERATION = 3540;
const IN_TIME = /^timed out: poll was not finished 3540 s after the request/;
const EARLY = /^the operation would need execution number 13/;

/** The length of an execution of which the operation takes so many, with polls that take so many seconds: what docs/custom-resources.md says. */
function enough(counted: number, poll: number): number {
  return Math.ceil(OPERATION / counted + times.margin.most / SECOND + 2 * poll);
}

/** Why a Create that polls to the end has failed. */
async function reasonOf(
  executionTimeout: number,
  poll: number,
  options: { physicalResourceId?: string; afterSeconds?: number } = {},
): Promise<string> {
  const { afterSeconds, ...named } = options;
  const world = Object.assign(new World(), { executionTimeout });
  const create: AnyHandlers['create'] = async () => wait({}, named);
  const takesTime: AnyHandlers['poll'] = async (_, __, { signal }) => {
    await world.clock.sleep(poll * SECOND, signal);
    return wait({}, { afterSeconds });
  };
  await world.run({ create, poll: takesTime }, request('Create'));
  return world.answer.Reason!;
}

describe.each([1, 10, 40, 80, 160, 274])('with polls of %i s an operation of 3540 s', (poll) => {
  const sleeps = poll < 40 ? [undefined] : [undefined, 1, 15];

  test('takes 12 executions of (3540 / 12 + 30 + twice that) s at most', async () => {
    for (const afterSeconds of sleeps) {
      expect(await reasonOf(Math.min(900, enough(executions.most, poll)), poll, { afterSeconds })).toMatch(IN_TIME);
    }
  });

  test('takes 11 more of (3540 / 11 + 30 + twice that) s at most, once a wait has named an id', async () => {
    for (const afterSeconds of sleeps) {
      expect(await reasonOf(enough(executions.most - 1, poll), poll, { afterSeconds, physicalResourceId: 'db-1' })).toMatch(IN_TIME);
    }
  });
});

test.each([
  [352, 10],
  [360, 40],
  [410, 40],
  [474, 80],
])('is answered early in executions of %i s with polls of %i s: what does not fit twice before a margin is left over', async (execution, poll) => {
  const options = [undefined, 1, 3, 7, 15].map((afterSeconds) => ({ afterSeconds, physicalResourceId: 'db-1' }));
  const reasons = await Promise.all(options.map(async (one) => reasonOf(execution, poll, one)));
  expect(reasons).toContainEqual(expect.stringMatching(EARLY));
});
