/**
 * One process's stream of invocations: is between the client and its native part. The client asks for the next invocation and gets those that may
 * run; the rest is answered here.
 */
import type { ClientRequest } from 'node:http';

import { GateNotAttached } from '../quiet/errors';
import type { Gate } from '../quiet/gate';
import { CLIENT_CONTEXT, type Invocation, type RawInvocation, readInvocation } from '../quiet/invocation';
import type { StartedRun, Step } from '../quiet/step';
import { holdResponse, type Kind, NOT_FINISHED } from './held-response';
import { errorBody, responsePath, type RuntimeApi } from './runtime-api';

/** What the client uses of rapid-client.node. Arguments may grow: more are passed on. */
export interface NativeClient {
  readonly next: (...more: unknown[]) => Promise<RawInvocation>;
  readonly done: (encodedId: string, body: string, ...more: unknown[]) => unknown;
  readonly error: (encodedId: string, body: string, xray: string, ...more: unknown[]) => unknown;
  readonly initializeClient?: (userAgent: string) => unknown;
}

/** How a replay ends whose client goes on although no end of its response was seen. */
const UNSEEN = JSON.stringify({
  errorType: NOT_FINISHED,
  errorMessage: "the runtime's client asked for the next invocation, and no end of this one's response had been seen",
});

/** An invocation that the handler runs. */
interface Running {
  readonly invocation: Invocation;
  readonly replay?: StartedRun;
  /** The replay's outcome being written and posted. */
  settling?: Promise<unknown>;
}

export class Session {
  private kept: RawInvocation | undefined;
  private running: Running | undefined;
  private asked = false;
  private released = false;

  constructor(
    private readonly gate: Gate,
    private readonly api: RuntimeApi,
  ) {}

  /** Whether an invocation waits for the handler that is being loaded. */
  get isLoading(): boolean {
    return this.kept !== undefined;
  }

  /** Whether the client has asked its native part for an invocation. */
  get isAsked(): boolean {
    return this.asked;
  }

  /** Lets every invocation pass from now on. */
  release(): void {
    this.released = true;
  }

  /** Serves invocations before the handler is loaded, until one may run. */
  async hold(native: NativeClient): Promise<void> {
    const raw = await native.next();
    this.kept = this.isQuiet(raw) ? raw : await this.firstToRun(raw, native, []);
    this.running ??= { invocation: readInvocation(this.kept) };
  }

  /** In place of the native part's. One function and its promise are all that an invocation costs that runs as it is. */
  async next(native: NativeClient, more: unknown[]): Promise<RawInvocation> {
    if (this.released) {
      return native.next(...more);
    }
    this.asked = true;
    if (this.kept) {
      const { kept } = this;
      this.kept = undefined;
      return kept;
    }
    if (this.running) {
      await this.finish(this.running);
    }
    const raw = await native.next(...more);
    return this.isQuiet(raw) ? raw : this.firstToRun(raw, native, more);
  }

  /** In place of the native part's: true when the run's outcome is written first, and the answer posted after it. */
  takes(encodedId: string, kind: Kind, body: string): boolean {
    const { running } = this;
    if (!running?.replay || encodeURIComponent(running.invocation.requestId) !== encodedId) {
      return false;
    }
    void this.settle(running, running.replay, kind, body, (step) => this.answer(running.invocation, step));
    return true;
  }

  /** The client has opened a request past its native part: the response of a handler that streams, when a replay runs. */
  opened(path: string, request: ClientRequest): void {
    const { running } = this;
    const replay = running?.replay;
    if (replay && !this.released && !running.settling && path === responsePath(running.invocation)) {
      holdResponse(request, (kind, body, answers) => this.settle(running, replay, kind, body, answers));
    }
  }

  /** The handler could not be loaded: fails the invocation or the replay that waited for it, with the client's own account of why. */
  async loadingFailed(errorType: string, body: string): Promise<void> {
    const { invocation, replay } = this.running!;
    await (replay ? this.answer(invocation, await replay.failed(body)) : this.api.fail(invocation, errorType, body));
  }

  /** Whether it runs as it is. */
  private isQuiet(raw: RawInvocation): boolean {
    if (typeof raw?.bodyJson !== 'string' || typeof raw.headers !== 'object') {
      throw new GateNotAttached("the runtime's client hands over invocations without bodyJson or headers");
    }
    const context = raw.headers[CLIENT_CONTEXT];
    return this.gate.isQuiet(raw.bodyJson, context ? String(context) : undefined);
  }

  /** Answers what may not run: this invocation and those after it, until one may. */
  private async firstToRun(raw: RawInvocation, native: NativeClient, more: unknown[]): Promise<RawInvocation> {
    let next = raw;
    do {
      const invocation = readInvocation(next);
      const step = await this.gate.plan(invocation);
      if (step.do === 'run') {
        this.running = { invocation, replay: step.replay };
        return step.invocation;
      }
      await this.answer(invocation, step);
      next = await native.next(...more);
    } while (!this.isQuiet(next));
    return next;
  }

  /** The client asks for more, so the last run is over. */
  private async finish({ replay, settling }: Running): Promise<void> {
    this.running = undefined;
    await (settling ?? replay?.failed(UNSEEN));
  }

  /** Has a run's outcome written, once, and then answered. */
  private settle(running: Running, replay: StartedRun, kind: Kind, body: string, answers: (step: Step) => Promise<void>): Promise<void> | undefined {
    if (running.settling) {
      return undefined;
    }
    const outcome = kind === 'result' ? replay.succeeded(body) : replay.failed(body);
    const settling = delayingExit(outcome.then(answers));
    settling.catch(() => undefined); // next() tells of it
    running.settling = settling;
    return settling;
  }

  private async answer(invocation: Invocation, step: Step): Promise<void> {
    if (step.do === 'reply') {
      await (step.streamed ? this.api.stream(invocation, step.body) : this.api.reply(invocation, step.body));
    } else if (step.do === 'fail') {
      await this.api.fail(invocation, step.error.name, errorBody(step.error));
    }
  }
}

/** A client of 3.x exits as soon as it has handed over an error that nobody caught: not before its outcome is written. */
function delayingExit<T>(work: Promise<T>): Promise<T> {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- it is put back as it was; process.exit needs no this
  const { exit } = process;
  let asked: { readonly code: Parameters<typeof exit>[0] } | undefined;
  const delayed = ((code) => {
    asked ??= { code };
  }) as typeof exit;
  process.exit = delayed;
  return work.finally(() => {
    if (process.exit === delayed) {
      process.exit = exit;
    }
    if (asked) {
      exit(asked.code);
    }
  });
}
