import type { CodeCache } from './code-cache';
import { Environment, type EnvironmentOptions, type InvocationRequest, type InvocationResult } from './environment';
import { environmentIdentity, type FunctionConfiguration } from './function-configuration';
import { HAND_OVER_MS, IDLE_ENVIRONMENT_LIMIT } from './limits';
import { ServiceError } from './service-error';

/** All execution environments: warm ones are used again, those of a changed function are retired. */
export class EnvironmentPool {
  /** Idle ones, the one used last at the end. */
  private idle: Environment[] = [];
  private readonly all = new Set<Environment>();
  /** Newest identity of each version; environments of another one are retired. */
  private readonly newest = new Map<string, string>();
  private readonly waiting = new Set<{ readonly identity: string; readonly wake: () => void }>();
  private closed = false;

  constructor(
    private readonly code: CodeCache,
    private readonly options: () => Omit<EnvironmentOptions, 'configuration' | 'files'>,
  ) {}

  /**
   * Runs one invocation on a warm environment, or a new one.
   * `released` is settled when that environment is free again or gone, and never rejects.
   */
  run(configuration: FunctionConfiguration, request: InvocationRequest): { result: Promise<InvocationResult>; released: Promise<void> } {
    const running = this.take(configuration).then((environment) => {
      const run = environment.run(request);
      return { ...run, free: run.released.finally(() => this.giveBack(environment)) };
    });
    return {
      result: running.then(({ result }) => result),
      released: running.then(({ free }) => free).catch(() => undefined),
    };
  }

  /**
   * Kills every environment.
   * @throws AggregateError when some could not be ended; the others are.
   */
  async close(): Promise<void> {
    this.closed = true;
    const environments = [...this.all];
    await Promise.all(environments.map((environment) => environment.stop('the bed closes')));
    const failures = environments.flatMap(({ stopFailure }) => (stopFailure === undefined ? [] : [stopFailure]));
    if (failures.length > 0) {
      throw new AggregateError(failures, `${failures.length} environments were not ended cleanly: ${failures.map(String).join('; ')}`);
    }
  }

  private async take(configuration: FunctionConfiguration): Promise<Environment> {
    this.refuseWhenClosed();
    const identity = environmentIdentity(configuration);
    this.retireOthers(configuration, identity);
    const patienceEnds = Date.now() + HAND_OVER_MS;
    for (;;) {
      // The one used last: the others may become old enough to be stopped
      const environment = this.idle.filter((candidate) => candidate.identity === identity).at(-1);
      if (environment) {
        this.idle = this.idle.filter((other) => other !== environment);
        await environment.settled();
        if (!environment.isStopped) {
          return environment;
        }
      } else if (!(await this.handOver(identity, patienceEnds - Date.now()))) {
        return this.create(configuration);
      }
    }
  }

  /** Waits for an environment that has answered already, unless others wait for it. Answers whether it is worth looking again. */
  private async handOver(identity: string, milliseconds: number): Promise<boolean> {
    const answered = [...this.all].filter((environment) => environment.identity === identity && environment.hasAnswered).length;
    const waiting = [...this.waiting].filter((waiter) => waiter.identity === identity).length;
    if (milliseconds <= 0 || answered <= waiting) {
      return false;
    }
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.waiting.delete(waiter);
        resolve();
      };
      const waiter = { identity, wake: done };
      const timer = setTimeout(done, milliseconds);
      this.waiting.add(waiter);
    });
    return true;
  }

  /** Somebody who waits for that environment may look again. */
  private wake(identity: string): void {
    [...this.waiting].find((waiter) => waiter.identity === identity)?.wake();
  }

  private async create(configuration: FunctionConfiguration): Promise<Environment> {
    const files = await this.code.files(configuration);
    this.refuseWhenClosed();
    const environment = new Environment({ ...this.options(), configuration, files });
    this.all.add(environment);
    void environment.stopped.then(() => {
      this.all.delete(environment);
      this.idle = this.idle.filter((other) => other !== environment);
    });
    return environment;
  }

  private giveBack(environment: Environment): void {
    this.keepOrStop(environment);
    this.wake(environment.identity);
  }

  private keepOrStop(environment: Environment): void {
    if (environment.isStopped) {
      return;
    }
    if (this.closed || this.newest.get(versionOf(environment.configuration)) !== environment.identity) {
      void environment.stop('the function changed');
      return;
    }
    this.idle.push(environment);
    if (this.idle.length > IDLE_ENVIRONMENT_LIMIT) {
      void this.idle.shift()!.stop('idle for longest');
    }
  }

  private retireOthers(configuration: FunctionConfiguration, identity: string): void {
    const version = versionOf(configuration);
    this.newest.set(version, identity);
    const stale = this.idle.filter((environment) => versionOf(environment.configuration) === version && environment.identity !== identity);
    this.idle = this.idle.filter((environment) => !stale.includes(environment));
    stale.forEach((environment) => void environment.stop('the function changed'));
  }

  private refuseWhenClosed(): void {
    if (this.closed) {
      throw new ServiceError(500, 'ServiceException', 'The bed is closing.');
    }
  }
}

function versionOf({ functionArn, version }: FunctionConfiguration): string {
  return `${functionArn}:${version}`;
}
