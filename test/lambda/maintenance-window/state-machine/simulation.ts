/** Virtual time: everything that waits is woken in order of its time, with whatever else was to happen in between already done. */
import type { Clock } from '../../../../lambda/clock';

interface Sleeper {
  readonly at: number;
  readonly order: number;
  readonly wake: () => void;
}

export class Simulation implements Clock {
  private time: number;
  private order = 0;
  private readonly sleepers: Sleeper[] = [];

  constructor(start: number) {
    this.time = start;
  }

  now(): number {
    return this.time;
  }

  sleep(milliseconds: number): Promise<void> {
    return new Promise((wake) => {
      this.sleepers.push({ at: this.time + Math.max(0, milliseconds), order: this.order++, wake });
    });
  }

  alarm(milliseconds: number): Promise<void> {
    return this.sleep(milliseconds);
  }

  /** Lets time pass until the condition holds; false when nothing is left that could make it hold, or at the end. */
  async until(condition: () => boolean, end: number): Promise<boolean> {
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve)); // every promise that can go on has gone on
      if (condition()) {
        return true;
      }
      const [next] = this.sleepers.sort((a, b) => a.at - b.at || a.order - b.order);
      if (!next || next.at > end) {
        return false;
      }
      this.sleepers.shift();
      this.time = next.at;
      next.wake();
    }
  }

  /** The value of a promise that needs time to pass. */
  async run<T>(work: Promise<T>): Promise<T> {
    let settled = false;
    const watched = work.finally(() => {
      settled = true;
    });
    watched.catch(() => undefined);
    await this.until(() => settled, Infinity);
    return watched;
  }
}

/** Numbers from 0 to 1 that follow from a seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
