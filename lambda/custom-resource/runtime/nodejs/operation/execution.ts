/**
 * One execution of the function: takes an operation from where it is to one verdict, an answer, a hop or silence, and carries that out once.
 * Everything that may end it, the handler, the deadline, the margin, a rollback, races within one call; nothing else gives verdicts.
 */
import { createFailedId } from '../../../../contract/cloudformation/answer.json';
import { times } from '../../../../contract/custom-resource/custom-resource.json';
import { attributesWarning } from '../protocol/attributes';
import { RUNTIME } from '../protocol/continuation';
import { crossing, tooLarge } from '../protocol/crossing';
import { handlersFor } from '../protocol/definition';
import { hideUrl, Mask } from '../protocol/mask';
import { nextMove, sleepBeforePoll } from '../protocol/next-move';
import type { Operation } from '../protocol/operation';
import { readOperation } from '../protocol/read-operation';
import { madeId, resultIn } from '../protocol/returned';
import { margin } from '../protocol/times';
import { isTransient } from '../protocol/transient';
import { failed, finished, HandlerError, namesNewId, type Verdict, waiting } from '../protocol/verdict';
import type { AnyHandlers, Definition, Logger } from '../types';
import { conclude } from './conclusion';
import { Ending, outOfExecutions } from './ending';
import { calledIn, HandlerCalls } from './handler-calls';
import { logger } from './log';
import type { Invocation, Platform } from './platform';
import { Secrets } from './secrets';
import { type Settings, settingsOf } from './settings';
import { SpreadingAccess } from './spreading-access';
import { StackWatch } from './stack-watch';
import { Uncaught } from './uncaught';
import { UserCode } from './user-code';

/** @throws Error when nobody waits for an answer; Unanswered when the responder has to give it */
export async function execute(definition: Definition, invocation: Invocation, platform: Platform): Promise<void> {
  const { settings, problem: mistake } = settingsOf(platform.environment);
  const { operation, problem, runtime } = readOperation(invocation.event, platform.clock.now(), settings.serviceTimeout);
  const foreign =
    runtime === RUNTIME
      ? undefined
      : `the operation was begun by code in another language (${JSON.stringify(runtime)}) and can't be continued by ${RUNTIME}`;
  const { handlers, problem: unknown } = handlersFor(definition, operation.request.ResourceType);
  const excess = operation.hop >= settings.mostExecutions ? outOfExecutions(settings.mostExecutions) : undefined;
  const refusal = problem ?? foreign ?? mistake ?? excess ?? unknown;
  await new Execution(handlers, operation, settings, invocation, platform).carryOut(refusal);
}

class Execution {
  private readonly mask: Mask;
  private readonly log: Logger;
  /** Aborts what the execution itself does. */
  private readonly over = new AbortController();
  private readonly uncaught: Uncaught;
  private readonly watch: StackWatch;
  private readonly secrets: Secrets;
  private readonly code: UserCode;
  private readonly calls: HandlerCalls;
  private readonly ending: Ending;
  private readonly margin: number;
  /** Aborted when nothing more is to be waited for. */
  private readonly interruption: AbortSignal;

  constructor(
    handlers: AnyHandlers,
    private operation: Operation,
    private readonly settings: Settings,
    private readonly invocation: Invocation,
    private readonly platform: Platform,
  ) {
    const { request, physicalResourceId, hop, secretVersions, stackAtStart } = operation;
    const { clock, aws } = platform;
    const mask = new Mask(settings.publicSecretKeys);
    this.mask = mask;
    const { over } = this;
    const { endsAt } = invocation;
    hideUrl(mask, request.ResponseURL);
    [request.PhysicalResourceId, physicalResourceId].forEach((id) => mask.reveal(id ?? ''));
    const { RequestId: requestId, LogicalResourceId: logicalResourceId } = request;
    const log = logger(platform.write, mask, { requestId, logicalResourceId, hop, runtime: RUNTIME });
    this.log = log;
    this.margin = margin(endsAt - clock.now());
    const access = new SpreadingAccess(clock, log, operation.startedAt, Math.min(operation.deadline, this.marginAt));
    this.secrets = new Secrets(aws.readSecret, mask, { ...secretVersions }, clock, access, over.signal);
    this.watch = new StackWatch(request.StackId, aws.readStack, clock, log, stackAtStart, over.signal);
    this.uncaught = new Uncaught(log);
    this.code = new UserCode(clock, this.uncaught.signal);
    this.interruption = AbortSignal.any([this.watch.cancelled, this.uncaught.signal]);
    this.calls = new HandlerCalls(handlers, this.secrets, settings.resolveSecrets, access, this.watch, log);
    this.ending = new Ending({ calls: this.calls, code: this.code, clock, mask, log, margin: this.margin, endsAt });
  }

