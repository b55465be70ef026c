/**
 * Virtual time: an hour of ten thousand environments passes in seconds. Real code lives in it as it is, for its timers, clock and chance are the
 * simulation's while it lasts.
 */
import { install } from '@sinonjs/fake-timers';

import { type Random, seeded } from './random';

export interface VirtualTime {
  /** Epoch milliseconds. */
  now(): number;
  /** Chance for the simulation itself; code under test draws from Math.random, which has a seed of its own. */
  readonly random: Random;
  sleep(milliseconds: number): Promise<void>;
  /** Begins something that goes on by itself; what it throws ends the simulation. */
  begin(activity: () => Promise<void>): void;
  /** Lets time pass. What is due at its end may not have begun. */
  runUntil(time: number): Promise<void>;
}

const realImmediate = setImmediate;

/** Everything that can go on without time passing has gone on. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    realImmediate(resolve);
  });
}

/**
 * Runs something in virtual time, which ends with it: what still waits then is given up.
 *
 * @param start epoch milliseconds
 */
export async function inVirtualTime<T>(start: number, seed: number, run: (time: VirtualTime) => Promise<T>): Promise<T> {
  const clock = install({ now: start, toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
  const { random: realRandom } = Math;
  const realTimeout = Object.getOwnPropertyDescriptor(AbortSignal, 'timeout')!;
  Math.random = seeded(seed + 1);
  AbortSignal.timeout = (milliseconds) => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError')), milliseconds);
    return controller.signal;
  };
  let failure: { readonly error: unknown } | undefined;
  const time: VirtualTime = {
    now: () => clock.now,
    random: seeded(seed),
    sleep: (milliseconds) =>
      new Promise((resolve) => {
        setTimeout(resolve, Math.ceil(milliseconds));
      }),
    begin: (activity) => {
      activity().catch((error: unknown) => {
        failure ??= { error };
      });
    },
    runUntil: async (end) => {
      let over = false;
      setTimeout(() => {
        over = true;
      }, end - clock.now);
      while (!over) {
        clock.next(); // one timer, so that what it sets free goes on before the next, as it would
        await settled();
        if (failure) {
          throw failure.error;
        }
      }
    },
  };
  try {
    return await run(time);
  } finally {
    clock.uninstall();
    Math.random = realRandom;
    Object.defineProperty(AbortSignal, 'timeout', realTimeout);
  }
}
