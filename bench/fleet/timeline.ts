/** Counts what happens over time, so that rates and what came after a moment can be told later. */
const STEP = 100;
const STEPS_IN_A_SECOND = 1000 / STEP;

export class Timeline {
  private readonly counts: number[] = [];
  private last: number | undefined;

  /** @param start epoch milliseconds; nothing before it is counted */
  constructor(private readonly start: number) {}

  add(now: number): void {
    const step = this.step(now);
    this.counts[step] = (this.counts[step] ?? 0) + 1;
    this.last = now;
  }

  /** When the last one happened, epoch milliseconds. */
  get lastAt(): number | undefined {
    return this.last;
  }

  /** How many there were from a moment on and before another, which are taken to tenths of a second. */
  between(from: number, to = Infinity): number {
    return this.counts.slice(this.step(from), to === Infinity ? undefined : this.step(to)).reduce((sum, count) => sum + (count ?? 0), 0);
  }

  /** The most within any second. */
  peak(from: number): number {
    let most = 0;
    for (let step = this.step(from), sum = 0; step < this.counts.length; step++) {
      sum += this.counts[step] ?? 0;
      const gone = step - STEPS_IN_A_SECOND;
      sum -= gone >= this.step(from) ? (this.counts[gone] ?? 0) : 0;
      most = Math.max(most, sum);
    }
    return most;
  }

  private step(time: number): number {
    return Math.max(0, Math.floor((time - this.start) / STEP));
  }
}
