import type { BenchBed, Created } from './bench-bed';

/** Seconds that the first job takes; the others take up to so many seconds longer, so that they end at other moments between two polls. */
const JOB = 60;
const SPREAD = 5;

export interface Waited {
  /** Seconds from done to the answer. */
  readonly mean: number;
  readonly longest: number;
  /** Lambda executions for one job. */
  readonly executions: number;
}

/** Jobs of about a minute over functions of 15 s, for several providers side by side. */
export async function doneToAnswer<P extends string>(bed: BenchBed, providers: readonly P[], jobs: number): Promise<Readonly<Record<P, Waited>>> {
  const lengths = Array.from({ length: jobs }, (_, n) => String(JOB + (n * SPREAD) / jobs));
  const results = await Promise.all(
    providers.map(async (provider) => {
      return [provider, waited(await Promise.all(lengths.map((Seconds) => bed.create(provider, { Seconds }, 'DoneAt'))))] as const;
    }),
  );
  return Object.fromEntries(results) as Record<P, Waited>;
}

function waited(jobs: readonly Created[]): Waited {
  const failed = jobs.find(({ doneAt }) => Number.isNaN(doneAt));
  if (failed) {
    throw new Error(`a job was not done: ${failed.reason}`);
  }
  const latencies = jobs.map(({ answeredAt, doneAt }) => (answeredAt - doneAt!) / 1000);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean: mean(latencies), longest: Math.max(...latencies), executions: Math.round(mean(jobs.map(({ invocations }) => invocations.length))) };
}
