import * as http from 'node:http';

import type { Sandbox, SandboxExit, SandboxSpec } from '../../../local/sandbox/sandbox';
import { call } from './http-client';

/** Plays one runtime over HTTP in this process, so that a test decides the order of what happens. */
export class ScriptedRuntime implements Sandbox {
  readonly exited: Promise<SandboxExit>;
  /** In the order called. */
  readonly calls: string[] = [];
  private readonly agent = new http.Agent({ keepAlive: true });
  private end!: (exit: SandboxExit) => void;

  constructor(private readonly spec: SandboxSpec) {
    this.exited = new Promise((resolve) => (this.end = resolve));
  }

  /** Asks for an invocation; answers with its request id. */
  async next(): Promise<string> {
    const { headers } = await call(`http://${this.spec.runtimeApi}/2018-06-01/runtime/invocation/next`, { agent: this.agent });
    return headers['lambda-runtime-aws-request-id'] as string;
  }

  async respond(requestId: string, body: string | Buffer): Promise<void> {
    await call(`http://${this.spec.runtimeApi}/2018-06-01/runtime/invocation/${requestId}/response`, { method: 'POST', body, agent: this.agent });
  }

  write(text: string): void {
    this.spec.onOutput(Buffer.from(text));
  }

  /** Ends as a process does: its connections end after what it sent. */
  exit(code: number | null, reason: SandboxExit['reason'] = 'exit'): void {
    this.end({ code, signal: reason === 'exit' ? null : 'SIGKILL', reason });
  }

  /** Ends its connections. */
  disconnect(): void {
    this.agent.destroy();
  }

  freeze(): Promise<void> {
    this.calls.push('freeze');
    return Promise.resolve();
  }

  thaw(): Promise<void> {
    this.calls.push('thaw');
    return Promise.resolve();
  }

  kill(): Promise<void> {
    this.calls.push('kill');
    this.disconnect();
    this.exit(null, 'killed');
    return Promise.resolve();
  }
}

/** Starts runtimes that follow a script each. */
export function scripted(script: (runtime: ScriptedRuntime) => Promise<void>): {
  runtimes: ScriptedRuntime[];
  startSandbox: (spec: SandboxSpec) => Promise<Sandbox>;
} {
  const runtimes: ScriptedRuntime[] = [];
  return {
    runtimes,
    startSandbox: (spec) => {
      const runtime = new ScriptedRuntime(spec);
      runtimes.push(runtime);
      // A runtime that is killed in mid-script ends with it.
      script(runtime).catch(() => undefined);
      return Promise.resolve(runtime);
    },
  };
}
