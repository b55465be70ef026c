/**
 * Exactly one status and id: whatever ends the process, wherever, CloudFormation gets an answer, and one that is repeated says the same.
 * The process ends at a step that has an effect outside; the real responder gets Lambda's record of it.
 */
import * as fc from 'fast-check';

import type { CloudFormationRequest } from '../../../lambda/cloudformation/request';
import { createFailedId } from '../../../lambda/contract/cloudformation/answer.json';
import { defaultPhysicalResourceId } from '../../../lambda/custom-resource/runtime/nodejs/protocol/physical-id';
import { done, ResourceFailure, wait } from '../../../lambda/custom-resource/runtime/nodejs/protocol/results';
import { request, STACK } from './runtime/nodejs/requests';
import { type Fate, never, World } from './world';

const DEFAULT_ID = defaultPhysicalResourceId({ StackId: STACK, LogicalResourceId: 'Restore' });
const RUNS = 60;

// A bound for a machine that is busy, no expectation
jest.setTimeout(60_000);

type Ending = 'done' | 'throws' | 'fails with an id' | 'hangs' | 'throws uncaught' | 'throws an id uncaught';

const scenario = fc.record({
  type: fc.constantFrom<CloudFormationRequest['RequestType']>('Create', 'Update', 'Delete'),
  /** Seconds between polls of each wait; none for an operation that ends at once. */
  waits: fc.array(fc.constantFrom(1, 10, 400, 900), { maxLength: 4 }),
  /** Which of the waits name an id. */
  named: fc.constantFrom('none', 'every', 'the last'),
  ending: fc.constantFrom<Ending>('done', 'throws', 'fails with an id', 'hangs', 'throws uncaught', 'throws an id uncaught'),
  /** Seconds of an execution: short ones are used up, so that some id is named in the last. */
  executionTimeout: fc.constantFrom(60, 900),
  /** At which step with an effect the process ends; beyond the last, never. */
  crashAt: fc.nat({ max: 14 }),
  putFates: fc.array(fc.constantFrom<Fate>('ok', 503, 'fails', 'hangs', 'takes effect, then fails'), { maxLength: 3 }),
  /** Whether the first PUT is refused; a second refusal leaves nobody who could answer. */
  refused: fc.boolean(),
  invokeFates: fc.array(fc.constantFrom<Fate>('ok', 'fails', 'takes effect, then fails', 'hangs'), { maxLength: 3 }),
});

/** An id in the last execution: rare enough to be given. */
const LATE: [Scenario][] = (['hangs', 'throws uncaught'] as const).map((ending) => [
  {
    type: 'Create',
    // 540 s before the last of them, in executions that wait 48 s each
    waits: [400, ...Array<10>(14).fill(10), 1],
    named: 'the last',
    ending,
    executionTimeout: 60,
    crashAt: Infinity,
    putFates: [],
    refused: false,
    invokeFates: [],
  },
]);

type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never;

interface Played {
  readonly world: World;
  readonly started: boolean;
  /** Whether a wait has named an id. */
  readonly named: boolean;
  readonly killedAt?: string;
}

async function play({ type, waits, named, ending, executionTimeout, crashAt, putFates, refused, invokeFates }: Scenario): Promise<Played> {
  const world = new World();
  world.executionTimeout = executionTimeout;
  let started = false;
  let hasNamed = false;
  let step = 0;
  let killedAt: string | undefined;
  world.endsAt = (point) => {
    const ends = step++ === crashAt;
    killedAt = ends ? point : killedAt;
    return ends;
  };
  // The responder that steps in for a killed process has one attempt at a URL that refuses
  world.putFates = [...(refused && crashAt === Infinity ? [403] : []), ...putFates];
  world.invokeFates = [...invokeFates];
  const end = () => {
    switch (ending) {
      case 'done':
        return Promise.resolve(done());
      case 'throws':
        return Promise.reject(new Error('boom'));
      case 'fails with an id':
        return Promise.reject(new ResourceFailure('boom', { physicalResourceId: 'made' }));
      case 'hangs':
        return never();
      case 'throws uncaught':
        world.throwUncaught(new Error('boom'));
        return never();
      case 'throws an id uncaught':
        world.throwUncaught(new ResourceFailure('boom', { physicalResourceId: 'made' }));
        return never();
    }
  };
  const next = (n: number) => {
    if (n >= waits.length) {
      return end();
    }
    const names = type !== 'Delete' && (named === 'every' || (named === 'the last' && n === waits.length - 1));
    hasNamed ||= names;
    return Promise.resolve(wait(n, { afterSeconds: waits[n], physicalResourceId: names ? 'named' : undefined }));
  };
  const first = () => {
    started = true;
    return next(0);
  };
  await world.run({ create: first, update: first, delete: first, poll: (_, state) => next((state as number) + 1) }, request(type));
  return { world, started, named: hasNamed, killedAt };
}

test('CloudFormation gets one answer, wherever the process is killed', async () => {
  let kills = 0;
  await fc.assert(
    fc.asyncProperty(scenario, async (given) => {
      const { world, killedAt } = await play(given);
      kills += killedAt ? 1 : 0;
      expect(world.told).toHaveLength(1);
    }),
    { numRuns: RUNS },
  );
  expect(kills).toBeGreaterThan(RUNS / 10);
});

test('an answer that is repeated has the same status and id', async () => {
  let repeated = 0;
  // A process that is killed leaves nothing to repeat: what it had told is closed.
  // Twins of a hop run one after another here, the last of them too late
  const undisturbed = scenario.map((given) => {
    return { ...given, crashAt: Infinity, invokeFates: given.invokeFates.filter((fate) => fate !== 'takes effect, then fails') };
  });
  await fc.assert(
    fc.asyncProperty(undisturbed, async (given) => {
      const { world } = await play(given);
      repeated += world.puts.length > 1 ? 1 : 0;
      expect(new Set(world.puts.map((put) => `${put.Status} ${put.PhysicalResourceId}`)).size).toBe(1);
    }),
    { numRuns: RUNS },
  );
  expect(repeated).toBeGreaterThan(RUNS / 10);
});

test('the id of a failure is never one that makes CloudFormation replace, or forget what was made', async () => {
  let tooLate = 0;
  await fc.assert(
    fc.asyncProperty(scenario, async (given) => {
      const { world, started, named, killedAt } = await play(given);
      tooLate += world.answer.Reason?.includes('in the last of 12 executions') ? 1 : 0;
      const { Status, PhysicalResourceId } = world.answer;
      if (given.type !== 'Create') {
        // Only a success of an update may change the id
        expect([...(Status === 'SUCCESS' && given.type === 'Update' ? ['named'] : []), 'own-1']).toContain(PhysicalResourceId);
      } else if (PhysicalResourceId === createFailedId) {
        // The handler threw before it ever waited, or never ran
        expect(!started || (given.waits.length === 0 && given.ending === 'throws')).toBe(true);
      } else {
        expect([DEFAULT_ID, 'named', 'made']).toContain(PhysicalResourceId);
      }
      // Killed between a hop that was accepted and the end, an execution is answered for though the operation goes on: the residual risk
      const isAmbiguous = killedAt !== undefined && !killedAt.endsWith('an answer');
      const isOnRecord = world.payloads.some((payload) => payload.includes('"physicalResourceId":"named"'));
      if (given.type === 'Create' && named && !isAmbiguous && (isOnRecord || killedAt === undefined)) {
        expect(['named', 'made']).toContain(PhysicalResourceId);
      }
    }),
    { numRuns: 4 * RUNS, examples: LATE },
  );
  expect(tooLate).toBeGreaterThanOrEqual(LATE.length);
});
