/**
 * One execution of the function: takes an operation from where it stands to one verdict, an answer, a hop or silence, and carries that out once.
 * Everything that may end it, the handler, the deadline, the margin, a rollback, races within one call; nothing else gives verdicts.
 */
import { createFailedId } from '../../../../contract/cloudformation/answer.json';
import { envelope, executions, times } from '../../../../contract/custom-resource/custom-resource.json';
import { copied, type Json, kindOf } from '../../../../json';
import { memberOf } from '../../../../thrown';
import { handlersFor } from '../protocol/definition';
import { hideUrl, Mask } from '../protocol/mask';
import { envelopeOf, type Operation, readOperation, RUNTIME } from '../protocol/operation';
import { defaultPhysicalResourceId, idempotencyToken, type Progress } from '../protocol/physical-id';
import { resourceRequest } from '../protocol/resource-request';
import { margin, nextStep, sleepBeforePoll } from '../protocol/times';
import { isTransient } from '../protocol/transient';
import { failed, finished, HandlerError, isResult, namesNewId, type Verdict, waiting } from '../protocol/verdict';
import type { AnyHandlers, AnyRequest, Definition, OperationContext } from '../types';
import { conclude } from './conclusion';
import { type Logger, logger } from './log';
import type { Invocation, Platform } from './platform';
import { Secrets } from './secrets';
import { type Settings, settingsOf } from './settings';
import { StackWatch } from './stack-watch';
import { UserCode } from './user-code';

/** @throws Error when nobody waits for an answer; Unanswered when the responder has to give it */
export async function execute(definition: Definition, invocation: Invocation, platform: Platform): Promise<void> {
  const { settings, problem: mistake } = settingsOf(platform.environment);
  const { operation, problem, runtime } = readOperation(invocation.event, platform.clock.now(), settings.serviceTimeout);
  const foreign =
    runtime === RUNTIME
      ? undefined
      : `the operation was begun by code in another language (${JSON.stringify(runtime)}) and can't be continued by ${RUNTIME}`;
  await new Execution(definition, operation, settings, invocation, platform).run(problem ?? foreign ?? mistake);
}

class Execution {
  readonly #mask = new Mask();
  readonly #log: Logger;
  /** Aborts what the execution itself does. */
  readonly #over = new AbortController();
  /** Aborts what the handler does. */
  readonly #abandoned = new AbortController();
  readonly #watch: StackWatch;
  readonly #secrets: Secrets;
  readonly #code: UserCode;
  readonly #margin: number;
  /** Whether a function of the handler was called in this execution. */
  #called = false;

  constructor(
    private readonly definition: Definition,
    private operation: Operation,
    private readonly settings: Settings,
    private readonly invocation: Invocation,
    private readonly platform: Platform,
  ) {
    const { request, hop: number, secretVersions, stackAtStart } = operation;
    const { clock, services } = platform;
    hideUrl(this.#mask, request.ResponseURL);
    const { RequestId: requestId, LogicalResourceId: logicalResourceId } = request;
    this.#log = logger(platform.write, this.#mask, { requestId, logicalResourceId, hop: number, runtime: RUNTIME });
    this.#secrets = new Secrets(services.readSecret, this.#mask, { ...secretVersions }, clock, this.#over.signal);
    this.#watch = new StackWatch(request.StackId, services.readStack, clock, this.#log, stackAtStart, this.#over.signal);
    this.#code = new UserCode(clock);
    this.#margin = margin(invocation.endsAt - clock.now());
  }

  async run(problem: string | undefined): Promise<void> {
    const { clock, exit } = this.platform;
    try {
      const verdict = await this.#decide(problem).catch((error: unknown) => failed(this.operation, error, this.#progress, this.#mask));
      this.#log.info('execution ends', {
        next: verdict.kind === 'ANSWER' ? verdict.answer.status : verdict.kind === 'HOP' ? 'HOP' : verdict.why,
        ...(verdict.kind === 'ANSWER' ? { physicalResourceId: verdict.answer.physicalResourceId, reason: verdict.answer.reason } : {}),
        elapsed: clock.now() - this.operation.startedAt,
      });
      const { operation, invocation, platform } = this;
      const lastAttemptAt = invocation.endsAt - this.#margin / 4;
      await conclude(verdict, { operation, invocation, platform, marginAt: this.#marginAt, lastAttemptAt, mask: this.#mask, log: this.#log });
    } finally {
      this.#over.abort(new Error('this execution has ended'));
      this.#abandoned.abort(new Error('this execution has ended'));
      if (await this.#code.dangles()) {
        this.#log.error(
          'code of the handler still runs after the end of its execution: the process exits, so that it does not run on into the next request',
        );
        exit(1);
      }
    }
  }

