import { setTimeout as sleep } from 'node:timers/promises';

import { createFailedId } from '../../../../lambda/contract/cloudformation/answer.json';
import { type Cause, FUNCTIONS, H1, H2, H3, H4, H5, H6 } from './causes';
import { type CutOff, cutOff } from './cut-off';
import { strike } from './outside';
import { type Case, casesOf, deleteAfter, idOf } from './requests';
import { Stand } from './stand';

const HANGS: Readonly<Record<string, readonly Cause[]>> = {
  'H1, no answer from the handler': H1,
  'H2, the execution dies': H2,
  "H3, the code can't be loaded": H3,
  'H4, the answer is not taken': H4,
  'H5, the next execution is lost': H5,
  'H6, a wrong id': H6,
};

const casesByCause = new Map(
  Object.values(HANGS)
    .flat()
    .map((cause) => [cause, casesOf(cause)]),
);
const cases = [...casesByCause.values()].flat();

let stand: Stand;
let carriedOn: readonly CutOff[];
let stopped: readonly CutOff[];
let deletes: readonly Case[];

/** Everything happens side by side; the tests look at what came of it. */
beforeAll(async () => {
  stand = await Stand.deploy();
  await Promise.all([
    ...struck().map(async (name, n) => {
      // Each lets its first executions hop at the same moment, within the three seconds that an execution of 15 s keeps for that
      await sleep(n * 1500);
      await strike(
        stand,
        name,
        cases.filter(({ cause }) => cause.function === name),
      );
    }),
    cutOff(stand, 'CarriesOn', 'keeps working').then((all) => {
      carriedOn = all;
    }),
    cutOff(stand, 'Stops', 'stops working when told').then((all) => {
      stopped = all;
    }),
    sendOneByOne(cases.filter(({ cause }) => !struck().some((name) => name === cause.function))),
  ]);
  await stand.quiet();
  deletes = failedCreates().flatMap((each) =>
    stand
      .puts(each)
      .slice(0, 1)
      .map(({ answer }) => deleteAfter(each, answer.PhysicalResourceId)),
  );
  await sendOneByOne(deletes);
  await stand.quiet();
}, 240_000);

afterAll(() => stand?.close(), 30_000);

describe.each(Object.entries(HANGS))('%s', (_, causes) => {
  describe.each(causes)('$what', (cause) => {
    test.each(casesByCause.get(cause)!.map((each) => [each.type, each.place, each] as const))('%s, %s', (_type, _place, each) => {
      const puts = stand.puts(each);
      expect(puts.some(({ taken }) => taken)).toBe(!cause.untaken);
      const told = puts.filter(({ taken }) => taken || !losesData(each));
      expect(new Set(told.map(({ answer }) => `${answer.Status} ${answer.PhysicalResourceId}`))).toEqual(
        new Set([`${statusOf(each)} ${idOf(each, stand.stackId)}`]),
      );
      for (const { answer, contentType } of puts) {
        expect(answer).toMatchObject({ StackId: stand.stackId, RequestId: each.requestId, LogicalResourceId: each.logicalResourceId });
        expect(contentType ?? '').toBe('');
      }
      if (statusOf(each) === 'FAILED' && cause.reason) {
        expect(puts[0].answer.Reason).toMatch(cause.reason);
      }
      if (statusOf(each) === 'FAILED' && cause.repeated) {
        expect(puts.at(-1)!.answer.Reason).toMatch(cause.repeated);
      }
    });
  });
});

test('the Delete that follows a failed Create succeeds, whatever became of the function when there was nothing to delete', () => {
  expect(deletes.length).toBeGreaterThan(30);
  for (const each of deletes) {
    expect(stand.puts(each).map(({ answer }) => [answer.Status, answer.PhysicalResourceId])).toEqual([['SUCCESS', each.physicalResourceId]]);
  }
});

test('code that was cut off and does not stop goes with its process: the next request sees nothing of it', () => {
  for (const { aCase, next } of carriedOn) {
    expect(new Set(stand.puts(aCase).map(({ answer }) => `${answer.Status} ${answer.PhysicalResourceId}`))).toEqual(
      new Set([`FAILED ${idOf(aCase, stand.stackId)}`]),
    );
    expect(stand.puts(aCase)[0].answer.Reason).toMatch(/^timed out: /);
    expect(next).toMatchObject({ before: 0, during: 0 });
  }
});

test('code that was cut off and stops when told leaves its environment to the next request, and does not run on in it', () => {
  for (const { aCase, next } of stopped) {
    expect(stand.puts(aCase).map(({ answer }) => answer.Status)).toEqual(['FAILED']);
    expect(next).toMatchObject({ during: 0 });
  }
  expect(stopped.some(({ next }) => next.before > 0)).toBe(true);
});

/** Functions to which something happens from outside. */
function struck() {
  return FUNCTIONS.filter((name) => !['Resource', 'BehindADoor', 'CarriesOn', 'Stops'].includes(name));
}

/** Each request that fails costs a cold start: they come one by one, those first that take longest. */
async function sendOneByOne(requests: readonly Case[]): Promise<void> {
  for (const each of [...requests].sort((a, b) => duration(b) - duration(a))) {
    await stand.send(each);
    await sleep(350);
  }
}

/** About how many executions' time it takes until nothing happens any more. */
function duration({ cause, type, place }: Case): number {
  return (type === 'Delete' && place === 'on a hop' ? 1 : 0) + (cause.refusal?.seconds ? 1 : 0) + (cause.untaken || cause.function ? 2 : 0);
}

/** A SUCCESS with data that is refused can't be repeated whole. */
function losesData({ cause, type }: Case): boolean {
  return cause.dataIsLost === true && type !== 'Delete';
}

function statusOf(each: Case): string {
  return each.cause.status ?? (each.cause.dataIsLost && !losesData(each) ? 'SUCCESS' : 'FAILED');
}

/** Those whose Delete can reach a function that works, or needs none. */
function failedCreates(): readonly Case[] {
  return cases
    .filter(({ cause, type }) => type === 'Create' && !cause.untaken && cause.function !== 'Removed')
    .filter((each) => statusOf(each) === 'FAILED')
    .filter((each) => !struck().some((name) => name === each.cause.function) || idOf(each, stand.stackId) === createFailedId);
}
