import * as fc from 'fast-check';

import { type Mishaps, NO_MISHAPS, requestIdOf, START, World } from './world';

const HOUR = 3_600_000;
const SWEEP_EVERY = 5 * 60_000;
/** Histories tried; each is hours of two replayers and their functions. */
const HISTORIES = Number(process.env.HISTORIES ?? 10);

const chance = (most: number) => fc.double({ min: 0, max: most, noNaN: true });
const mishaps: fc.Arbitrary<Mishaps> = fc.record({
  deliveredTwice: chance(0.5),
  neverDelivered: chance(0.2),
  lostAcknowledgement: chance(0.05),
  replayerDies: chance(0.005),
  handlerFails: chance(0.6),
  runLost: chance(0.6),
});

/** Two replayers that sweep every few minutes, each sweep an invocation that may die, until every event has ended. */
async function history(
  seed: number,
  events: number,
  chances: Mishaps,
  during: (world: World) => Promise<void> = () => Promise.resolve(),
): Promise<World> {
  const world = new World(seed, chances);
  const ids = Array.from({ length: events }, (_, number) => world.defer(requestIdOf(number)));
  const ended = () => ids.every((id) => ['DONE', 'QUARANTINED'].includes(world.state(id)!));
  const replaying = async () => {
    await world.simulation.sleep(world.random() * SWEEP_EVERY);
    while (!ended()) {
      world
        .replayer()
        .sweep(900_000)
        .catch(() => undefined); // fails as its clients fail: the next sweep goes on
      await world.simulation.sleep(SWEEP_EVERY);
    }
  };
  void replaying();
  void replaying();
  void during(world);
  const all = await world.simulation.until(ended, START + 48 * HOUR);
  expect({ all, states: all ? [] : ids.map((id) => world.state(id)) }).toEqual({ all: true, states: [] });
  return world;
}

test('whatever fails, no two runs of an event overlap, none is lost, and each ends DONE or QUARANTINED', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), fc.integer({ min: 1, max: 8 }), mishaps, async (seed, events, chances) => {
      const world = await history(seed, events, chances);
      expect(world.overlaps).toEqual([]);
      expect(world.database.items.size).toBeGreaterThanOrEqual(events);
      for (const runs of world.runsOf.values()) {
        expect(runs).toBeLessThanOrEqual(5);
      }
    }),
    { numRuns: HISTORIES },
  );
}, 60_000);

test('with pointers delivered twice and two racing replayers, but nothing else amiss, each event runs once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), fc.integer({ min: 1, max: 8 }), async (seed, events) => {
      const world = await history(seed, events, { ...NO_MISHAPS, deliveredTwice: 0.5 });
      expect([...world.runsOf.values()]).toEqual(Array(events).fill(1));
    }),
    { numRuns: HISTORIES },
  );
}, 60_000);

test('a window that comes on and goes while draining costs no event an attempt', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), fc.integer({ min: 1, max: 8 }), chance(SWEEP_EVERY), async (seed, events, at) => {
      const world = await history(seed, events, NO_MISHAPS, async (each) => {
        await each.simulation.sleep(at);
        each.setWindow('on');
        await each.simulation.sleep(20 * 60_000);
        each.setWindow('auto');
      });
      expect([...world.runsOf.values()]).toEqual(Array(events).fill(1));
    }),
    { numRuns: HISTORIES },
  );
}, 60_000);
