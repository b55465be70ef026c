/**
 * How an execution ends when its handler has not ended it: at the deadline, at the margin, without a further execution, by a rollback.
 * What runs is aborted, and onTimeout or onCancel stops what was begun.
 */
import type { Clock } from '../../../../clock';
import { executions } from '../../../../contract/custom-resource/custom-resource.json';
import { shownError } from '../../../../thrown';
import type { Mask } from '../protocol/mask';
import type { Operation } from '../protocol/operation';
import { stopperBudget } from '../protocol/times';
import { failed, HandlerError, type Verdict } from '../protocol/verdict';
import type { Logger } from '../types';
import { calledIn, type HandlerCalls, type Stopper } from './handler-calls';
import type { Crashed, Settled, UserCode } from './user-code';

export interface EndingParts {
  readonly calls: HandlerCalls;
  readonly code: UserCode;
  readonly clock: Clock;
  readonly mask: Mask;
  readonly log: Logger;
  /** Milliseconds. */
  readonly margin: number;
  /** Epoch milliseconds of the time limit. */
  readonly endsAt: number;
}

export class Ending {
  private readonly abandoned = new AbortController();
  private crashed = false;

  constructor(private readonly parts: EndingParts) {}

  /** Whether an error that nobody caught has ended the execution. */
  get isCrash(): boolean {
    return this.crashed;
  }

  /** Aborted when nobody waits any more for what the handler does. */
  get signal(): AbortSignal {
    return this.abandoned.signal;
  }

  abandon(reason: string): void {
    this.abandoned.abort(new Error(reason));
  }

  atDeadline(operation: Operation): Promise<Verdict> {
    const { deadline, startedAt } = operation;
    return this.timeOut(
      operation,
      `timed out: ${calledIn(operation)} was not finished ${Math.round((deadline - startedAt) / 1000)} s after the request`,
    );
  }

  atMargin(operation: Operation): Promise<Verdict> {
    return this.timeOut(operation, `${calledIn(operation)} ran to the end of its execution; return wait(...) early and look for the result in poll`);
  }

  /** At the margin: a poll that stops soon costs nothing, for the next execution repeats it. Undefined when it does not stop, or not before the deadline. */
  async abortPoll({ deadline }: Operation): Promise<Settled | Crashed | undefined> {
    const { code, clock, margin } = this.parts;
    this.abandon('this execution is about to end');
    return code.last(Math.min(margin / 2, deadline - clock.now()));
  }

  byPollThatGoesOn(operation: Operation): Promise<Verdict> {
    if (this.parts.clock.now() >= operation.deadline) {
      return this.atDeadline(operation);
    }
    return this.timeOut(operation, 'poll ran to the end of its execution and did not stop when ctx.signal aborted');
  }

  withoutExecutions(operation: Operation, most: number): Promise<Verdict> {
    return this.timeOut(operation, outOfExecutions(most));
  }

  /**
   * By an id that the last execution names: no continuation would hold it, so it is told at once, before anything can crash. An onTimeout
   * could: that of a Create is not called, for the Delete of that id follows. An Update is answered with the id that CloudFormation has, whatever happens.
   */
  async byIdTooLate(operation: Operation, most: number): Promise<Verdict> {
    const reason = `${calledIn(operation)} named a physical id in the last of ${most} executions, and no other is left to go on in: name it earlier, or allow longer executions`;
    return operation.request.RequestType === 'Create' ? this.timedOut(operation, reason) : this.timeOut(operation, reason);
  }

  /**
   * By an error that nobody caught. The process exits after the answer, and all that the responder then sees is that it has:
   * the id is the one that follows from that, whatever had begun, and not one that the error names.
   */
  byCrash(operation: Operation, error: unknown): Verdict {
    this.crashed = true;
    this.abandon('an error that nobody caught ends this process');
    const progress = operation.phase === 'POLL' ? 'WAITED' : 'CUT_OFF';
    return failed(operation, new HandlerError(`an error that nobody caught: ${shownError(error)}`), progress, this.parts.mask);
  }

  async byRollback(operation: Operation): Promise<Verdict> {
    await this.stop('onCancel', operation);
    return { kind: 'SILENCE', why: 'CANCELLED' };
  }

  private async timeOut(operation: Operation, reason: string): Promise<Verdict> {
    const problem = await this.stop('onTimeout', operation);
    return this.timedOut(operation, `${reason}${problem ?? ''}`);
  }

  private timedOut(operation: Operation, reason: string): Verdict {
    const { calls, mask } = this.parts;
    return failed(operation, new HandlerError(reason), calls.progress(operation), mask);
  }

  /** Aborts what runs or is about to, and calls onTimeout or onCancel where something was begun; what went wrong with that, in words. */
  private async stop(name: Stopper, operation: Operation): Promise<string | undefined> {
    this.abandon('nobody waits for this any more');
    const { calls, code, clock, log, margin, endsAt } = this.parts;
    const stop = calls.stopper(name, operation);
    if (!stop) {
      return undefined;
    }
    const over = new AbortController();
    // At the margin half of it is left for the answer, after a poll that would not stop a quarter
    const now = clock.now();
    const budget = Math.max(0, Math.min(stopperBudget(now, operation.closesAt, margin), endsAt - now - margin / 4));
    const end = await code.bounded(() => stop(over.signal), budget);
    over.abort();
    this.crashed ||= end?.kind === 'CRASHED';
    const problem = !end ? `; ${name} was not finished after ${budget / 1000} s` : end.kind === 'RETURNED' ? undefined : `; ${name} failed`;
    if (problem !== undefined) {
      log.error(`${name} failed`, { error: end?.kind === 'THREW' ? end.error : problem });
    }
    return problem;
  }
}

export function outOfExecutions(most: number): string {
  return (
    `the operation would need execution number ${most + 1}, and is allowed ${executions.most}, for Lambda stops functions that keep calling themselves: ` +
    'allow longer executions, or recursive loops'
  );
}