  /** @param refusal why the handler is not asked */
  async carryOut(refusal: string | undefined): Promise<void> {
    const { clock, exit, catchUncaught } = this.platform;
    const release = catchUncaught((error) => this.uncaught.note(error));
    try {
      const verdict = await this.decide(refusal).catch((error: unknown) => this.failed(error));
      this.log.info('execution ends', {
        next: verdict.kind === 'ANSWER' ? verdict.answer.status : verdict.kind === 'HOP' ? 'HOP' : verdict.why,
        ...(verdict.kind === 'ANSWER' ? { physicalResourceId: verdict.answer.physicalResourceId, reason: verdict.answer.reason } : {}),
        elapsed: clock.now() - this.operation.startedAt,
      });
      const { operation, invocation, platform, mask, log } = this;
      const { cancelled } = this.watch;
      const cameAbout = await conclude(verdict, {
        operation,
        invocation,
        platform,
        lastAttemptAt: invocation.endsAt - this.margin / 4,
        cancelled,
        mask,
        log,
      });
      if (!cameAbout) {
        await this.ending.byRollback(operation);
      }
    } finally {
      this.over.abort(new Error('this execution has ended'));
      this.ending.abandon('this execution has ended');
      const why = this.ending.isCrash ? 'nobody caught an error' : (await this.dangles()) ? 'code of the handler still runs' : undefined;
      if (why !== undefined) {
        this.log.error(`${why}: the process exits, so that nothing of it runs on into the next request`);
        exit(1);
      }
      release();
    }
  }

  private async decide(refusal: string | undefined): Promise<Verdict> {
    const { request, closesAt } = this.operation;
    if (this.platform.clock.now() >= closesAt) {
      return { kind: 'SILENCE', why: 'CLOSED' };
    }
    if (request.RequestType === 'Delete' && request.PhysicalResourceId === createFailedId) {
      return { kind: 'ANSWER', answer: { status: 'SUCCESS', physicalResourceId: createFailedId } };
    }
    if (refusal !== undefined) {
      return this.failed(new HandlerError(refusal));
    }
    if (request.RequestType !== 'Delete') {
      void this.watch.watch();
    }
    return this.proceed();
  }

  /** Sleeps and calls until there is a verdict. */
  private async proceed(): Promise<Verdict> {
    const { clock, aws } = this.platform;
    for (;;) {
      const { deadline, wakeAt, longestPoll } = this.operation;
      const move = nextMove({ now: clock.now(), wakeAt, longestPoll, fresh: !this.calls.hasBegun, marginAt: this.marginAt, deadline });
      if (move.at > clock.now()) {
        aws.prepareInvoke();
      }
      await clock.sleep(move.at - clock.now(), this.interruption);
      if (this.watch.cancelled.aborted) {
        return this.ending.byRollback(this.operation);
      }
      if (this.uncaught.signal.aborted) {
        return this.crashed();
      }
      if (move.action === 'TIME_OUT') {
        return this.ending.atDeadline(this.operation);
      }
      if (move.action === 'HOP') {
        return this.hop();
      }
      const verdict = await this.call();
      if (verdict) {
        return verdict;
      }
    }
  }

