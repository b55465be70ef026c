import { Bed } from '../local/bed';
import { chooseRuntimes, exampleApp, STACK, type ExampleRuntimes } from './example';
import { reportPage } from './report';
import { play, type Outcome } from './scenario';
import { Senders } from './senders';
import { Tables } from './tables';
import { Timeline } from './timeline';
import { complaints, holds, judge, verdictLine } from './verdict';
import { Watch } from './watch';

export interface DemoOptions {
  readonly events: number;
  readonly out: NodeJS.WriteStream;
  /** For tests: called with the bed and the stack's outputs when all that is deferred is at rest, before the window goes off. */
  readonly beforeRelease?: (bed: Bed, outputs: Readonly<Record<string, string>>) => Promise<void>;
}

export interface DemoResult {
  /** `sent N, refused R, ran once M, lost L, twice T`. */
  readonly line: string;
  readonly good: boolean;
  readonly complaints: readonly string[];
  readonly page: string;
}

/** Opens the bed, deploys the example, plays the scenario, removes the stack and every process, and judges. */
export async function runDemo(options: DemoOptions): Promise<DemoResult> {
  const startedAt = Date.now();
  const timeline = new Timeline(options.out, options.events);
  try {
    timeline.phase('opening the bed: a local endpoint for AWS, and a data plane that runs Lambda functions for real');
    const bed = await Bed.open({ log: (line) => timeline.log(line) });
    let runtimes: ExampleRuntimes;
    let outcome: Outcome;
    try {
      runtimes = chooseRuntimes(bed);
      outcome = await onStack(bed, runtimes, timeline, options);
    } finally {
      await bed.close();
    }
    const verdict = judge(outcome.sent, outcome.executions);
    const page = reportPage(outcome, verdict, {
      runtimes: `Python function on ${runtimes.python}, Node.js function on ${runtimes.nodejs}`,
      isolation: 'Emulated: AWS, on this machine. Real: the CDK command line, the deployed template, AWS’s own runtime interface clients, each function in a sandbox of its own',
      seconds: (Date.now() - startedAt) / 1000,
    });
    return { line: verdictLine(verdict), good: holds(verdict), complaints: complaints(verdict), page };
  } finally {
    timeline.stop();
  }
}

/** Without an error the stack is removed; with one the bed, which closes next, takes it along. */
async function onStack(bed: Bed, runtimes: ExampleRuntimes, timeline: Timeline, options: DemoOptions): Promise<Outcome> {
  const app = exampleApp(runtimes);
  timeline.phase(`deploying examples/typescript with ${runtimes.python} and ${runtimes.nodejs}`);
  const outputs = (await bed.deploy(app, STACK))[STACK];
  const senders = new Senders(bed, outputs);
  const watch = new Watch(new Tables(bed, outputs.ExecutionsTable, outputs.DeferredEventsTable), (snapshot) => timeline.seen(snapshot));
  let outcome: Outcome;
  try {
    outcome = await play(bed, senders, watch, timeline, {
      events: options.events,
      operatorParameter: outputs.OperatorParameter,
      beforeRelease: options.beforeRelease && (() => options.beforeRelease!(bed, outputs)),
    });
  } finally {
    await watch.stop();
  }
  timeline.phase('removing the stack');
  await senders.emptyBuckets();
  await bed.destroy(app, STACK);
  return outcome;
}
