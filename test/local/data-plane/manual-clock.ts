import { setImmediate as turn } from 'node:timers/promises';

import type { Clock } from '../../../local/data-plane/clock';

/** Time that passes only when a test says so. */
export class ManualClock implements Clock {
  private time = 1_800_000_000_000;
  private readonly timers = new Map<object, { readonly due: number; readonly callback: () => void }>();

  now(): number {
    return this.time;
  }

  after(milliseconds: number, callback: () => void): () => void {
    const key = {};
    this.timers.set(key, { due: this.time + milliseconds, callback });
    return () => this.timers.delete(key);
  }

  /** Lets time pass; whatever falls due runs at its own time, and so does what that leads to. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.time + milliseconds;
    await quiet();
    for (let next = this.next(end); next; next = this.next(end)) {
      this.timers.delete(next.key);
      this.time = next.due;
      next.callback();
      await quiet();
    }
    this.time = end;
  }

  private next(end: number) {
    const [first] = [...this.timers]
      .map(([key, timer]) => ({ key, ...timer }))
      .filter(({ due }) => due <= end)
      .sort((a, b) => a.due - b.due);
    return first;
  }
}

/** Lets everything that waits for nothing but its turn run. */
export async function quiet(): Promise<void> {
  for (let i = 0; i < 5; i++) {
    await turn();
  }
}
