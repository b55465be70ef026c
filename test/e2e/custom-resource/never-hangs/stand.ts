import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';

import { Bed, type InvocationRecord } from '../../../../local/bed';
import { type FunctionName, FUNCTIONS } from './causes';
import { LambdaDoor } from './lambda-door';
import { type Case, closingTime, requestOf } from './requests';
import { type Put, ResponseUrls } from './response-urls';
import { UnderWay } from './under-way';

const STACK = 'NeverHangs';

/** More than ever run at once: no event is to wait for room, but where a test wants that. */
const CONCURRENCY = 150;

/** Of the asynchronous queue: events of a provider's function are kept for 7.5 s, and the responder is tried again after 1.5 and 3 s. */
export const TIME_SCALE = 40;

/** Events that wait for their cold start when another is sent: more would take the machine from those that have begun. */
const WAITING_AT_MOST = 1;

/** Milliseconds: far more than an execution of 30 s, and than the longest story about one request. Limits, which a busy machine may come near. */
const LONGEST_SILENCE = 60_000;
const LONGEST_WAIT = 120_000;

/** The functions of app/ on a bed of their own, with CloudFormation's side of the protocol in this process. */
export class Stand {
  static async deploy(): Promise<Stand> {
    const [urls, door] = await Promise.all([ResponseUrls.listen(), LambdaDoor.listen()]);
    const underWay = new UnderWay();
    const bed = await Bed.open({
      accountConcurrency: CONCURRENCY,
      asyncTimeScale: TIME_SCALE,
      initLimitMs: 60_000,
      keepPayloads: true,
      onEvent: (event) => underWay.note(event),
    });
    try {
      door.lambda = bed.endpoint;
      const { [STACK]: outputs } = await bed.deploy(
        {
          command: `${JSON.stringify(process.execPath)} --import tsx app.ts`,
          cwd: path.join(__dirname, 'app'),
          context: { nodejs: bed.newestRuntime('nodejs'), answers: urls.origin, lambda: door.origin, functions: FUNCTIONS.join(',') },
        },
        STACK,
      );
      return new Stand(bed, urls, door, underWay, outputs);
    } catch (error) {
      urls.close();
      door.close();
      await bed.close();
      throw error;
    }
  }

  readonly lambda: LambdaClient;
  /** Epoch milliseconds, by request id. */
  private readonly closing = new Map<string, number>();

  private constructor(
    readonly bed: Bed,
    private readonly urls: ResponseUrls,
    private readonly door: LambdaDoor,
    private readonly underWay: UnderWay,
    private readonly outputs: Readonly<Record<string, string>>,
  ) {
    underWay.withDestination = FUNCTIONS.map((name) => outputs[name]);
    this.lambda = new LambdaClient({ ...bed.clientConfig, maxAttempts: 1 });
  }

  async close(): Promise<void> {
    await this.bed.close();
    this.urls.close();
    this.door.close();
  }

  get stackId(): string {
    return this.outputs.StackArn;
  }

  arnOf(name: FunctionName): string {
    return this.outputs[name];
  }

  nameOf(name: FunctionName): string {
    return this.arnOf(name).split(':')[6];
  }

  /**
   * Delivers a request as CloudFormation does.
   *
   * @param traceId of the chain of requests that it belongs to
   */
  async send(aCase: Case, traceId?: string): Promise<void> {
    const arn = this.arnOf(aCase.cause.function ?? 'Resource');
    const signedAt = Date.now() - (aCase.cause.signedAgo ?? 0) * 1000;
    this.closing.set(aCase.requestId, closingTime(aCase, signedAt));
    const request = requestOf(aCase, this.stackId, arn, this.urls.open(aCase.requestId, signedAt, aCase.cause.refusal));
    const command = new InvokeCommand({ FunctionName: arn, InvocationType: 'Event', Payload: Buffer.from(JSON.stringify(request)) });
    if (traceId !== undefined) {
      command.middlewareStack.add(
        (next) => (args) => {
          Object.assign((args.request as { headers: Record<string, string> }).headers, { 'x-amzn-trace-id': traceId });
          return next(args);
        },
        { step: 'build' },
      );
    }
    await this.lambda.send(command);
  }

  puts({ requestId }: Case): readonly Put[] {
    return this.urls.puts(requestId);
  }

  /** What ran for a request, in order: executions of the function, and the responder's. */
  executions({ requestId }: Case): readonly InvocationRecord[] {
    return this.bed.invocations().filter(({ payload, start }) => start !== undefined && payload?.includes(requestId));
  }

  /** Why nobody can say what a slow machine would have made of a request: CloudFormation had stopped waiting before something of it was run. */
  lateness(aCase: Case): string | undefined {
    const closesAt = this.closing.get(aCase.requestId);
    if (closesAt === undefined) {
      return 'the request was never sent';
    }
    const late = this.executions(aCase).find(({ start }) => start! >= closesAt);
    return late && `the request had closed ${((late.start! - closesAt) / 1000).toFixed(1)} s before ${late.functionName} could run`;
  }

  /** Waits until CloudFormation has taken an answer. */
  answered(aCase: Case): Promise<Put> {
    const { cause, type, place } = aCase;
    const ran = () => this.executions(aCase).map(({ start, end, outcome, errorType }) => `from ${start} to ${end}: ${outcome} ${errorType ?? ''}`);
    return eventually(
      () => `an answer (${cause.what}: ${type}, ${place}; what ran: ${ran().join('; ')}; ${this.lateness(aCase) ?? 'the request was open'})`,
      () => this.puts(aCase).find(({ taken }) => taken),
    );
  }

  /** Waits until so many executions of a function have started; when the first did, in epoch milliseconds. */
  async started(name: FunctionName, executions: number): Promise<number> {
    const starts = () =>
      this.bed
        .invocations()
        .filter(({ functionName, start }) => functionName === this.nameOf(name) && start !== undefined)
        .map(({ start }) => start!);
    await eventually(
      () => `${executions} executions of ${name}`,
      () => starts().length >= executions || undefined,
    );
    return Math.min(...starts());
  }

  /** Waits until the machine has time for another cold start. */
  async room(): Promise<void> {
    await eventually(
      () => 'room for another cold start',
      () => this.underWay.waiting <= WAITING_AT_MOST || undefined,
    );
  }

  /** Waits until every environment of a function is at rest or gone. */
  async free(name: FunctionName): Promise<void> {
    await eventually(
      () => `rest of ${name}`,
      () => !this.underWay.isRunning(this.arnOf(name)) || undefined,
    );
  }

  /** Waits until nothing runs, waits in the queue or is on its way to a destination; or until nothing has happened for longer than anything takes. */
  async quiet(): Promise<void> {
    while (!this.underWay.isEmpty && Date.now() - this.underWay.lastAt < LONGEST_SILENCE) {
      await sleep(100);
    }
  }
}

/** Asks until there is an answer. */
async function eventually<T>(what: () => string, ask: () => T | undefined): Promise<T> {
  const end = Date.now() + LONGEST_WAIT;
  for (;;) {
    const answer = ask();
    if (answer !== undefined) {
      return answer;
    }
    if (Date.now() > end) {
      throw new Error(`${what()}: not within ${LONGEST_WAIT / 1000} s`);
    }
    await sleep(50);
  }
}