  async #decide(problem: string | undefined): Promise<Verdict> {
    const { request, closesAt, hop: number } = this.operation;
    if (this.platform.clock.now() >= closesAt) {
      return { kind: 'SILENCE', why: 'CLOSED' };
    }
    if (request.RequestType === 'Delete' && request.PhysicalResourceId === createFailedId) {
      return { kind: 'ANSWER', answer: { status: 'SUCCESS', physicalResourceId: createFailedId } };
    }
    const handlers = handlersFor(this.definition, request.ResourceType);
    const refusal =
      problem ??
      (number >= this.settings.mostExecutions ? this.#outOfExecutions() : undefined) ??
      (typeof handlers === 'string' ? handlers : undefined);
    if (refusal !== undefined) {
      return failed(this.operation, new HandlerError(refusal), this.#progress, this.#mask);
    }
    if (request.RequestType !== 'Delete') {
      void this.#watch.watch();
    }
    return this.#proceed(handlers as AnyHandlers);
  }

  /** Sleeps and calls until there is a verdict. */
  async #proceed(handlers: AnyHandlers): Promise<Verdict> {
    const { clock, services } = this.platform;
    for (;;) {
      const { deadline, wakeAt, longestPoll } = this.operation;
      const step = nextStep({ now: clock.now(), wakeAt, longestPoll, fresh: !this.#called, marginAt: this.#marginAt, deadline });
      if (step.at > clock.now()) {
        services.prepareInvoke();
      }
      await clock.sleep(step.at - clock.now(), this.#watch.cancelled);
      if (this.#watch.cancelled.aborted) {
        return this.#cancel(handlers);
      }
      if (step.action === 'TIME_OUT') {
        return this.#timeOut(handlers, this.#deadlineReason());
      }
      if (step.action === 'HOP') {
        return this.#hop(handlers);
      }
      const verdict = await this.#call(handlers);
      if (verdict) {
        return verdict;
      }
    }
  }

  /** Calls create, update, delete or poll; undefined when the operation goes on in this execution. */
  async #call(handlers: AnyHandlers): Promise<Verdict | undefined> {
    const { clock } = this.platform;
    const { phase, deadline } = this.operation;
    const began = clock.now();
    const run = async () => this.#invoke(handlers, await this.#prepare(handlers, this.#abandoned.signal));
    const end = await this.#code.call(run, { deadline, marginAt: this.#marginAt, cancelled: this.#watch.cancelled });
    if (phase === 'POLL') {
      this.operation = { ...this.operation, longestPoll: Math.max(this.operation.longestPoll, clock.now() - began) };
    }
    switch (end.kind) {
      case 'RETURNED':
        return this.#returned(end.value, handlers);
      case 'THREW':
        return this.#threw(end.error);
      case 'CANCELLED':
        return this.#cancel(handlers);
      case 'DEADLINE':
        return this.#timeOut(handlers, this.#deadlineReason());
      case 'MARGIN':
        return phase === 'POLL' ? this.#abortPoll(handlers) : this.#timeOut(handlers, this.#marginReason());
    }
  }

  async #returned(value: unknown, handlers: AnyHandlers): Promise<Verdict | undefined> {
    const before = this.operation;
    try {
      if (!isResult(value)) {
        throw new HandlerError(`${this.#step} returned ${kindOf(value)}; return done(...) or wait(...)`);
      }
      if (value.outcome === 'DONE') {
        return finished(before, value, this.#mask, this.#log);
      }
      if (!handlers.poll) {
        throw new HandlerError(`${this.#step} returned wait(...), but the handler has no poll`);
      }
      this.operation = { ...waiting(before, value, this.#mask), pollErrors: 0 };
    } catch (error) {
      return failed(before, error, 'CUT_OFF', this.#mask, memberOf(value, 'physicalResourceId'));
    }
    this.#sleepBeforePoll();
    // In the last execution that may be, there is no envelope to put the id into
    return namesNewId(before, this.operation) && !this.#isLast ? this.#hop(handlers) : undefined;
  }

  #threw(error: unknown): Verdict | undefined {
    if (this.operation.phase === 'START') {
      return failed(this.operation, error, this.#called ? 'THREW' : 'NOT_STARTED', this.#mask);
    }
    const pollErrors = this.operation.pollErrors + 1;
    if (!isTransient(error) || pollErrors >= times.pollErrors.most) {
      return failed(this.operation, error, 'WAITED', this.#mask);
    }
    this.#log.warn('poll failed in a way that may pass: it is called again', { error, pollErrors });
    this.operation = { ...this.operation, pollErrors };
    this.#sleepBeforePoll();
    return undefined;
  }

  #sleepBeforePoll(): void {
    const now = this.platform.clock.now();
    const { after, startedAt } = this.operation;
    this.operation = { ...this.operation, wakeAt: now + sleepBeforePoll(after, this.settings.pollInterval, now - startedAt) };
  }

  /** At the margin: a poll that stops soon costs nothing, for the next execution repeats it. */
  async #abortPoll(handlers: AnyHandlers): Promise<Verdict> {
    this.#abandoned.abort(new Error('this execution is about to end'));
    const end = await this.#code.last(this.#margin / 2);
    if (!end) {
      return this.#timeOut(handlers, 'poll ran to the end of its execution and did not stop when ctx.signal aborted');
    }
    return (end.kind === 'RETURNED' ? await this.#returned(end.value, handlers) : undefined) ?? this.#hop(handlers);
  }

  async #hop(handlers: AnyHandlers): Promise<Verdict> {
    if (this.#isLast) {
      return this.#timeOut(handlers, this.#outOfExecutions());
    }
    const operation: Operation = { ...this.operation, stackAtStart: this.#watch.atStart, secretVersions: this.#secrets.versions };
    const bytes = Buffer.byteLength(envelopeOf(operation));
    if (bytes > envelope.mostBytes) {
      const message = `what has to cross to the next execution has ${bytes} bytes, at most ${envelope.mostBytes} are possible: keep the state small`;
      return failed(operation, new HandlerError(message), this.#progress, this.#mask);
    }
    return { kind: 'HOP', operation };
  }

  async #timeOut(handlers: AnyHandlers, reason: string): Promise<Verdict> {
    const problem = await this.#stop('onTimeout', handlers);
    return failed(this.operation, new HandlerError(`${reason}${problem ?? ''}`), this.#progress, this.#mask);
  }

  async #cancel(handlers: AnyHandlers): Promise<Verdict> {
    await this.#stop('onCancel', handlers);
    return { kind: 'SILENCE', why: 'CANCELLED' };
  }

  /** Aborts what runs or is about to, and calls onTimeout or onCancel where something was begun; what went wrong with that, in words. */
  async #stop(name: 'onTimeout' | 'onCancel', handlers: AnyHandlers): Promise<string | undefined> {
    this.#abandoned.abort(new Error('nobody waits for this any more'));
    const handler = handlers[name]?.bind(handlers);
    if (!handler || this.#progress === 'NOT_STARTED') {
      return undefined;
    }
    const over = new AbortController();
    // At the margin half of it is left for the answer, after a poll that would not stop a quarter
    const now = this.platform.clock.now();
    const budget = Math.max(0, Math.min(this.#margin / 2, this.invocation.endsAt - now - this.#margin / 4, (this.operation.closesAt - now) / 2));
    const run = async () => handler(await this.#prepare(handlers, over.signal), this.#state, this.#context(over.signal));
    const end = await this.#code.bounded(run, budget);
    over.abort();
    const problem = end?.kind === 'THREW' ? `; ${name} failed` : end ? undefined : `; ${name} was not finished after ${budget / 1000} s`;
    if (problem !== undefined) {
      this.#log.error(`${name} failed`, { error: end?.kind === 'THREW' ? end.error : problem });
    }
    return problem;
  }

  /** @throws the reason of the signal, when it aborts before the secrets are there: what nobody waits for any more is not begun */
  async #prepare(handlers: AnyHandlers, signal: AbortSignal): Promise<AnyRequest<unknown>> {
    return resourceRequest(this.operation, handlers, this.settings.resolveSecrets ? this.#secrets : undefined, signal);
  }

  async #invoke(handlers: AnyHandlers, request: AnyRequest<unknown>): Promise<unknown> {
    this.#called = true;
    const context = this.#context(this.#abandoned.signal);
    if (this.operation.phase === 'POLL') {
      // Checked when the handler asked to wait; a deployment since then may have taken it away
      return handlers.poll!(request, this.#state!, context);
    }
    switch (request.requestType) {
      case 'Create':
        return handlers.create(request, context);
      case 'Update':
        return handlers.update(request, context);
      case 'Delete':
        return handlers.delete(request, context);
    }
  }

  #context(signal: AbortSignal): OperationContext {
    const { request, deadline, hop: number } = this.operation;
    return {
      deadline: new Date(deadline),
      hop: number,
      signal,
      idempotencyToken: idempotencyToken(request),
      defaultPhysicalResourceId: defaultPhysicalResourceId(request),
      stack: () => this.#watch.status(),
      resolve: async <T>(value: T) => (await this.#secrets.resolve(value, 'the value')) as T,
      log: this.#log,
    };
  }

  /** A copy: what a handler changes in it counts only when it returns it. */
  get #state(): Json | undefined {
    return this.operation.state === undefined ? undefined : copied(this.operation.state);
  }

  get #progress(): Progress {
    return this.operation.phase === 'POLL' ? 'WAITED' : this.#called ? 'CUT_OFF' : 'NOT_STARTED';
  }

  get #isLast(): boolean {
    return this.operation.hop + 1 >= this.settings.mostExecutions;
  }

  get #marginAt(): number {
    return this.invocation.endsAt - this.#margin;
  }

  get #step(): string {
    return this.operation.phase === 'POLL' ? 'poll' : this.operation.request.RequestType.toLowerCase();
  }

  #deadlineReason(): string {
    return `timed out: ${this.#step} was not finished ${Math.round((this.operation.deadline - this.operation.startedAt) / 1000)} s after the request`;
  }

  #marginReason(): string {
    return `${this.#step} ran to the end of its execution; return wait(...) early and look for the result in poll`;
  }

  #outOfExecutions(): string {
    return (
      `the operation would need execution number ${this.settings.mostExecutions + 1}, and is allowed ${executions.most}, for Lambda stops functions that keep calling themselves: ` +
      'allow longer executions, or recursive loops'
    );
  }
}
