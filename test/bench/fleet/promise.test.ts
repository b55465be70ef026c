/** What DESIGN promises of a window, over a small fleet in virtual time: gate and planner are the real ones. `npm run bench -- --only fleet` has the rest. */
import {
  coldStarts,
  deadAfterWrite,
  deadBeforeWrite,
  madeAgain,
  madeAgainAsAuto,
  mirrorInTrouble,
  written,
  writtenUnheard,
} from '../../../bench/fleet/cases';
import { type FleetCase, type Outcome, simulate } from '../../../bench/fleet/simulate';

jest.setTimeout(60_000); // seconds of work, on a busy machine more

/** Fewer invocations of as many environments: what they read hardly depends on it. */
const simulated = (one: FleetCase): Promise<Outcome> => simulate({ ...one, period: Math.max(one.period, 5000) }, 7);

const LOSES_NOTHING = { lost: { reads: 0, writes: 0 }, refusedReads: { parameterStore: 0 }, plannerFailures: 0 };
const HELD = { runsAfterPromise: 0, stillRunning: 0 };

test.each([
  ['a plain write is in force in 1,000 environments in time', written(1000, 'MIRROR')],
  ['also when every event of it gets lost', writtenUnheard(1000)],
  ['100 cold starts a second run no handler in a window', coldStarts(100, 'MIRROR')],
  ['nor do environments whose parameter is deleted and made again', madeAgain(200)],
  ['nor do warm ones and a few that start while DynamoDB fails', mirrorInTrouble(100, 1, 'failing')],
])('%s, and nobody else loses a request', async (_, one) => {
  expect(await simulated(one)).toMatchObject({ ...HELD, ...LOSES_NOTHING, relapses: 0 });
});

test('a parameter that is made again begins with small versions, which count', async () => {
  const outcome = await simulated(madeAgainAsAuto(200));
  expect(outcome).toMatchObject({ ...HELD, ...LOSES_NOTHING });
  expect(outcome.lastRun).toBeGreaterThan(0); // `auto` counted too
});

describe('while the planner is dead', () => {
  test('a hold that the mirror knows stays, in environments that start meanwhile too, whatever the quota refuses', async () => {
    const outcome = await simulated(deadAfterWrite(500, 5));
    expect(outcome).toMatchObject({ ...HELD, relapses: 0 });
    expect(outcome.refusedReads.parameterStore).toBeGreaterThan(0);
  });

  test('a hold that an environment has learnt of from Parameter Store stays, whatever the mirror says and the quota refuses', async () => {
    const outcome = await simulated(deadBeforeWrite(500, 3, 15));
    expect(outcome).toMatchObject({ stillRunning: 0, relapses: 0 });
    expect(outcome.refusedReads.parameterStore).toBeGreaterThan(0);
  });
});

test('what is simulated comes out alike each time', async () => {
  const one = coldStarts(30, 'PARAMETER_STORE');
  expect(await simulate(one, 3)).toEqual(await simulate(one, 3));
});

describe('without a mirror', () => {
  test('the simulation can fail: handlers run in a window and others lose requests', async () => {
    const { runsAfterPromise, lost } = await simulated(coldStarts(100, 'PARAMETER_STORE'));
    expect(runsAfterPromise).toBeGreaterThan(0);
    expect(lost.reads).toBeGreaterThan(0);
  });

  test('what is refused to gates is asked for again ever later, within a read and after it', async () => {
    const { rates } = await simulate(coldStarts(100, 'PARAMETER_STORE'), 7);
    expect(rates.parameterStore.peak).toBeLessThan(1200); // 500 environments, twice in a second
  });
});
