/** The last resort: answers CloudFormation for an invocation that failed before it could. Depends on no user code. */
import type { Clock } from '../../clock';
import { type Answer, render, shortReason } from '../../cloudformation/answer';
import { deliver, type Fetch } from '../../cloudformation/delivery';
import { printable } from '../../cloudformation/printable';
import type { CloudFormationRequest } from '../../cloudformation/request';
import { createFailedId } from '../../contract/cloudformation/answer.json';
import { lambdasErrors, neverStarted, wordedByLambda } from '../../contract/custom-resource/custom-resource.json';
import type { Environment } from '../../environment';
import { isObject } from '../../json';
import { logger, type Write } from '../runtime/nodejs/operation/log';
import { hideUrl, Mask } from '../runtime/nodejs/protocol/mask';
import type { Operation } from '../runtime/nodejs/protocol/operation';
import { failureId, type Progress } from '../runtime/nodejs/protocol/physical-id';
import { readOperation } from '../runtime/nodejs/protocol/read-operation';
import { holdsReference } from '../runtime/nodejs/protocol/references';

/** Kept back from the time limit, in milliseconds. */
const RESERVE = 1000;

const WITHHELD = 'its message is in the log of the function, for it may hold a secret';

/** Of the parts of an ARN: arn:aws:lambda:region:account:function:name[:qualifier]. */
const FUNCTION_NAME = 6;

const NEVER_STARTED: ReadonlySet<unknown> = new Set(neverStarted);
const LAMBDAS = new RegExp(lambdasErrors);

export interface Surroundings {
  readonly clock: Clock;
  readonly fetch: Fetch;
  readonly environment: Environment;
  readonly write: Write;
  /** Epoch milliseconds of the time limit. */
  readonly endsAt: number;
}

/**
 * Answers the request of a failed invocation.
 *
 * @param record what Lambda sends to an on-failure destination
 * @throws Error when nobody waits for an answer, or when CloudFormation does not take it
 */
export async function respond(record: unknown, { clock, fetch, environment, write, endsAt }: Surroundings): Promise<void> {
  const { requestPayload, responsePayload, requestContext } = isObject(record) ? record : {};
  const { operation } = readOperation(parsed(requestPayload) ?? requestPayload, clock.now(), undefined);
  const { request, closesAt } = operation;
  const mask = new Mask();
  hideUrl(mask, request.ResponseURL);
  const log = logger(write, mask, { requestId: request.RequestId, logicalResourceId: request.LogicalResourceId });
  if (clock.now() >= closesAt) {
    log.error('CloudFormation has stopped waiting: nothing is answered');
    return;
  }
  const { condition, functionArn } = isObject(requestContext) ? requestContext : {};
  const { reason, ...rest } = answerTo(operation, responsePayload, condition);
  const answer: Answer =
    reason === undefined ? rest : { ...rest, reason: shortReason(mask.text(printable(`${reason}${place(reason, request.RequestId, functionArn)}`))) };
  log.info('answers for an invocation that failed', { status: answer.status, physicalResourceId: answer.physicalResourceId, reason: answer.reason });
  await deliver({
    url: request.ResponseURL,
    answer,
    body: render(request, answer),
    until: Math.min(endsAt - RESERVE, closesAt),
    clock,
    fetch,
    environment,
    mask: (text) => mask.text(text),
  });
}

/** The answer by the rule of ids. Pure. */
export function answerTo(operation: Operation, responsePayload: unknown, condition: unknown): Answer {
  const { request, phase, physicalResourceId } = operation;
  if (request.RequestType === 'Delete' && request.PhysicalResourceId === createFailedId) {
    return { status: 'SUCCESS', physicalResourceId: createFailedId };
  }
  const { errorType, errorMessage } = errorOf(responsePayload);
  const left = errorType === 'AnswerNotDelivered' || errorType === 'HopNotStarted' ? leftAnswer(operation, errorMessage) : undefined;
  if (left) {
    return left;
  }
  const started = isThere(responsePayload) && !failedToLoad(errorType);
  const progress: Progress = phase === 'POLL' ? 'WAITED' : started ? 'CUT_OFF' : 'NOT_STARTED';
  return {
    status: 'FAILED',
    physicalResourceId: failureId(request, { progress, waitId: physicalResourceId }),
    reason: isThere(responsePayload)
      ? ['the function failed before it could answer', errorType, mayHoldSecret(request, errorType) ? WITHHELD : errorMessage]
          .filter(isText)
          .join(': ')
      : ['Lambda gave up on the invocation before it ran', condition].filter(isText).join(': '),
  };
}

/** Whether the handler may have worded the message, with a secret of this request in it: only the process that ended knew the secrets. */
function mayHoldSecret({ ResourceProperties, OldResourceProperties }: CloudFormationRequest, errorType: unknown): boolean {
  const isLambdas = isText(errorType) && wordedByLambda.some((begin) => errorType.startsWith(begin));
  return !isLambdas && !failedToLoad(errorType) && holdsReference(JSON.stringify([ResourceProperties, OldResourceProperties]));
}

/** Where to look further: the function, for its log group is not known here. What the function itself has said of that stays. */
function place(reason: string, requestId: string, arn: unknown): string {
  const name = isText(arn) ? arn.split(':')[FUNCTION_NAME] : undefined;
  return name === undefined || reason.includes(`request id: ${requestId}`) ? '' : `\nrequest id: ${requestId}, function: ${name}`;
}

/** What Lambda tells of an error. */
function errorOf(responsePayload: unknown): Readonly<Record<string, unknown>> {
  return isObject(responsePayload) ? responsePayload : { errorMessage: responsePayload };
}

/**
 * Whether the error came while the code was loaded. What code throws that runs, the runtime catches and answers itself:
 * an error that is not one of Lambda's own can only come from code that was being loaded.
 */
function failedToLoad(errorType: unknown): boolean {
  return typeof errorType === 'string' && (NEVER_STARTED.has(errorType) || !LAMBDAS.test(errorType));
}

const isThere = (value: unknown) => value !== undefined && value !== null;
const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** The answer that a failed invocation left to be given. */
function leftAnswer({ request, physicalResourceId: waitId }: Operation, message: unknown): Answer | undefined {
  const left = parsed(message);
  const { status, physicalResourceId, reason, hadData, cause } = left ?? {};
  if (!isText(physicalResourceId) || (status !== 'SUCCESS' && status !== 'FAILED')) {
    return undefined;
  }
  if (status === 'SUCCESS' && hadData === true) {
    // Its attributes are gone; what was made goes by its own id, as after any failure that follows a success
    const id = request.RequestType === 'Create' ? physicalResourceId : failureId(request, { progress: 'CUT_OFF', waitId });
    const lost = `it succeeded, but its answer could not be delivered: ${String(cause)}`;
    return { status: 'FAILED', physicalResourceId: id, reason: lost };
  }
  return { status, physicalResourceId, ...(status === 'FAILED' ? { reason: typeof reason === 'string' ? reason : String(cause) } : {}) };
}

/** The object that a JSON string holds. */
function parsed(text: unknown): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(String(text));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
