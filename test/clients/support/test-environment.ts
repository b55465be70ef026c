/** One execution environment with the layer in front of AWS's own client, driven through the Runtime API. */
import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import type { IncomingMessage } from 'node:http';
import * as os from 'node:os';
import * as path from 'node:path';

import names from '../../../lambda/contract/names.json';
import type { RuntimeOutcome } from '../../../local/data-plane/runtime-api';
import { type Ended, RuntimeProcess } from '../../../local/data-plane/runtime-process';
import { type SandboxExit, startSandbox } from '../../../local/sandbox/sandbox';

/** Longer than anything takes here: what it ends is a hang. */
const PATIENCE_MS = 30_000;
const TIMEOUT_MS = 20_000;
/** Longer than a busy machine keeps a process from its next words. */
const SILENCE_MS = 3000;

const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/;

export const OPERATOR_PARAMETER = '/cdk-patient-lambda/windows/test/operator';
export const FUNCTION_KEY = 'fn';
export const FUNCTION_ARN = 'arn:aws:lambda:us-east-1:000000000000:function:fn:live';

export interface EnvironmentSpec {
  readonly runtime: string;
  /** Version of AWS's client. */
  readonly client?: string;
  readonly handler?: string;
  /** The function's files by path. */
  readonly code: Readonly<Record<string, string>>;
  /** The directory to bind at /opt; without it the client runs bare. */
  readonly layer?: string;
  readonly table: string;
  readonly ssm: string;
  readonly dynamoDb: string;
  /** By key of names.json `environment`; also any other variable. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly memorySize?: number;
}

export interface InvokeOptions {
  readonly requestId?: string;
  readonly clientContext?: string;
  readonly cognitoIdentity?: string;
  /** Milliseconds. */
  readonly timeout?: number;
}

/** What came back, or how the process ended instead. */
export type Answer = { readonly requestId: string } & (
  { readonly outcome: RuntimeOutcome } | { readonly exit: SandboxExit } | { readonly late: true }
);

export class TestEnvironment {
  static async start(spec: EnvironmentSpec): Promise<TestEnvironment> {
    const taskRoot = await fs.promises.mkdtemp(path.join(os.tmpdir(), 'task-'));
    for (const [name, text] of Object.entries(spec.code)) {
      const file = path.join(taskRoot, name);
      await fs.promises.mkdir(path.dirname(file), { recursive: true });
      await fs.promises.writeFile(file, text);
    }
    const output: Buffer[] = [];
    const requests: IncomingMessage[] = [];
    const process = await RuntimeProcess.start(
      startSandbox,
      {
        runtime: spec.runtime,
        client: spec.client,
        handler: spec.handler ?? 'app.handler',
        memorySize: spec.memorySize ?? 512,
        ephemeralStorage: 64,
        taskRoot,
        optRoot: spec.layer,
        environment: environmentOf(spec),
        onOutput: (chunk) => output.push(chunk),
      },
      (request) => requests.push(request),
    );
    return new TestEnvironment(process, taskRoot, output, requests);
  }

  private ready: Promise<unknown> = Promise.resolve();
  private readonly init: Promise<Ended<RuntimeOutcome | undefined>>;

  private constructor(
    private readonly process: RuntimeProcess,
    private readonly taskRoot: string,
    private readonly chunks: Buffer[],
    private readonly received: readonly IncomingMessage[],
  ) {
    // From the beginning: a process that has ended by the time somebody asks has told why before that
    this.init = process.initialised(PATIENCE_MS);
  }

  /** Everything the process wrote. */
  get output(): string {
    return Buffer.concat(this.chunks).toString('utf8');
  }

