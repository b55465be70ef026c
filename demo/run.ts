import { Bed } from '../local/bed';
import { chooseRuntimes, exampleApp, type ExampleRuntimes, STACK } from './example';
import { Migrations } from './migrations';
import { judgeOperation, type Operation } from './operation';
import { reportPage } from './report';
import { EXECUTION_SECONDS, Restore, RESTORE_CONTEXT } from './restore';
import { DEPLOYMENTS, type Outcome, play } from './scenario';
import { Senders } from './senders';
import { Tables } from './tables';
import { Timeline } from './timeline';
import { complaints, holds, judge, verdictLine } from './verdict';
import { Watch } from './watch';
import { Window } from './window';

export interface DemoOptions {
  /** Orders to send. */
  readonly events: number;
  readonly out: NodeJS.WriteStream;
  /** For tests: called with the bed and the stack's outputs when all that is deferred is at rest, before the window goes off. */
  readonly beforeRelease?: (bed: Bed, outputs: Readonly<Record<string, string>>) => Promise<void>;
}

export interface DemoResult {
  /** `sent N, refused R, ran once M, lost L, twice T`. */
  readonly line: string;
  /** `custom resource: created in S s over E executions of at most L s, answered once`. */
  readonly operationLine: string;
  readonly good: boolean;
  readonly complaints: readonly string[];
  readonly page: string;
}

/** What the demo saw. */
interface Seen {
  readonly outcome: Outcome;
  readonly operation: Operation;
  /** How what the custom resource made differs from what it was to make. */
  readonly damage: readonly string[];
  /** What is wrong with how CloudFormation was answered for the migrations. */
  readonly misanswered: readonly string[];
}

/** Opens the bed, deploys the example, plays the scenario while the custom resource is created, removes the stacks and every process, and judges. */
export async function runDemo(options: DemoOptions): Promise<DemoResult> {
  const startedAt = Date.now();
  const timeline = new Timeline(options.out, options.events + DEPLOYMENTS);
  try {
    timeline.phase('opening the bed: a local endpoint for AWS, and a data plane that runs Lambda functions for real');
    const bed = await Bed.open({ initLimitMs: 60_000, keepPayloads: true, toleratesContradictions: true, log: (line) => timeline.log(line) });
    let runtimes: ExampleRuntimes;
    let seen: Seen;
    try {
      runtimes = chooseRuntimes(bed);
      seen = await onStacks(bed, runtimes, timeline, options);
    } finally {
      await bed.close();
    }
    const { outcome, operation } = seen;
    const contradictions = bed.contradictions().map((contradiction) => `custom resource: ${contradiction}`);
    const verdict = judge(outcome.sent, outcome.executions);
    const operationVerdict = judgeOperation(operation, EXECUTION_SECONDS, seen.damage);
    const problems = [...complaints(verdict), ...operationVerdict.complaints, ...contradictions, ...seen.misanswered];
    const page = reportPage(
      { ...outcome, operation },
      { events: verdict, operation: operationVerdict },
      {
        runtimes: `Python function on ${runtimes.python}, Node.js function on ${runtimes.nodejs}`,
        isolation:
          'Emulated: AWS, on this machine. Real: the CDK command line, the deployed template, AWS’s own runtime interface clients, each function in a sandbox of its own',
        seconds: (Date.now() - startedAt) / 1000,
      },
    );
    return {
      line: verdictLine(verdict),
      operationLine: operationVerdict.line,
      good: holds(verdict) && problems.length === 0,
      complaints: problems,
      page,
    };
  } finally {
    timeline.stop();
  }
}

/** Without an error the stacks are removed; with one the bed, which closes next, takes them along. */
async function onStacks(bed: Bed, runtimes: ExampleRuntimes, timeline: Timeline, options: DemoOptions): Promise<Seen> {
  const app = exampleApp(runtimes, RESTORE_CONTEXT);
  timeline.phase(`deploying examples/typescript with ${runtimes.python} and ${runtimes.nodejs}`);
  const outputs = (await bed.deploy(app, STACK))[STACK];
  timeline.log(`deploying a custom resource at the same time: a slow restore, by a function that may run for ${EXECUTION_SECONDS} s`);
  const restore = new Restore(bed, app);
  const senders = new Senders(bed, outputs);
  const migrations = new Migrations(bed, app, outputs.MigrationsToken);
  await migrations.answerToTheBed();
  const tables = new Tables(bed, outputs.ExecutionsTable, outputs.DeferredEventsTable);
  const watch = new Watch(tables, (snapshot) => timeline.seen(snapshot, restore.operation()));
  let seen: Seen;
  try {
    const outcome = await play(senders, watch, timeline, {
      orders: options.events,
      migrate: (id) => migrations.deploy(id),
      window: new Window(bed, outputs.OperatorParameter),
      beforeRelease: options.beforeRelease && (() => options.beforeRelease!(bed, outputs)),
    });
    timeline.phase('waiting for the custom resource');
    seen = { outcome, operation: await restore.finished(), damage: await restore.damage(), misanswered: migrations.complaints() };
  } finally {
    await watch.stop();
  }
  timeline.phase('removing the stacks');
  await senders.emptyBuckets();
  await Promise.all([migrations.remove().then(() => bed.destroy(app, STACK)), restore.remove()]);
  return seen;
}
