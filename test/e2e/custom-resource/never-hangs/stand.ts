import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';

import { Bed, type BedEvent } from '../../../../local/bed';
import { type FunctionName, FUNCTIONS } from './causes';
import { LambdaDoor } from './lambda-door';
import { type Case, requestOf } from './requests';
import { type Put, ResponseUrls } from './response-urls';

const STACK = 'NeverHangs';

/** More than ever run at once: no event is to wait for room, but where a test wants that. */
const CONCURRENCY = 150;

/** Of the asynchronous queue: events of a provider's function are kept for 7.5 s, and the responder is tried again after 1.5 and 3 s. */
export const TIME_SCALE = 40;

/** Milliseconds: more than an execution of 15 s, and more than the longest story about one request. */
const LONGEST_SILENCE = 25_000;
const LONGEST_WAIT = 60_000;

/** The functions of app/ on a bed of their own, with CloudFormation's side of the protocol in this process. */
export class Stand {
  static async deploy(): Promise<Stand> {
    const [urls, door] = await Promise.all([ResponseUrls.listen(), LambdaDoor.listen()]);
    const underWay = new UnderWay();
    const bed = await Bed.open({ accountConcurrency: CONCURRENCY, asyncTimeScale: TIME_SCALE, onEvent: (event) => underWay.note(event) });
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
    const request = requestOf(aCase, this.stackId, arn, this.urls.open(aCase.requestId, aCase.cause));
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

  /** Waits until CloudFormation has taken an answer. */
  answered(aCase: Case): Promise<Put> {
    const { cause, type, place, requestId } = aCase;
    const ran = () =>
      this.bed
        .invocations()
        .filter(({ functionName }) => functionName === this.nameOf(cause.function ?? 'Resource'))
        .slice(-6)
        .map(({ received, start, end, outcome, errorType }) => `received ${received}, ran from ${start} to ${end}: ${outcome} ${errorType ?? ''}`);
    return eventually(
      () => `an answer to ${requestId} (${cause.what}: ${type} ${place}; what ran last: ${ran().join('; ')})`,
      () => this.puts(aCase).find(({ taken }) => taken),
    );
  }

  /** Waits until so many executions of a function have started. */
  async started(name: FunctionName, executions: number): Promise<void> {
    const running = () => this.bed.invocations().filter(({ functionName, start }) => functionName === this.nameOf(name) && start !== undefined);
    await eventually(
      () => `${executions} executions of ${name}`,
      () => running().length >= executions || undefined,
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

/** Events that were accepted and are not finished yet, and records on their way. */
class UnderWay {
  /** ARNs of functions whose failures go to a destination. */
  withDestination: readonly string[] = [];
  lastAt = Date.now();
  private readonly ids = new Set<string>();

  get isEmpty(): boolean {
    return this.ids.size === 0;
  }

  note(event: BedEvent): void {
    this.lastAt = event.at;
    if (event.type === 'event-queued') {
      this.ids.add(event.requestId);
    } else if (event.type === 'event-finished' && (event.condition === 'Success' || !this.withDestination.includes(event.functionArn))) {
      this.ids.delete(event.requestId);
    } else if (event.type === 'destination-delivered' || event.type === 'destination-failed') {
      this.ids.delete(event.requestId);
    }
  }
}
