import { BenchBed } from './bench-bed';
import { crashToAnswer } from './crash-to-answer';
import { doneToAnswer } from './done-to-answer';
import { synthesized } from './synthesized';
import { ownCost, peerCost, peerLatency } from './waiting-cost';

export interface Extent {
  /** Times that each crash is caused. */
  readonly crashes: number;
  /** Jobs that are waited for side by side. */
  readonly jobs: number;
  /** Times that each form is synthesized. */
  readonly synths: number;
}

const MINUTE = 60;
const SAME = 'same';
const NOT_MEASURED = '-';

/** Crashes, waiting and templates of custom resources, side by side with the Provider of CDK. */
export async function compareCustomResources({ crashes, jobs, synths }: Extent): Promise<void> {
  const bed = await BenchBed.open();
  try {
    await crashToAnswer(bed, crashes);
    console.error(`${jobs} jobs of a minute for each provider ...`);
    const waits = await doneToAnswer(bed, ['Jobs', 'QuickJobs', 'PeerJobs'], jobs);
    const [one, ten] = [synthesized(1, synths), synthesized(10, synths)];
    console.log("\n### A custom resource that polls, beside CDK's Provider\n");
    console.log(
      '| | LongRunningCustomResource | with a pollInterval of 1 s | Provider, its default interval of 5 s | Provider, 60 s |\n|---|---|---|---|---|',
    );
    const templates = (what: string, cell: (form: 'own' | 'peer') => string | number) => row(what, cell('own'), SAME, cell('peer'), SAME);
    templates('CloudFormation resources for one', (form) => one[form].resources);
    templates('for each further one with code of its own', (form) => (ten[form].resources - one[form].resources) / 9);
    templates('longest chain of dependencies', (form) => one[form].depth);
    templates('template, KB: one / ten', (form) => `${one[form].kilobytes.toFixed(1)} / ${ten[form].kilobytes.toFixed(1)}`);
    templates(`synth, ms, median of ${synths}: one / ten`, (form) => `${one[form].synthTime.toFixed(0)} / ${ten[form].synthTime.toFixed(0)}`);
    const { Jobs, QuickJobs, PeerJobs } = waits;
    const latencies = [Jobs, QuickJobs, PeerJobs].map(({ mean, longest }) => `${mean.toFixed(1)} (longest ${longest.toFixed(1)})`);
    row(`job of 60 s over a 15 s function, done to answer, s, mean of ${jobs}`, ...latencies, `${peerLatency(MINUTE).toFixed(1)}, computed`);
    row('Lambda executions for it', Jobs.executions, QuickJobs.executions, PeerJobs.executions, NOT_MEASURED);
    for (const minutes of [10, 55]) {
      const own = ownCost(minutes * MINUTE);
      row(
        `${minutes} min of waiting, computed`,
        ...[own, own, peerCost(minutes * MINUTE, 5), peerCost(minutes * MINUTE, MINUTE)].map((dollars) => `$${dollars.toFixed(5)}`),
      );
    }
    console.log(
      '\nCosts: us-east-1 prices of aws.amazon.com/lambda/pricing and aws.amazon.com/step-functions/pricing, without free tiers; x86-64, 256 MB and, for the Provider, 128 MB.',
    );
    console.log("On the bed the Provider's state machine runs on the emulator of Step Functions, and its answers go to the bed's port.");
  } finally {
    await bed.close();
  }
}

function row(what: string, ...cells: readonly (string | number)[]): void {
  console.log(`| ${[what, ...cells].join(' | ')} |`);
}
