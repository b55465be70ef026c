/** Carries out the one verdict of an execution. */
import { render } from '../../../../cloudformation/answer';
import { deliver } from '../../../../cloudformation/delivery';
import { continuationOf } from '../protocol/continuation';
import type { Mask } from '../protocol/mask';
import type { Operation } from '../protocol/operation';
import { handOver } from '../protocol/times';
import { type Answered, failed, HandlerError, type Verdict } from '../protocol/verdict';
import { whereabouts } from '../protocol/whereabouts';
import type { Logger } from '../types';
import { startNextExecution } from './next-execution';
import type { Invocation, Platform } from './platform';

export interface Circumstances {
  readonly operation: Operation;
  readonly invocation: Invocation;
  readonly platform: Platform;
  /** Epoch milliseconds until when the execution leaves time to try. */
  readonly lastAttemptAt: number;
  /** Aborts when the stack turns back. */
  readonly cancelled: AbortSignal;
  readonly mask: Mask;
  readonly log: Logger;
}

/**
 * @returns whether it came about; false when the operation was cancelled before its next execution could be started
 * @throws Unanswered, for the responder to answer
 */
export async function conclude(verdict: Verdict, circumstances: Circumstances): Promise<boolean> {
  switch (verdict.kind) {
    case 'ANSWER':
      await answer(verdict, circumstances);
      return true;
    case 'HOP':
      return hop(verdict.operation, circumstances);
    case 'SILENCE':
      return true;
  }
}

function hop(operation: Operation, { invocation, platform, lastAttemptAt, cancelled, mask }: Circumstances): Promise<boolean> {
  const { clock, aws } = platform;
  const progress = operation.phase === 'START' ? 'NOT_STARTED' : 'WAITED';
  return startNextExecution({
    functionArn: invocation.functionArn,
    payload: continuationOf(operation),
    answer: failed(operation, new HandlerError('the next execution could not be started'), progress, mask).answer,
    // Beyond the deadline there is nothing to go on with, only an answer to give
    until: Math.min(lastAttemptAt, Math.max(clock.now(), operation.deadline)),
    cancelled,
    clock,
    invoke: aws.invoke,
    mask: (text) => mask.text(text),
  });
}

async function answer(verdict: Answered, { operation, invocation, platform, lastAttemptAt, mask, log }: Circumstances): Promise<void> {
  const { request, startedAt, closesAt } = operation;
  const { clock, fetch, environment } = platform;
  if (clock.now() >= closesAt) {
    log.error('CloudFormation has stopped waiting: the answer is not sent');
    return;
  }
  const { reason } = verdict.answer;
  const { until, unreachableUntil } = handOver(clock.now(), closesAt);
  const place = () => whereabouts({ ...invocation, requestId: request.RequestId, from: startedAt, to: clock.now() });
  const shown = reason === undefined ? verdict.answer : { ...verdict.answer, reason: `${reason}\n${place()}` };
  await deliver({
    url: request.ResponseURL,
    answer: shown,
    body: render(request, shown),
    until: Math.min(lastAttemptAt, until),
    unreachableUntil: Math.min(lastAttemptAt, unreachableUntil),
    clock,
    fetch,
    environment,
    mask: (text) => mask.text(text),
  });
}
