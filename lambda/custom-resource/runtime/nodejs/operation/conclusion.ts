/** Carries out the one verdict of an execution. */
import { render } from '../../../../cloudformation/answer';
import { deliver } from '../../../../cloudformation/delivery';
import { continuationOf } from '../protocol/continuation';
import type { Mask } from '../protocol/mask';
import type { Operation } from '../protocol/operation';
import { type Answered, failed, HandlerError, type Verdict } from '../protocol/verdict';
import type { Logger } from '../types';
import { startNextExecution } from './next-execution';
import type { Invocation, Platform } from './platform';

export interface Circumstances {
  readonly operation: Operation;
  readonly invocation: Invocation;
  readonly platform: Platform;
  readonly marginAt: number;
  /** Epoch milliseconds until when it is tried, once the margin has begun. */
  readonly lastAttemptAt: number;
  readonly mask: Mask;
  readonly log: Logger;
}

/** @throws Unanswered, for the responder to answer */
export async function conclude(verdict: Verdict, circumstances: Circumstances): Promise<void> {
  const { invocation, platform } = circumstances;
  if (verdict.kind === 'ANSWER') {
    await answer(verdict, circumstances);
  } else if (verdict.kind === 'HOP') {
    const mask = (text: string) => circumstances.mask.text(text);
    const progress = verdict.operation.phase === 'START' ? 'NOT_STARTED' : 'WAITED';
    await startNextExecution({
      functionArn: invocation.functionArn,
      payload: continuationOf(verdict.operation),
      answer: failed(verdict.operation, new HandlerError('the next execution could not be started'), progress, circumstances.mask).answer,
      until: circumstances.lastAttemptAt,
      clock: platform.clock,
      invoke: platform.aws.invoke,
      mask,
    });
  }
}

async function answer(verdict: Answered, { operation, invocation, platform, marginAt, lastAttemptAt, mask, log }: Circumstances): Promise<void> {
  const { request, closesAt } = operation;
  const { clock, fetch, environment } = platform;
  if (clock.now() >= closesAt) {
    log.error('CloudFormation has stopped waiting: the answer is not sent');
    return;
  }
  const { reason } = verdict.answer;
  const place = `log group: ${invocation.logGroup}, log stream: ${invocation.logStream}`;
  const shown = reason === undefined ? verdict.answer : { ...verdict.answer, reason: `${reason} (${place})` };
  await deliver({
    url: request.ResponseURL,
    answer: shown,
    body: render(request, shown),
    until: Math.min(Math.max(marginAt, clock.now() + (lastAttemptAt - marginAt)), lastAttemptAt, closesAt),
    clock,
    fetch,
    environment,
    mask: (text) => mask.text(text),
  });
}
