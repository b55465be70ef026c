import type { Clock } from '../../../lambda/clock';
import type { CloudFormationRequest } from '../../../lambda/cloudformation/request';
import { respond } from '../../../lambda/custom-resource/responder/respond';
import { execute } from '../../../lambda/custom-resource/runtime/nodejs/operation/execution';
import { SimulatedClock } from '../../../lambda/custom-resource/runtime/nodejs/testing/simulated-clock';
import type { AnyHandlers, Definition } from '../../../lambda/custom-resource/runtime/nodejs/types';
import { START } from './runtime/nodejs/requests';

/** What CloudFormation got, as it is in the body. */
export interface Told {
  readonly Status: string;
  readonly PhysicalResourceId: string;
  readonly Reason?: string;
  readonly Data?: Record<string, unknown>;
  readonly NoEcho?: boolean;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
}

/** What a call outside comes to: fine, an HTTP status, an error before or after it took effect, or no end. */
export type Fate = 'ok' | 'slow' | number | 'fails' | 'is denied' | 'is throttled' | 'takes effect, then fails' | 'hangs';

/** The process of one execution. After its end nothing goes on: no timer rings, no call returns. */
class Life implements Clock {
  readonly ended: Promise<never>;
  private isOver = false;
  private reject: (error: Error) => void = () => undefined;

  constructor(private readonly world: World) {
    this.ended = new Promise((_, reject) => {
      this.reject = reject;
    });
    this.ended.catch(() => undefined);
  }

  end(status: string): void {
    this.isOver = true;
    this.reject(Object.assign(new Error(`Runtime exited with error: ${status}`), { name: 'Runtime.ExitError' }));
  }

  /** Goes by a point at which the process may end. */
  async pass(point: string): Promise<void> {
    if (!this.isOver && this.world.endsAt(point)) {
      this.end('signal: killed');
    }
    await this.whileAlive(Promise.resolve());
  }

  now(): number {
    return this.world.clock.now();
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return this.whileAlive(this.world.clock.sleep(milliseconds, signal));
  }

  alarm(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return this.whileAlive(this.world.clock.alarm(milliseconds, signal));
  }

  private async whileAlive(work: Promise<void>): Promise<void> {
    await work;
    if (this.isOver) {
      await never();
    }
  }
}

const ARN = 'arn:aws:lambda:eu-central-1:111122223333:function:restore:live';
const MOST_EXECUTIONS = 100;
/** Milliseconds: longer than the first attempt of a hop waits in the shortest execution. */
const SLOW = 1_200;

/** CloudFormation, Lambda's asynchronous invocation and its on-failure destination around the real runtime and the real responder. */
export class World {
  readonly clock = new SimulatedClock(START, 0);
  /** The answers that CloudFormation took; it takes one. */
  readonly told: Told[] = [];
  readonly toldAt: number[] = [];
  /** Every PUT, taken or not. */
  readonly puts: Told[] = [];
  readonly putTimes: number[] = [];
  readonly lines: string[] = [];
  readonly payloads: string[] = [];
  readonly invokedArns: string[] = [];
  /** When the runtime got ready for a hop. */
  readonly prepared: number[] = [];
  /** The records that the responder got. */
  readonly records: unknown[] = [];
  readonly recordedAt: number[] = [];
  readonly secretReads: object[] = [];
  stackReads = 0;
  executions = 0;

  /** Seconds. */
  executionTimeout = 900;
  environment: Record<string, string> = {};
  putFates: Fate[] = [];
  invokeFates: Fate[] = [];
  /** What every PUT and Invoke of the function comes to once its own fates are used up; the responder's are another function's. */
  lastingFates: { readonly put?: () => Fate; readonly invoke?: () => Fate } = {};
  /** Milliseconds from an execution's failure to the responder's start: Lambda's queue and a cold start. */
  responderDelay = 0;
  stackStatus: (signal?: AbortSignal) => string | Promise<string> = () => 'CREATE_IN_PROGRESS';
  readSecret: (
    version: { secretId: string; versionStage?: string; versionId?: string },
    signal?: AbortSignal,
  ) => Promise<{ value?: string; versionId: string }> = () =>
    Promise.reject(Object.assign(new Error('no such secret'), { name: 'ResourceNotFoundException' }));

  /** What Lambda says of a hop before anything else; it may throw. */
  beforeInvoke: () => void = () => undefined;

  /** Asked before and after each step that has an effect outside: whether the process ends there. */
  endsAt: (point: string) => boolean = () => false;

  /** What code does that throws where nobody catches it. */
  throwUncaught(error: unknown): void {
    if (!this.caught) {
      throw new Error('no execution runs that would catch it');
    }
    this.caught(error);
  }

  private caught?: (error: unknown) => void;

  /** Delivers a request, perhaps more than once, and goes on until nothing is left to run. */
  async run(definition: Definition | Partial<AnyHandlers>, ...events: (CloudFormationRequest | object)[]): Promise<this> {
    const queue: unknown[] = [...events];
    const isMap = Object.keys(definition).some((name) => name.includes('::'));
    let sent = this.payloads.length;
    while (queue.length > 0) {
      if (this.executions++ > MOST_EXECUTIONS) {
        throw new Error('the operation does not end');
      }
      const payload = JSON.parse(JSON.stringify(queue.shift())) as unknown;
      await this.execute((isMap ? definition : { ...UNUSED, ...definition }) as Definition, payload);
      queue.push(...this.payloads.slice(sent).map((text) => JSON.parse(text) as unknown));
      sent = this.payloads.length;
    }
    return this;
  }