  /** Calls create, update, delete or poll; undefined when the operation goes on in this execution. */
  private async call(): Promise<Verdict | undefined> {
    const { clock } = this.platform;
    const called = this.operation;
    const began = clock.now();
    const work = () => this.calls.proceed(called, this.ending.signal);
    const end = await this.code.call(work, { deadline: called.deadline, marginAt: this.marginAt, cancelled: this.watch.cancelled });
    if (called.phase === 'POLL') {
      this.operation = { ...called, longestPoll: Math.max(called.longestPoll, clock.now() - began) };
    }
    switch (end.kind) {
      case 'RETURNED':
        return this.returned(end.value);
      case 'THREW':
        return this.threw(end.error);
      case 'CANCELLED':
        return this.ending.byRollback(this.operation);
      case 'CRASHED':
        return this.crashed();
      case 'DEADLINE':
        return this.ending.atDeadline(this.operation);
      case 'MARGIN':
        return called.phase === 'POLL' ? this.pollAtMargin() : this.ending.atMargin(this.operation);
    }
  }

  private async returned(value: unknown): Promise<Verdict | undefined> {
    const before = this.operation;
    try {
      const result = resultIn(value, calledIn(before), this.calls.canPoll);
      if (result.outcome === 'DONE') {
        const verdict = finished(before, result, this.mask);
        const warning = attributesWarning(before.request, result.data);
        if (warning !== undefined && verdict.answer.status === 'SUCCESS') {
          this.log.warn(warning);
        }
        return verdict;
      }
      this.operation = { ...waiting(before, result, this.mask), pollErrors: 0 };
    } catch (error) {
      return failed(before, error, 'CUT_OFF', this.mask, madeId(value));
    }
    this.sleepBeforePoll();
    if (!namesNewId(before, this.operation)) {
      return undefined;
    }
    return this.isLast ? this.ending.byIdTooLate(this.operation, this.settings.mostExecutions) : this.hop();
  }

  private threw(error: unknown): Verdict | undefined {
    if (this.operation.phase === 'START') {
      return failed(this.operation, error, this.calls.hasBegun ? 'THREW' : 'NOT_STARTED', this.mask);
    }
    const pollErrors = this.operation.pollErrors + 1;
    if (!isTransient(error) || pollErrors >= times.pollErrors.most) {
      return failed(this.operation, error, 'WAITED', this.mask);
    }
    this.log.warn('poll failed in a way that may pass: it is called again', { error, pollErrors });
    this.operation = { ...this.operation, pollErrors };
    this.sleepBeforePoll();
    return undefined;
  }

  private sleepBeforePoll(): void {
    const now = this.platform.clock.now();
    const { after, startedAt } = this.operation;
    this.operation = { ...this.operation, wakeAt: now + sleepBeforePoll(after, this.settings.pollInterval, now - startedAt) };
  }

  private async pollAtMargin(): Promise<Verdict> {
    const end = await this.ending.abortPoll(this.operation);
    if (this.watch.cancelled.aborted) {
      return this.ending.byRollback(this.operation);
    }
    if (!end) {
      return this.ending.byPollThatGoesOn(this.operation);
    }
    if (end.kind === 'CRASHED') {
      return this.crashed();
    }
    return (end.kind === 'RETURNED' ? await this.returned(end.value) : undefined) ?? this.hop();
  }

  private crashed(): Verdict {
    return this.ending.byCrash(this.operation, this.uncaught.error);
  }

  /** Whether code of the handler goes on that nobody waits for any more. What is still on its way to the handler does not reach it. */
  private async dangles(): Promise<boolean> {
    return this.calls.progress(this.operation) !== 'NOT_STARTED' && this.code.dangles(this.invocation.endsAt);
  }

  private async hop(): Promise<Verdict> {
    if (this.isLast) {
      return this.ending.withoutExecutions(this.operation, this.settings.mostExecutions);
    }
    const operation = crossing({
      ...this.operation,
      stackAtStart: this.watch.atStart,
      secretVersions: this.secrets.versions,
      ...(this.calls.hasReadOldProperties ? { oldProperties: 'READ' } : {}),
    });
    const problem = tooLarge(operation);
    return problem === undefined ? { kind: 'HOP', operation } : this.failed(new HandlerError(problem));
  }

  private failed(error: unknown): Verdict {
    return failed(this.operation, error, this.calls.progress(this.operation), this.mask);
  }

  private get isLast(): boolean {
    return this.operation.hop + 1 >= this.settings.mostExecutions;
  }

  private get marginAt(): number {
    return this.invocation.endsAt - this.margin;
  }
}
