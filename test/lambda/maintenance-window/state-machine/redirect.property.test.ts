/** Redirects that die, race each other and race a drain: an event never has two rows that may run, and never none. */
import * as fc from 'fast-check';

import { chunksOf, deferBody, LARGE, movedWorld, newId, TO } from '../replayer/redirecting';
import { FUNCTION_ARN, FUNCTION_KEY, type Mishaps, NO_MISHAPS, requestIdOf, START, type World } from './world';

const HOUR = 3_600_000;
const MINUTE = 60_000;
const LONG = 900_000;
/** Histories tried. */
const HISTORIES = Number(process.env.HISTORIES ?? 10);
const SMALL = Buffer.from('{"small":true}');
const bodyOf = (number: number) => (number % 3 === 2 ? LARGE : SMALL);

const chance = (most: number) => fc.double({ min: 0, max: most, noNaN: true });
const mishaps: fc.Arbitrary<Mishaps> = fc.record({
  deliveredTwice: chance(0.5),
  neverDelivered: chance(0.1),
  lostAcknowledgement: chance(0.05),
  replayerDies: chance(0.005),
  handlerFails: chance(0.5),
  runLost: chance(0.3),
});

/** Of redirects, which do far less than a sweep, a larger share. */
const redirectMishaps = fc.record({ lostAcknowledgement: chance(0.1), replayerDies: chance(0.05) });

const LIVE = ['PENDING', 'CLAIMED', 'RUNNING', 'DONE', 'QUARANTINED'];

/** Where an event may run, or has: of its two rows, those that are neither unfinished nor discarded. */
function places(world: World, number: number): string[] {
  return [`${FUNCTION_KEY}#${requestIdOf(number)}`, newId(number)].filter((id) => LIVE.includes(world.state(id) ?? ''));
}

interface History {
  readonly seed: number;
  readonly events: number;
  readonly chances: Mishaps;
  /** Of redirects alone. */
  readonly redirects: Pick<Mishaps, 'lostAcknowledgement' | 'replayerDies'>;
  /** Whether the function of the old key is there still, and its events are drained meanwhile. */
  readonly alive: boolean;
}

/** Two redirects and two drains, again and again, until every event has ended. */
async function history({ seed, events, chances, redirects, alive }: History): Promise<{ world: World; ends: string[]; broken: string[] }> {
  const world = movedWorld(seed, chances);
  if (alive) {
    world.guard(FUNCTION_ARN);
  }
  const numbers = Array.from({ length: events }, (_, number) => number);
  numbers.forEach((number) => deferBody(world, number, bodyOf(number)));
  const broken: string[] = [];
  world.database.after = (operation) => {
    broken.push(...numbers.filter((number) => places(world, number).length !== 1).map((number) => `${operation}: ${places(world, number).join()}`));
  };
  const hasEnded = (number: number) => places(world, number).every((id) => ['DONE', 'QUARANTINED'].includes(world.state(id)!));
  let all = false;
  const again = async (work: () => Promise<unknown>) => {
    while (!all) {
      await world.simulation.sleep(world.random() * 5 * MINUTE);
      await work().catch(() => undefined); // fails as its clients fail: the next one goes on
    }
  };
  const request = { action: 'redirect', filter: { functionKey: FUNCTION_KEY }, to: TO } as const;
  for (let each = 0; each < 2; each++) {
    void again(() => world.replayer({}, { ...chances, ...redirects }).redirect(request, LONG));
    void again(() => world.replayer().sweep(LONG));
  }
  all = await world.simulation.until(() => numbers.every(hasEnded), START + 48 * HOUR);
  expect({ all, places: all ? [] : numbers.map((number) => places(world, number)) }).toEqual({ all: true, places: [] });
  return { world, ends: numbers.map((number) => places(world, number).join()), broken };
}

const seeds = { seed: fc.integer(), events: fc.integer({ min: 1, max: 6 }) };

test('whatever fails, an event has one place at every moment, its runs do not overlap, and what runs are its own bytes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.record({ ...seeds, chances: mishaps, redirects: redirectMishaps, alive: fc.boolean() }), async (given) => {
      const { world, broken } = await history(given);
      expect(broken).toEqual([]);
      expect(world.overlaps).toEqual([]);
      for (const [requestId, text] of world.loaded) {
        expect(text === bodyOf(Number.parseInt(requestId.slice(-12), 16)).toString()).toBe(true);
      }
      expect([...world.runsOf.values()].filter((runs) => runs > 5)).toEqual([]);
    }),
    { numRuns: HISTORIES },
  );
}, 60_000);

test('with redirects that die and acknowledgements that get lost, but the function gone, every event ends DONE under the new key', async () => {
  await fc.assert(
    fc.asyncProperty(fc.record({ ...seeds, redirects: redirectMishaps }), async (given) => {
      const { world, ends, broken } = await history({ ...given, chances: NO_MISHAPS, alive: false });
      expect(broken).toEqual([]);
      expect(ends).toEqual(ends.map((_, number) => newId(number)));
      expect(ends.map((id) => world.state(id))).toEqual(ends.map(() => 'DONE'));
    }),
    { numRuns: HISTORIES },
  );
}, 60_000);

test('with two redirects and two drains at once, but nothing amiss, each event runs once and its chunks are removed', async () => {
  await fc.assert(
    fc.asyncProperty(fc.record({ ...seeds, alive: fc.boolean() }), async ({ seed, events, alive }) => {
      const { world, broken } = await history({ seed, events, chances: NO_MISHAPS, redirects: NO_MISHAPS, alive });
      expect(broken).toEqual([]);
      expect([...world.runsOf.values()]).toEqual(Array(events).fill(1));
      await world.simulation.run(world.simulation.sleep(25 * HOUR)); // what a redirect left unfinished is swept after a day
      await world.simulation.run(world.replayer().sweep(LONG));
      const left = Array.from({ length: events }, (_, number) => [
        ...chunksOf(world, newId(number)),
        ...chunksOf(world, `${FUNCTION_KEY}#${requestIdOf(number)}`),
      ]);
      expect(left.flat()).toEqual([]);
    }),
    { numRuns: Math.ceil(HISTORIES / 5) },
  );
}, 60_000);
