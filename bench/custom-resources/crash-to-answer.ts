import { median } from '../median';
import type { BenchBed } from './bench-bed';

const CRASHES: readonly (readonly [string, string, Readonly<Record<string, string>>])[] = [
  ['process.exit', 'Crashes', { Crash: 'exit' }],
  ['out of memory', 'Crashes', { Crash: 'memory' }],
  ['import error', 'Broken', {}],
  ['time-out of 15 s', 'Crashes', { Crash: 'blocked' }],
];

/** Seconds from the end of an execution that crashed to the answer that CloudFormation got; one crash at a time. */
export async function crashToAnswer(bed: BenchBed, times: number): Promise<void> {
  console.log(`\n### A crash, to CloudFormation's answer: median of ${times} (longest), seconds`);
  console.log('The bed hands failed events to their destination at once; how long AWS takes for that is not in here.\n');
  console.log('| crash | request to crash | crash to answer | answer |\n|---|---|---|---|');
  for (const [name, provider, properties] of CRASHES) {
    const toCrash: number[] = [];
    const toAnswer: number[] = [];
    let told = '';
    for (let n = 0; n < times; n++) {
      const {
        invocations: [crashed],
        answeredAt,
        reason,
      } = await bed.create(provider, properties);
      toCrash.push(crashed.end! - crashed.received);
      toAnswer.push(answeredAt - crashed.end!);
      told = reason;
    }
    console.log(
      `| ${name} | ${seconds(median(toCrash))} | ${seconds(median(toAnswer))} (${seconds(Math.max(...toAnswer))}) | ${/could answer: ([\w.]+)/.exec(told)?.[1] ?? told} |`,
    );
  }
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(2);
}
