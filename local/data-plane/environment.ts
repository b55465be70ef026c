import { randomUUID } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import type { Sandbox, SandboxExit, SandboxSpec } from '../sandbox/sandbox';
import { Deferred } from './deferred';
import type { EnvironmentFiles } from './code-cache';
import { environmentVariables } from './environment-variables';
import { environmentIdentity, type FunctionConfiguration } from './function-configuration';
import { exitError, timeoutError, type FunctionError } from './function-error';
import { INIT_LIMIT_MS } from './limits';
import type { EnvironmentLog, LogSink } from './logs';
import type { Records } from './records';
import { RuntimeApi, type RuntimeOutcome } from './runtime-api';
import { ServiceError } from './service-error';

/** One event on its way to a runtime. */
export interface InvocationRequest {
  readonly requestId: string;
  /** With the qualifier as called. */
  readonly invokedArn: string;
  readonly traceId: string;
  readonly payload: Buffer;
  /** Decoded JSON. */
  readonly clientContext?: string;
  readonly tenantId?: string;
  /** The runtime is about to be handed the event. */
  readonly onStart?: (start: { cold: boolean; environmentId: string; initDuration?: number }) => void;
}

/** How an invocation ended. */
export interface InvocationResult {
  /** Byte for byte what the runtime posted, or the error that Lambda makes. */
  readonly payload: Buffer;
  readonly contentType: string;
  /** Set for a function error. */
  readonly errorType?: string;
  readonly executedVersion: string;
  /** The end of the log. */
  readonly logTail: Buffer;
}

export interface EnvironmentOptions {
  readonly configuration: FunctionConfiguration;
  readonly files: EnvironmentFiles;
  readonly startSandbox: (spec: SandboxSpec) => Promise<Sandbox>;
  readonly region: string;
  /** Address of the bed, for AWS_ENDPOINT_URL. */
  readonly endpoint: string;
  readonly logs: LogSink;
  readonly records: Records;
  /** Milliseconds. @default 10 s, as Lambda's */
  readonly initLimitMs?: number;
}

interface Running {
  readonly api: RuntimeApi;
  readonly sandbox: Sandbox;
}

/** How a wait for the runtime ended. */
type Ended<T> = { readonly done: T } | { readonly exit: SandboxExit } | { readonly late: true };

/** One execution environment: a sandbox with a runtime in it that runs one invocation at a time. */
export class Environment {
  readonly id = randomUUID();
  readonly identity: string;
  /** Settled when the environment is gone. */
  readonly stopped: Promise<void>;
  private readonly gone = new Deferred<void>();
  private readonly log: EnvironmentLog;
  private running?: Running;
  private starting?: Promise<Sandbox>;
  private stopping?: Promise<void>;
  private resting: Promise<void> = Promise.resolve();
  private isIdle = false;
  private answered = false;

  constructor(private readonly options: EnvironmentOptions) {
    this.identity = environmentIdentity(options.configuration);
    this.stopped = this.gone.promise;
    this.log = options.logs.open(options.configuration);
    this.note('environment-started');
  }

  get configuration(): FunctionConfiguration {
    return this.options.configuration;
  }

  /** Whether its runtime has answered and not yet asked for the next invocation. */
  get hasAnswered(): boolean {
    return this.answered && !this.isStopped;
  }

  get isStopped(): boolean {
    return this.stopping !== undefined;
  }

  /** Waits until the environment is frozen, or gone because it could not be. */
  async settled(): Promise<void> {
    await this.resting;
  }

  /**
   * Runs one invocation, on a new environment after its init phase.
   * `result` is settled when the runtime answered or failed, `released` when the environment is idle (frozen) or gone.
   */
  run(request: InvocationRequest): { result: Promise<InvocationResult>; released: Promise<void> } {
    const result = new Deferred<InvocationResult>();
    const released = this.perform(request, result).catch(async (error: unknown) => {
      result.reject(error);
      await this.stop(`failed: ${String(error)}`);
    });
    return { result: result.promise, released };
  }

