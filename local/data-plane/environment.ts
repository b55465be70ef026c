import { randomUUID } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';

import type { Sandbox, SandboxSpec } from '../sandbox/sandbox';
import type { EnvironmentFiles } from './code-cache';
import { Completion } from './completion';
import { environmentVariables } from './environment-variables';
import { environmentIdentity, type FunctionConfiguration } from './function-configuration';
import { exitError, type FunctionError, timeoutError } from './function-error';
import { INIT_LIMIT_MS } from './limits';
import type { EnvironmentLog, LogSink } from './logs';
import type { Records } from './records';
import type { RuntimeOutcome } from './runtime-api';
import { type Ended, RuntimeProcess } from './runtime-process';
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
  /** Takes a line for people. */
  readonly report: (problem: string) => void;
  /** Milliseconds. @default 10 s, as Lambda's */
  readonly initLimitMs?: number;
}

/** One invocation on its way through an environment. */
interface Run {
  readonly request: InvocationRequest;
  readonly result: Completion<InvocationResult>;
  /** By performance.now(). */
  readonly started: number;
  /** Milliseconds since the epoch. */
  readonly deadlineMs: number;
  /** Milliseconds, after an init phase that succeeded. */
  readonly initDuration?: number;
}

/** One execution environment: a sandbox with a runtime in it that runs one invocation at a time. */
export class Environment {
  readonly id = randomUUID();
  readonly identity: string;
  /** Settled when the environment is gone. */
  readonly stopped: Promise<void>;
  /** Why it could not be ended cleanly. */
  stopFailure?: unknown;
  private readonly gone = new Completion<void>();
  private readonly log: EnvironmentLog;
  private running?: RuntimeProcess;
  private starting?: Promise<RuntimeProcess>;
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
    const result = new Completion<InvocationResult>();
    const released = this.perform(request, result).catch(async (error: unknown) => {
      result.reject(error);
      await this.stop(`failed: ${String(error)}`);
    });
    return { result: result.promise, released };
  }

  /**
   * Kills the sandbox and frees the port. Safe to call at any time and more than once.
   * Never rejects: what could not be ended is reported, and kept in `stopFailure`.
   */
  stop(reason: string): Promise<void> {
    this.stopping ??= this.tearDown(reason).catch((error: unknown) => {
      this.stopFailure = error;
      this.options.report(`An environment of ${this.configuration.functionArn} was not ended cleanly: ${String(error)}`);
    });
    return this.stopping;
  }

  private async perform(request: InvocationRequest, result: Completion<InvocationResult>): Promise<void> {
    const prepared = await this.prepare(request.requestId);
    const timeoutMs = this.configuration.timeout * 1000;
    const run: Run = { request, result, started: performance.now(), deadlineMs: Date.now() + timeoutMs, initDuration: prepared.initDuration };
    this.log.start(request.requestId);
    request.onStart?.({ cold: prepared.cold, environmentId: this.id, initDuration: prepared.initDuration });
    if (!prepared.initialised) {
      // A failed init phase is repeated as part of the invocation, within the function's own time (Developer Guide, "Failures during the Init phase")
      const failure = await this.initialise(timeoutMs, request.requestId, 'invoke');
      if (failure) {
        await this.fail(run, failure);
        await this.stop(failure.errorType);
        return;
      }
    }
    await this.invoke(run);
  }

  /** Wakes a frozen environment, or gives a new one its init phase. */
  private async prepare(requestId: string): Promise<{ cold: boolean; initialised: boolean; initDuration?: number }> {
    this.isIdle = false;
    if (this.running) {
      await this.settled();
      await this.running.thaw();
      return { cold: false, initialised: true };
    }
    const begun = performance.now();
    const failure = await this.initialise(this.options.initLimitMs ?? INIT_LIMIT_MS, requestId, 'init');
    return failure ? { cold: true, initialised: false } : { cold: true, initialised: true, initDuration: performance.now() - begun };
  }

  private async invoke(run: Run): Promise<void> {
    const running = this.running!;
    const { requestId, invokedArn: functionArn, traceId, payload, clientContext, tenantId } = run.request;
    const { deadlineMs } = run;
    const delivery = running.deliver({ requestId, invocationId: randomUUID(), deadlineMs, functionArn, traceId, payload, clientContext, tenantId });
    const answer = await running.waitFor(delivery.outcome, deadlineMs - Date.now());
    if ('done' in answer) {
      this.answered = true;
      await this.finish(run, answer.done);
      const ready = await running.waitFor(delivery.ready, deadlineMs - Date.now());
      this.answered = false;
      if ('done' in ready) {
        this.rest();
      } else {
        await this.stop('exit' in ready ? 'exited after its answer' : 'did not ask for the next invocation within its time limit');
      }
      return;
    }
    const error = 'exit' in answer ? exitError(requestId, answer.exit) : timeoutError(requestId, this.configuration.timeout);
    // The answer waits for the kill: a caller that retries at once must not meet the old run still working
    await running.kill();
    await this.fail(run, error);
    await this.stop(error.errorType);
  }

  private fail(run: Run, error: FunctionError): Promise<void> {
    return this.finish(run, { payload: error.payload, contentType: 'application/json', errorType: error.errorType }, error);
  }

  /** Ends the invocation's log and gives the caller its answer. `error` is set when Lambda, not the runtime, made it. */
  private async finish({ request, result, started, initDuration }: Run, outcome: RuntimeOutcome, error?: FunctionError): Promise<void> {
    await this.drainOutput();
    this.log.end(request.requestId, { duration: performance.now() - started, initDuration, error });
    result.resolve({ ...outcome, executedVersion: this.configuration.version, logTail: this.log.tail() });
  }

  /** Starts a sandbox and waits until its runtime asks for an invocation. Answers with the error when it does not. */
  private async initialise(limitMs: number, requestId: string, phase: 'init' | 'invoke'): Promise<FunctionError | undefined> {
    await this.discard();
    this.refuseWhenStopped();
    this.running = await this.startRuntime();
    if (this.isStopped) {
      await this.discard();
      this.refuseWhenStopped();
    }
    const begun = performance.now();
    const ended = await this.running.initialised(limitMs);
    if ('done' in ended && ended.done === undefined) {
      this.note('environment-initialised');
      this.running.onExit((exit) => this.exitedWhileIdle(exit.signal ?? exit.code));
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

  private initFailure(ended: Ended<RuntimeOutcome | undefined>, requestId: string): FunctionError {
    if ('late' in ended) {
      return timeoutError(requestId, this.configuration.timeout);
    }
    if ('exit' in ended) {
      return exitError(requestId, ended.exit);
    }
    const outcome = ended.done!;
    return { errorType: outcome.errorType ?? 'Runtime.Unknown', payload: outcome.payload, logLine: '' };
  }

  private async startRuntime(): Promise<RuntimeProcess> {
    const { configuration, files, region, endpoint, startSandbox } = this.options;
    const { runtime, handler, memorySize, ephemeralStorage } = configuration;
    this.starting = RuntimeProcess.start(startSandbox, {
      runtime,
      handler,
      memorySize,
      ephemeralStorage,
      environment: environmentVariables(configuration, { region, endpoint, logGroup: this.log.group, logStream: this.log.stream }),
      taskRoot: files.taskRoot,
      ...(files.optRoot === undefined ? {} : { optRoot: files.optRoot }),
      onOutput: (chunk) => this.log.write(chunk),
    });
    try {
      return await this.starting;
    } catch (error) {
      throw new ServiceError(
        502,
        'InvalidRuntimeException',
        `${configuration.functionArn} (${runtime}) cannot run here: ${(error as Error).message}`,
      );
    }
  }

  private exitedWhileIdle(how: string | number | null): void {
    if (this.isIdle) {
      void this.stop(`exited while idle (${how})`);
    }
  }

  private rest(): void {
    this.isIdle = true;
    this.resting = this.running!.freeze()
      .then(() => this.note('environment-frozen'))
      .catch((error: unknown) => this.stop(`cannot be frozen: ${String(error)}`));
  }

  /** What a process wrote before it answered may still be on its way through the pipe. */
  private async drainOutput(): Promise<void> {
    await turn();
    await turn();
  }

  private async discard(): Promise<void> {
    const { running } = this;
    this.running = undefined;
    await running?.end();
  }

  private async tearDown(reason: string): Promise<void> {
    try {
      // The latest one, running or still on its way
      const started = await this.starting?.catch(() => undefined);
      await started?.end();
    } finally {
      await this.log.close();
      this.note('environment-stopped', reason);
      this.gone.resolve();
    }
  }

  private note(type: 'environment-started' | 'environment-initialised' | 'environment-frozen' | 'environment-stopped', reason?: string): void {
    const { functionArn } = this.configuration;
    this.options.records.emit({ type, functionArn, environmentId: this.id, ...(reason === undefined ? {} : { reason }) });
  }
}