  /**
   * What the Runtime API was asked for, with every header, but for what no two environments have in common, and the lengths of bodies: those are
   * compared themselves.
   */
  get requests(): readonly [request: string, headers: Readonly<Record<string, string>>][] {
    return this.received.map(({ method, url, headers: { 'host': _, 'content-length': __, ...headers } }) => [
      `${method} ${url}`,
      Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value).replace(UUID, 'UUID')])),
    ]);
  }

  /** The init error, or undefined when the client asks for its first invocation; an exit as such. */
  async initialised(): Promise<RuntimeOutcome | SandboxExit | undefined> {
    const ended = await this.init;
    if ('late' in ended) {
      throw new Error(`not initialised within ${PATIENCE_MS} ms:\n${this.output}`);
    }
    return 'exit' in ended ? ended.exit : ended.done;
  }

  async invoke(event: unknown, options: InvokeOptions = {}): Promise<Answer> {
    await this.process.waitFor(this.ready, PATIENCE_MS);
    const requestId = options.requestId ?? randomUUID();
    const timeout = options.timeout ?? TIMEOUT_MS;
    const { outcome, ready } = this.process.deliver({
      requestId,
      invocationId: randomUUID(),
      deadlineMs: Date.now() + timeout,
      functionArn: FUNCTION_ARN,
      traceId: 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0',
      payload: Buffer.isBuffer(event) ? event : Buffer.from(JSON.stringify(event)),
      clientContext: options.clientContext,
      cognitoIdentity: options.cognitoIdentity,
    });
    this.ready = ready;
    const ended = await this.process.waitFor(outcome, timeout);
    return { requestId, ...('done' in ended ? { outcome: ended.done } : ended) };
  }

  /** The payload as JSON. @throws Error when the invocation did not end with a response. */
  async reply(event: unknown, options?: InvokeOptions): Promise<unknown> {
    const { outcome } = await this.answered(event, options);
    if (outcome.errorType !== undefined) {
      throw new Error(`failed: ${outcome.payload.toString()}\n${this.output}`);
    }
    return JSON.parse(outcome.payload.toString('utf8'));
  }

  /** The error that was posted. @throws Error when there was none. */
  async error(event: unknown, options?: InvokeOptions): Promise<{ errorType: string; errorMessage: string; stackTrace?: string[] }> {
    const { outcome } = await this.answered(event, options);
    if (outcome.errorType === undefined) {
      throw new Error(`did not fail: ${outcome.payload.toString()}`);
    }
    return JSON.parse(outcome.payload.toString('utf8')) as { errorType: string; errorMessage: string };
  }

  /** How the process ended while it ran the invocation. */
  async exit(event: unknown, options?: InvokeOptions): Promise<SandboxExit> {
    const answer = await this.invoke(event, options);
    if (!('exit' in answer)) {
      throw new Error(`did not exit: ${JSON.stringify(answer)}\n${this.output}`);
    }
    return answer.exit;
  }

  /** How the process ends once nothing runs any more. */
  async ended(): Promise<SandboxExit> {
    const ended = await this.process.waitFor(new Promise<never>(() => undefined), PATIENCE_MS);
    if (!('exit' in ended)) {
      throw new Error(`did not exit:\n${this.output}`);
    }
    return ended.exit;
  }

  /** Waits until it asks for another invocation, or has ended. */
  async idle(): Promise<void> {
    await this.process.waitFor(this.ready, PATIENCE_MS);
  }

  /** Waits until the process has ended by itself, or has written nothing for a while: an old client stays after its init error. */
  async lastWords(): Promise<void> {
    for (let seen = -1; seen !== this.chunks.length;) {
      seen = this.chunks.length;
      const ended = await this.process.waitFor(new Promise<never>(() => undefined), SILENCE_MS);
      if ('exit' in ended) {
        return;
      }
    }
  }

  /** Leaves no process, port or file. */
  async close(): Promise<void> {
    await this.process.end();
    await fs.promises.rm(this.taskRoot, { recursive: true, force: true });
  }

  private async answered(event: unknown, options?: InvokeOptions): Promise<{ outcome: RuntimeOutcome }> {
    const answer = await this.invoke(event, options);
    if (!('outcome' in answer)) {
      throw new Error(`no answer: ${JSON.stringify(answer)}\n${this.output}`);
    }
    return answer;
  }
}

function environmentOf(spec: EnvironmentSpec): Record<string, string> {
  const known: Record<string, string> = names.environment;
  const variables = Object.fromEntries(Object.entries(spec.variables ?? {}).map(([name, value]) => [known[name] ?? name, value]));
  return {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'ASIATESTFUNCTION',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_SESSION_TOKEN: 'token',
    AWS_LAMBDA_FUNCTION_NAME: 'fn',
    AWS_LAMBDA_FUNCTION_VERSION: '3',
    AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/fn',
    AWS_LAMBDA_LOG_STREAM_NAME: 'stream',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    ...(spec.layer === undefined
      ? {}
      : {
          [known.wrapper]: names.layer.wrapper,
          [known.operatorParameter]: OPERATOR_PARAMETER,
          [known.table]: spec.table,
          [known.functionKey]: FUNCTION_KEY,
          [known.cacheTtl]: '1',
          AWS_ENDPOINT_URL_SSM: spec.ssm,
          AWS_ENDPOINT_URL_DYNAMODB: spec.dynamoDb,
        }),
    ...variables,
  };
}