  /** Kills the sandbox and frees the port. Safe to call at any time and more than once. */
  stop(reason: string): Promise<void> {
    this.stopping ??= this.tearDown(reason);
    return this.stopping;
  }

  private async perform(request: InvocationRequest, result: Deferred<InvocationResult>): Promise<void> {
    const cold = this.running === undefined;
    this.isIdle = false;
    const begun = performance.now();
    let initialised = !cold || (await this.initialise(this.options.initLimitMs ?? INIT_LIMIT_MS, request.requestId)) === undefined;
    const initDuration = cold && initialised ? performance.now() - begun : undefined;
    if (!cold) {
      await this.settled();
      await this.running!.sandbox.thaw();
    }
    const timeoutMs = this.configuration.timeout * 1000;
    const deadlineMs = Date.now() + timeoutMs;
    const started = performance.now();
    this.log.start(request.requestId);
    request.onStart?.({ cold, environmentId: this.id, ...(initDuration === undefined ? {} : { initDuration }) });
    const finish = async (error: FunctionError | undefined, outcome?: RuntimeOutcome) => {
      await this.drainOutput();
      const duration = performance.now() - started;
      const errorType = error?.errorType ?? outcome?.errorType;
      this.log.end(request.requestId, { duration, ...(initDuration === undefined ? {} : { initDuration }), ...(error ? { error } : {}) });
      result.resolve({
        payload: error?.payload ?? outcome!.payload,
        contentType: error ? 'application/json' : outcome!.contentType,
        ...(errorType === undefined ? {} : { errorType }),
        executedVersion: this.configuration.version,
        logTail: this.log.tail(),
      });
    };
    if (!initialised) {
      // A failed init phase is repeated as part of the invocation, within the function's own time (Developer Guide, "Failures during the Init phase").
      const failure = await this.initialise(timeoutMs, request.requestId, true);
      if (failure) {
        await finish(failure);
        await this.stop(failure.errorType);
        return;
      }
      initialised = true;
    }
    await this.invoke(request, deadlineMs, finish);
  }

  private async invoke(request: InvocationRequest, deadlineMs: number, finish: (error: FunctionError | undefined, outcome?: RuntimeOutcome) => Promise<void>) {
    const running = this.running!;
    const { requestId, invokedArn: functionArn, traceId, payload, clientContext, tenantId } = request;
    const delivery = running.api.deliver({ requestId, invocationId: randomUUID(), deadlineMs, functionArn, traceId, payload, clientContext, tenantId });
    const answer = await within(delivery.outcome, running, deadlineMs - Date.now());
    if ('done' in answer) {
      this.answered = true;
      await finish(undefined, answer.done);
      const ready = await within(delivery.ready, running, deadlineMs - Date.now());
      this.answered = false;
      if ('done' in ready) {
        this.rest();
      } else {
        await this.stop('exit' in ready ? 'exited after its answer' : 'did not ask for the next invocation within its time limit');
      }
      return;
    }
    const error = 'exit' in answer ? exitError(requestId, answer.exit) : timeoutError(requestId, this.configuration.timeout);
    // The answer waits for the kill: a caller that retries at once must not meet the old run still working.
    await this.killSandbox();
    await finish(error);
    await this.stop(error.errorType);
  }

  /** Starts a sandbox and waits until its runtime asks for an invocation. Answers with the error when it does not. */
  private async initialise(limitMs: number, requestId: string, withinInvocation = false): Promise<FunctionError | undefined> {
    await this.discard();
    this.refuseWhenStopped();
    const api = await RuntimeApi.listen();
    const sandbox = await this.startSandbox(api);
    this.running = { api, sandbox };
    if (this.isStopped) {
      await this.discard();
      this.refuseWhenStopped();
    }
    const phase = withinInvocation ? 'invoke' : 'init';
    const begun = performance.now();
    const ended = await within(Promise.race([api.initialised, api.initFailed]), this.running, limitMs);
    if ('done' in ended && ended.done === undefined) {
      this.note('environment-initialised');
      this.watch(sandbox);
      return undefined;
    }
    const failure = this.initFailure(ended, requestId);
    this.log.initReport({ duration: performance.now() - begun, phase, timedOut: 'late' in ended, errorType: failure.errorType });
    await this.discard();
    return failure;
  }

