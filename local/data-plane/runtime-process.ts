import type { IncomingMessage } from 'node:http';

import type { Sandbox, SandboxExit, SandboxSpec } from '../sandbox/sandbox';
import { RuntimeApi, type RuntimeInvocation, type RuntimeOutcome } from './runtime-api';

/** How a wait for the runtime ended. */
export type Ended<T> = { readonly done: T } | { readonly exit: SandboxExit } | { readonly late: true };

/** A runtime in its sandbox, and the Runtime API that it talks to. */
export class RuntimeProcess {
  /**
   * @param onRequest sees what the runtime asks the Runtime API for
   * @throws what `startSandbox` throws; the port is free again then.
   */
  static async start(
    startSandbox: (spec: SandboxSpec) => Promise<Sandbox>,
    spec: Omit<SandboxSpec, 'runtimeApi'>,
    onRequest?: (request: IncomingMessage) => void,
  ): Promise<RuntimeProcess> {
    const api = await RuntimeApi.listen(onRequest);
    try {
      return new RuntimeProcess(api, await startSandbox({ ...spec, runtimeApi: api.address }));
    } catch (error) {
      await api.close();
      throw error;
    }
  }

  private exit?: SandboxExit;
  private ending?: Promise<void>;
  private readonly exitListeners = new Set<(exit: SandboxExit) => void>();

  private constructor(
    private readonly api: RuntimeApi,
    private readonly sandbox: Sandbox,
  ) {
    // A sandbox whose end cannot be learnt counts as killed
    const exited = sandbox.exited.catch((): SandboxExit => ({ code: null, signal: 'SIGKILL', reason: 'killed' }));
    void exited.then(async (exit) => {
      // What the process sent before it ended still counts, so its connections are read to their end first
      await api.drained();
      this.exit = exit;
      this.exitListeners.forEach((listener) => listener(exit));
    });
  }

  /** Waits until the runtime asks for its first invocation (`undefined`) or reports why it cannot. */
  initialised(limitMs: number): Promise<Ended<RuntimeOutcome | undefined>> {
    return this.waitFor(Promise.race([this.api.initialised.then(() => undefined), this.api.initFailed]), limitMs);
  }

  /** Hands over one invocation: see RuntimeApi. */
  deliver(invocation: RuntimeInvocation): { outcome: Promise<RuntimeOutcome>; ready: Promise<void> } {
    return this.api.deliver(invocation);
  }

  /** Waits for the runtime, its end, or the end of its time, whichever comes first. */
  waitFor<T>(wait: Promise<T>, milliseconds: number): Promise<Ended<T>> {
    return new Promise((resolve, reject) => {
      const settle = (ended: Ended<T>) => {
        clearTimeout(timer);
        stopListening();
        resolve(ended);
      };
      const timer = setTimeout(() => settle({ late: true }), Math.max(0, milliseconds));
      const stopListening = this.onExit((exit) => settle({ exit }));
      wait.then(
        (done) => settle({ done }),
        (error: Error) => {
          clearTimeout(timer);
          stopListening();
          reject(error);
        },
      );
    });
  }

  /** Calls back once when the process is gone, also when it is gone already, until the returned function is called. */
  onExit(listener: (exit: SandboxExit) => void): () => void {
    this.exitListeners.add(listener);
    const stop = () => void this.exitListeners.delete(listener);
    const { exit } = this;
    if (exit) {
      queueMicrotask(() => {
        if (this.exitListeners.has(listener)) {
          listener(exit);
        }
      });
    }
    return stop;
  }

  freeze(): Promise<void> {
    return this.sandbox.freeze();
  }

  thaw(): Promise<void> {
    return this.sandbox.thaw();
  }

  kill(): Promise<void> {
    return this.sandbox.kill();
  }

  /** Kills the sandbox and frees the port, the port also when the sandbox cannot be killed. Calling it again waits for the same end. */
  end(): Promise<void> {
    this.ending ??= this.tearDown();
    return this.ending;
  }

  private async tearDown(): Promise<void> {
    try {
      await this.sandbox.kill();
    } finally {
      await this.api.close();
    }
  }
}