  /** The only answer that CloudFormation took. */
  get answer(): Told {
    if (this.told.length !== 1) {
      throw new Error(`CloudFormation took ${this.told.length} answers; the log:\n${this.lines.join('')}`);
    }
    return this.told[0];
  }

  get log(): string {
    return this.lines.join('');
  }

  /** What Lambda's on-failure destination hands to the responder. */
  async fail(payload: unknown, response: unknown, context: object = {}): Promise<void> {
    const record = {
      version: '1.0',
      requestContext: { condition: response ? 'RetriesExhausted' : 'EventAgeExceeded', approximateInvokeCount: 1, ...context },
      requestPayload: payload,
      ...(response === undefined ? {} : { responsePayload: response }),
    };
    this.records.push(record);
    this.recordedAt.push(this.clock.now());
    const { clock, environment } = this;
    await clock.sleep(this.responderDelay);
    const write = (line: string) => this.lines.push(line);
    await respond(record, { clock, environment, write, fetch: this.fetch(), endsAt: clock.now() + 60_000 }).catch((error: Error) => {
      this.lines.push(`responder: ${error.name}: ${error.message}\n`);
    });
  }

  private async execute(definition: Definition, payload: unknown): Promise<void> {
    const life = new Life(this);
    const endsAt = this.clock.now() + this.executionTimeout * 1000;
    const invocation = { event: payload, functionArn: ARN, endsAt, logGroup: 'group', logStream: 'stream' };
    const aws = {
      invoke: this.invoke(life),
      prepareInvoke: () => {
        this.prepared.push(this.clock.now());
      },
      readStack: async (_: string, signal: AbortSignal) => {
        this.stackReads += 1;
        return { status: await this.stackStatus(signal) };
      },
      readSecret: (version: { secretId: string }, signal: AbortSignal) => {
        this.secretReads.push(version);
        return this.readSecret(version, signal);
      },
    };
    const platform = {
      clock: life,
      fetch: this.fetch(life),
      aws,
      environment: this.environment,
      write: (line: string) => this.lines.push(line),
      exit: () => life.end('exit status 1'),
      catchUncaught: (caught: (error: unknown) => void) => {
        this.caught = caught;
        return () => {
          this.caught = undefined;
        };
      },
    };
    let problem: { errorType: string; errorMessage: string } | undefined;
    try {
      await Promise.race([execute(definition, invocation, platform).then(() => life.pass('before the end')), life.ended]);
    } catch (error) {
      const { name, message } = error as Error;
      problem = { errorType: name, errorMessage: message };
    }
    if (this.clock.now() > invocation.endsAt) {
      throw new Error(`the execution ran ${this.clock.now() - invocation.endsAt} ms beyond its time limit`);
    }
    if (problem) {
      await this.fail(payload, problem);
    }
  }

  /** @param life of the function's process; the responder is not ended */
  private readonly fetch =
    (life?: Life) =>
    async (url: string, init: RequestInit): Promise<Response> => {
      await life?.pass('before an answer');
      const body = JSON.parse(Buffer.from(init.body as Uint8Array).toString()) as Told;
      this.puts.push(body);
      this.putTimes.push(this.clock.now());
      const fate = this.putFates.shift() ?? (life && this.lastingFates.put?.()) ?? 'ok';
      if (fate === 'ok' || fate === 'takes effect, then fails') {
        if (this.told.length > 0) {
          return new Response(null, { status: 403 });
        }
        this.told.push(body);
        this.toldAt.push(this.clock.now());
      }
      await this.meet(fate, url);
      await life?.pass('after an answer');
      return new Response(null, { status: typeof fate === 'number' ? fate : 200 });
    };

  private readonly invoke =
    (life: Life) =>
    async (arn: string, payload: string): Promise<void> => {
      await life.pass('before a hop');
      this.beforeInvoke();
      const fate = this.invokeFates.shift() ?? this.lastingFates.invoke?.() ?? 'ok';
      this.invokedArns.push(arn);
      if (fate === 'ok' || fate === 'slow' || fate === 'takes effect, then fails') {
        this.payloads.push(payload);
      }
      await this.meet(fate, 'https://lambda');
      await life.pass('after a hop');
    };

  private async meet(fate: Fate, url: string): Promise<void> {
    if (fate === 'slow') {
      await this.clock.alarm(SLOW);
    }
    if (fate === 'hangs') {
      await new Promise(() => undefined);
    }
    if (fate === 'is denied') {
      throw Object.assign(new Error('not authorized to perform: lambda:InvokeFunction'), { name: 'AccessDeniedException' });
    }
    if (fate === 'is throttled') {
      throw Object.assign(new Error('Rate exceeded'), { name: 'TooManyRequestsException' });
    }
    if (fate === 'fails' || fate === 'takes effect, then fails') {
      throw new TypeError('fetch failed', { cause: Object.assign(new Error(`read ECONNRESET ${url}`), { code: 'ECONNRESET' }) });
    }
  }
}

const unexpected = () => Promise.reject(new Error('this was not to be called'));
const UNUSED: AnyHandlers = { create: unexpected, update: unexpected, delete: unexpected };

/** A promise that nothing settles. */
export function never(): Promise<never> {
  return new Promise(() => undefined);
}