  private refuseWhenStopped(): void {
    if (this.isStopped) {
      throw new ServiceError(500, 'ServiceException', `The environment of ${this.configuration.functionArn} was stopped before it could run.`);
    }
  }

  private initFailure(ended: Ended<void | RuntimeOutcome>, requestId: string): FunctionError {
    if ('late' in ended) {
      return timeoutError(requestId, this.configuration.timeout);
    }
    if ('exit' in ended) {
      return exitError(requestId, ended.exit);
    }
    const outcome = ended.done as RuntimeOutcome;
    return { errorType: outcome.errorType ?? 'Runtime.Unknown', payload: outcome.payload, logLine: '' };
  }

  private async startSandbox(api: RuntimeApi): Promise<Sandbox> {
    const { configuration, files, region, endpoint } = this.options;
    const { runtime, handler, memorySize, ephemeralStorage } = configuration;
    this.starting = this.options.startSandbox({
      runtime,
      handler,
      memorySize,
      ephemeralStorage,
      environment: environmentVariables(configuration, { region, endpoint, logGroup: this.log.group, logStream: this.log.stream }),
      taskRoot: files.taskRoot,
      ...(files.optRoot === undefined ? {} : { optRoot: files.optRoot }),
      runtimeApi: api.address,
      onOutput: (chunk) => this.log.write(chunk),
    });
    try {
      return await this.starting;
    } catch (error) {
      await api.close();
      throw new ServiceError(502, 'InvalidRuntimeException', `${configuration.functionArn} (${runtime}) cannot run here: ${(error as Error).message}`);
    }
  }

  /** An environment whose process ends while it is idle is gone. */
  private watch(sandbox: Sandbox): void {
    void sandbox.exited.then((exit) => {
      if (this.running?.sandbox === sandbox && this.isIdle) {
        void this.stop(`exited while idle (${exit.signal ?? exit.code})`);
      }
    });
  }

  private rest(): void {
    this.isIdle = true;
    this.resting = this.running!.sandbox.freeze().then(() => this.note('environment-frozen')).catch((error: unknown) => this.stop(`cannot be frozen: ${String(error)}`));
  }

  /** What a process wrote before it answered may still be on its way through the pipe. */
  private async drainOutput(): Promise<void> {
    await turn();
    await turn();
  }

  private async killSandbox(): Promise<void> {
    await this.running?.sandbox.kill();
  }

  private async discard(): Promise<void> {
    const { running } = this;
    this.running = undefined;
    await running?.sandbox.kill();
    await running?.api.close();
  }

  private async tearDown(reason: string): Promise<void> {
    try {
      const sandbox = await this.starting?.catch(() => undefined);
      await sandbox?.kill();
      await this.discard();
      await this.log.close();
    } finally {
      this.note('environment-stopped', reason);
      this.gone.resolve();
    }
  }

  private note(type: 'environment-started' | 'environment-initialised' | 'environment-frozen' | 'environment-stopped', reason?: string): void {
    const { functionArn } = this.configuration;
    this.options.records.emit({ type, functionArn, environmentId: this.id, ...(reason === undefined ? {} : { reason }) });
  }
}

/** Waits for the runtime, its end, or the end of its time, whichever comes first. */
async function within<T>(wait: Promise<T>, { api, sandbox }: Running, milliseconds: number): Promise<Ended<T>> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Ended<T>>((resolve) => {
    timer = setTimeout(() => resolve({ late: true }), Math.max(0, milliseconds));
  });
  try {
    // What the process sent before it ended still counts, so its connections are read to their end first.
    const exited = sandbox.exited.then((exit) => api.drained().then(() => ({ exit })));
    return await Promise.race([wait.then((done) => ({ done })), exited, late]);
  } finally {
    clearTimeout(timer);
  }
}
