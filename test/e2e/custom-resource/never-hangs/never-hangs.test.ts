import { setTimeout as sleep } from 'node:timers/promises';

import { createFailedId } from '../../../../lambda/contract/cloudformation/answer.json';
import { type Cause, type FunctionName, FUNCTIONS, H1, H2, H3, H4, H5, H6 } from './causes';
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
let carriedOn: readonly (CutOff | Error)[] | undefined;
let stopped: readonly (CutOff | Error)[] | undefined;
let deletes: readonly Case[] = [];
/** What went wrong with sending a case, or with what was to happen to its function. */
const problems = new Map<Case, Error>();

/** However slow the machine, the tests then look at what has come of each case. */
const LONGEST = 14 * 60_000;

/** Everything happens side by side, as fast as the machine can; what goes wrong with a case is for that case's test to tell. */
beforeAll(async () => {
  stand = await Stand.deploy();
  await Promise.race([everything(), sleep(LONGEST, undefined, { ref: false })]);
}, LONGEST + 120_000);

async function everything(): Promise<void> {
  await Promise.all([
    cutOff(stand, 'CarriesOn', 'keeps working')
      .catch((error: Error) => [error])
      .then((all) => {
        carriedOn = all;
      }),
    cutOff(stand, 'Stops', 'stops working when told')
      .catch((error: Error) => [error])
      .then((all) => {
        stopped = all;
      }),
    strikeAndSend(),
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
}

/** One function is struck after the other: its first executions are to start, and later to hop, while the machine has time for them. */
async function strikeAndSend(): Promise<void> {
  for (const name of struck().filter((each) => each !== 'Busy')) {
    await strikeOne(name);
  }
  // Most of that one's time is waiting
  await Promise.all([strikeOne('Busy'), sendOneByOne(cases.filter(({ cause }) => !struck().some((name) => name === cause.function)))]);
}

async function strikeOne(name: FunctionName): Promise<void> {
  const own = cases.filter(({ cause }) => cause.function === name);
  await attempt(own, async () => {
    await stand.room();
    for (const late of await strike(stand, name, own)) {
      problems.set(late, new Error(`the machine was too slow: the first execution had ended before anything happened to ${name}`));
    }
  });
}

/** Does something to cases and lets their tests tell what goes wrong. */
async function attempt(own: readonly Case[], act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    own.forEach((each) => problems.set(each, error as Error));
  }
}

afterAll(() => stand?.close(), 120_000);

describe.each(Object.entries(HANGS))('%s', (_, causes) => {
  describe.each(causes)('$what', (cause) => {
    test.each(casesByCause.get(cause)!.map((each) => [each.type, each.place, each] as const))('%s, %s', (_type, _place, each) => {
      judged(each, () => {
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
});

test('the Delete that follows a failed Create succeeds, whatever became of the function when there was nothing to delete', () => {
  expect(deletes.length).toBeGreaterThan(30);
  for (const each of deletes) {
    judged(each, () => {
      expect(stand.puts(each).map(({ answer }) => [answer.Status, answer.PhysicalResourceId])).toEqual([['SUCCESS', each.physicalResourceId]]);
    });
  }
});

test('code that was cut off and does not stop goes with its process: the next request sees nothing of it', () => {
  for (const { aCase, next } of withoutErrors(carriedOn)) {
    expect(new Set(stand.puts(aCase).map(({ answer }) => `${answer.Status} ${answer.PhysicalResourceId}`))).toEqual(
      new Set([`FAILED ${idOf(aCase, stand.stackId)}`]),
    );
    expect(stand.puts(aCase)[0].answer.Reason).toMatch(/^timed out: /);
    expect(next).toMatchObject({ before: 0, during: 0 });
  }
});

test('code that was cut off and stops when told leaves its environment to the next request, and does not run on in it', () => {
  const all = withoutErrors(stopped);
  for (const { aCase, next } of all) {
    expect(stand.puts(aCase).map(({ answer }) => answer.Status)).toEqual(['FAILED']);
    expect(next).toMatchObject({ during: 0 });
  }
  expect(all.some(({ next }) => next.before > 0)).toBe(true);
});

/** Looks at one case; what went wrong before, or a machine that was too slow for it, explains what is found. */
function judged(each: Case, look: () => void): void {
  const problem = problems.get(each);
  if (problem) {
    throw problem;
  }
  try {
    look();
  } catch (error) {
    const lateness = stand.lateness(each);
    throw lateness === undefined ? error : new Error(`the machine was too slow: ${lateness}`, { cause: error });
  }
}

/** @throws AggregateError telling of each request what went wrong */
function withoutErrors(results: readonly (CutOff | Error)[] | undefined): readonly CutOff[] {
  const errors = results?.filter((result): result is Error => !('aCase' in result)) ?? [new Error('the machine was too slow: there are no results')];
  if (errors.length > 0) {
    throw new AggregateError(errors, errors.map(({ message }) => message).join('\n'));
  }
  return results as readonly CutOff[];
}

/** Functions to which something happens from outside. */
function struck() {
  return FUNCTIONS.filter((name) => !['Resource', 'BehindADoor', 'CarriesOn', 'Stops'].includes(name));
}

/** Each request that fails costs a cold start: they come one by one, those first that take longest. */
async function sendOneByOne(requests: readonly Case[]): Promise<void> {
  for (const each of [...requests].sort((a, b) => duration(b) - duration(a))) {
    await attempt([each], async () => {
      await stand.room();
      await stand.send(each);
    });
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
