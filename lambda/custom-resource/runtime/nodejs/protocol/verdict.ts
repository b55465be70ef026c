/** What an execution comes to, from what the handler returned or threw. Pure. */
import { type Answer, shortReason, tooLong } from '../../../../cloudformation/answer';
import { printable } from '../../../../cloudformation/printable';
import { copied, kindOf, notJson } from '../../../../json';
import { shownError } from '../../../../thrown';
import { badAttributes, isEmpty } from './attributes';
import { stateTooLarge } from './crossing';
import type { Mask } from './mask';
import { maybeOrphan, type Operation } from './operation';
import { defaultPhysicalResourceId, failureId, invalidId, type Progress } from './physical-id';
import { type Done, idOfFailure, type Wait } from './results';

export interface Answered {
  readonly kind: 'ANSWER';
  readonly answer: Answer;
}

export type Verdict =
  Answered | { readonly kind: 'HOP'; readonly operation: Operation } | { readonly kind: 'SILENCE'; readonly why: 'CANCELLED' | 'CLOSED' };

/** What went wrong by the handler's making, in words that name the remedy. */
export class HandlerError extends Error {
  constructor(message: string) {
    super(message);
    // Shown as it is: the name of a class tells its reader nothing
    this.name = '';
  }
}

/**
 * FAILED, with the id that the rule gives it.
 *
 * @param madeId the id in what the handler returned, when that is what failed
 */
export function failed(operation: Operation, error: unknown, progress: Progress, mask: Mask, madeId?: unknown): Answered {
  const named = madeId ?? idOfFailure(error);
  const problem = named === undefined ? undefined : unusableId(operation, named, mask);
  const note = problem === undefined || madeId !== undefined ? '' : ` (its id is not used: ${problem})`;
  return {
    kind: 'ANSWER',
    answer: {
      status: 'FAILED',
      // What an unusable id stood for exists: the create-failed id would forget it
      physicalResourceId: failureId(operation.request, {
        progress: problem === undefined ? progress : 'CUT_OFF',
        failureId: problem === undefined ? (named as string | undefined) : undefined,
        waitId: operation.physicalResourceId,
      }),
      // Masked as it will be shown: colours in the midst of a secret would hide it from the mask
      reason: shortReason(mask.text(printable(`${shownError(error)}${note}`))),
    },
  };
}

/** What `done` comes to: SUCCESS, unless CloudFormation would not take it as it is. A Delete has no attributes: its data is dropped. */
export function finished(operation: Operation, result: Done, mask: Mask): Answered {
  const { request } = operation;
  const isDelete = request.RequestType === 'Delete';
  const { physicalResourceId: own } = result;
  // null is not the same as absent: the handler meant to give an id and had none
  const id = own !== undefined ? own : (operation.physicalResourceId ?? request.PhysicalResourceId ?? defaultPhysicalResourceId(request));
  const data = isDelete || isEmpty(result.data) ? undefined : result.data;
  const problem = otherId(operation, id) ?? unusableId(operation, id, mask) ?? badNoEcho(result.noEcho) ?? badData(data, result.noEcho, mask);
  if (problem !== undefined) {
    return failed(operation, new HandlerError(problem), 'CUT_OFF', mask, id);
  }
  const answer: Answer = { status: 'SUCCESS', physicalResourceId: id, data, noEcho: !isDelete && result.noEcho === true };
  const length = tooLong(request, answer);
  return length === undefined ? { kind: 'ANSWER', answer } : failed(operation, new HandlerError(length), 'CUT_OFF', mask, id);
}

/**
 * The operation as it goes on after `wait`.
 *
 * @throws HandlerError
 */
export function waiting(operation: Operation, result: Wait, mask: Mask): Operation {
  const { state, physicalResourceId, afterSeconds } = result;
  const problem =
    (physicalResourceId === undefined ? undefined : (otherId(operation, physicalResourceId) ?? unusableId(operation, physicalResourceId, mask))) ??
    notJson(state, 'state') ??
    stateTooLarge(state) ??
    secretIn(mask.find(state, 'state'), 'never put secrets into the state, it crosses queues in plain text') ??
    badAfterSeconds(afterSeconds);
  if (problem !== undefined) {
    throw new HandlerError(problem);
  }
  const { after: _, ...rest } = operation;
  return {
    ...rest,
    phase: 'POLL',
    state: copied(state),
    ...(afterSeconds === undefined ? {} : { after: afterSeconds }),
    ...(physicalResourceId === undefined ? {} : { physicalResourceId }),
  };
}

/** Whether the id that an operation named has to reach a continuation, and so the responder's record, before anything else happens. */
export function namesNewId(before: Operation, after: Operation): boolean {
  return after.physicalResourceId !== (before.physicalResourceId ?? before.request.PhysicalResourceId) && after.physicalResourceId !== undefined;
}

function otherId({ request }: Operation, id: string): string | undefined {
  if (request.RequestType !== 'Delete' || id === request.PhysicalResourceId) {
    return undefined;
  }
  const hint = maybeOrphan(request) ? '; CloudFormation made the present one up, and wants it back' : '';
  return `a Delete can't change the physical id from '${request.PhysicalResourceId}' to '${id}'${hint}`;
}

/** An id that was told, or follows from the request, is not looked at again: to refuse it could only make the resource undeletable. */
function unusableId({ request, physicalResourceId: waitId }: Operation, id: unknown, mask: Mask): string | undefined {
  return id === request.PhysicalResourceId || id === waitId || id === defaultPhysicalResourceId(request)
    ? undefined
    : (invalidId(id) ?? secretIn(mask.find(id, 'physicalResourceId'), 'the id is shown to everybody'));
}

function badData(data: unknown, noEcho: boolean | undefined, mask: Mask): string | undefined {
  if (data === undefined) {
    return undefined;
  }
  return badAttributes(data) ?? (noEcho === true ? undefined : secretIn(mask.find(data, 'data'), 'return it with noEcho: true'));
}

/** Anything else that means true would show what was to be masked. */
function badNoEcho(noEcho: unknown): string | undefined {
  return noEcho === undefined || typeof noEcho === 'boolean' ? undefined : `noEcho must be true or false, got ${kindOf(noEcho)}`;
}

function secretIn(path: string | undefined, remedy: string): string | undefined {
  return path === undefined ? undefined : `${path} holds a secret that was resolved for this operation: ${remedy}`;
}

function badAfterSeconds(afterSeconds: unknown): string | undefined {
  return afterSeconds === undefined || (typeof afterSeconds === 'number' && Number.isFinite(afterSeconds) && afterSeconds >= 0)
    ? undefined
    : `afterSeconds must be a number, 0 or more, got ${typeof afterSeconds === 'number' ? afterSeconds : kindOf(afterSeconds)}`;
}
