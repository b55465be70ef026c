import { randomUUID } from 'node:crypto';

import type { AsynchronousQueue } from './asynchronous-queue';
import type { Attempts } from './attempt';
import type { Concurrency, ConcurrencySlot } from './concurrency';
import type { FunctionConfiguration, FunctionSource } from './function-configuration';
import { ASYNCHRONOUS_PAYLOAD_LIMIT, SYNCHRONOUS_PAYLOAD_LIMIT } from './limits';
import { decodeClientContext, eventPayload } from './payload';
import type { InvocationMode, InvocationRecord } from './records';
import { type Chain, continueChain, isRecursiveLoop } from './recursion';
import { asServiceError, ServiceError } from './service-error';

/** One call of Lambda's Invoke. */
export interface InvokeRequest {
  /** Name or ARN, as called. */
  readonly functionName: string;
  readonly qualifier: string;
  readonly mode: InvocationMode;
  /** Row of the trigger table. */
  readonly door: string;
  readonly payload: Buffer;
  /** Base64, as received. */
  readonly clientContext?: string;
  readonly traceId?: string;
  readonly logType?: string;
  readonly tenantId?: string;
}

/** What the caller gets. */
export interface InvokeResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface InvokeParts {
  readonly functions: FunctionSource;
  readonly concurrency: Concurrency;
  readonly attempts: Attempts;
  readonly queue: AsynchronousQueue;
}

const EMPTY = Buffer.alloc(0);

/** Largest body of a mode, in bytes. */
export function payloadLimit(mode: InvocationMode): number {
  return mode === 'Event' ? ASYNCHRONOUS_PAYLOAD_LIMIT : SYNCHRONOUS_PAYLOAD_LIMIT;
}

/** Lambda's Invoke: checks the request, then runs or queues it. */
export class Invoke {
  constructor(private readonly parts: InvokeParts) {}

  /** Never rejects: what goes wrong is an answer. */
  async handle(request: InvokeRequest): Promise<InvokeResponse> {
    const requestId = randomUUID();
    try {
      return await this.invoke(requestId, request);
    } catch (error) {
      return errorResponse(requestId, asServiceError(error));
    }
  }

  private async invoke(requestId: string, request: InvokeRequest): Promise<InvokeResponse> {
    const payload = eventPayload(request.payload);
    const clientContext = decodeClientContext(request.clientContext);
    const configuration = await this.parts.functions.configuration(request.functionName, request.qualifier);
    switch (request.mode) {
      case 'DryRun':
        return { status: 204, headers: { 'x-amzn-requestid': requestId }, body: EMPTY };
      case 'Event':
        this.parts.queue.add(configuration, { ...request, requestId, payload });
        return { status: 202, headers: { 'x-amzn-requestid': requestId }, body: EMPTY };
      case 'RequestResponse':
        return this.runNow(requestId, configuration, { ...request, payload }, clientContext);
      default:
        throw unknownMode(request.mode);
    }
  }

  private async runNow(
    requestId: string,
    configuration: FunctionConfiguration,
    request: InvokeRequest,
    clientContext: string | undefined,
  ): Promise<InvokeResponse> {
    const record = this.parts.attempts.records.open(
      {
        requestId,
        functionName: configuration.functionName,
        functionArn: configuration.invokedArn,
        version: configuration.version,
        door: request.door,
        mode: request.mode,
        attempt: 1,
        received: Date.now(),
      },
      request.payload,
    );
    const chain = continueChain(configuration.functionArn, request.traceId);
    const slot = await this.admit(configuration, chain, record);
    const { traceId } = chain;
    const { payload, tenantId } = request;
    const result = await this.parts.attempts.run(configuration, { requestId, traceId, payload, clientContext, tenantId }, slot, record);
    return {
      status: 200,
      headers: {
        'content-type': result.contentType,
        'x-amzn-requestid': requestId,
        'x-amzn-trace-id': traceId,
        'x-amz-executed-version': result.executedVersion,
        ...(result.errorType === undefined ? {} : { 'x-amz-function-error': 'Unhandled' }),
        ...(request.logType === 'Tail' ? { 'x-amz-log-result': result.logTail.toString('base64') } : {}),
      },
      body: result.payload,
    };
  }

  private async admit(configuration: FunctionConfiguration, chain: Chain, record: InvocationRecord): Promise<ConcurrencySlot> {
    try {
      if (isRecursiveLoop(chain, configuration.recursiveLoop)) {
        throw recursionStopped();
      }
      return await this.parts.concurrency.acquire(configuration);
    } catch (error) {
      const { code } = asServiceError(error);
      this.parts.attempts.records.finished(record, code === 'RecursiveInvocationException' ? 'recursion-stopped' : 'throttled', code);
      throw error;
    }
  }
}

/** The answer to an invocation type that Lambda does not have. */
export function unknownMode(mode: string): ServiceError {
  return new ServiceError(400, 'InvalidParameterValueException', `Invocation type ${mode} is none of RequestResponse, Event, DryRun.`);
}

/** The answer to an invocation that would continue a loop. */
export function recursionStopped(): ServiceError {
  return new ServiceError(
    400,
    'RecursiveInvocationException',
    'Lambda has detected your function being invoked in a recursive loop with other Amazon Web Services resources ' +
      "and stopped your function's invocation.",
  );
}

export function errorResponse(requestId: string, error: ServiceError): InvokeResponse {
  return {
    status: error.status,
    headers: { 'content-type': 'application/json', 'x-amzn-requestid': requestId, 'x-amzn-errortype': error.code },
    body: error.body(),
  };
}
