/** Calls the functions of a handler, each with a request and a context of its own: what it changes in them, no other call sees. */
import { copied, type Json } from '../../../../json';
import type { Operation } from '../protocol/operation';
import { defaultPhysicalResourceId, idempotencyToken, type Progress } from '../protocol/physical-id';
import type { AnyHandlers, AnyRequest, Logger, OperationContext } from '../types';
import { resourceRequest } from './resource-request';
import type { Secrets } from './secrets';
import type { SpreadingAccess } from './spreading-access';
import type { StackWatch } from './stack-watch';

export type Stopper = 'onTimeout' | 'onCancel';

export class HandlerCalls {
  /** Whether create, update, delete or poll was called in this execution. */
  private begun = false;

  constructor(
    private readonly handlers: AnyHandlers,
    private readonly secrets: Secrets,
    /** Of properties; what `ctx.resolve` is asked for is resolved always. */
    private readonly resolveSecrets: boolean,
    private readonly access: SpreadingAccess,
    private readonly watch: StackWatch,
    private readonly log: Logger,
  ) {}

  get hasBegun(): boolean {
    return this.begun;
  }

  get canPoll(): boolean {
    return this.handlers.poll !== undefined;
  }

  /** How far the operation came. */
  progress({ phase }: Operation): Progress {
    return phase === 'POLL' ? 'WAITED' : this.begun ? 'CUT_OFF' : 'NOT_STARTED';
  }

  /**
   * Calls create, update, delete or poll.
   *
   * @throws the reason of the signal, when it aborts before the secrets are there: what nobody waits for any more is not begun
   */
  async proceed(operation: Operation, signal: AbortSignal): Promise<unknown> {
    const { handlers } = this;
    const request = await this.request(operation, signal);
    const context = this.context(operation, signal);
    if (operation.phase === 'POLL') {
      // Checked when the handler asked to wait; a deployment since then may have taken it away
      return handlers.poll!(request, stateOf(operation)!, context);
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

  /** The call of onTimeout or onCancel; undefined where there is none, or nothing to stop. */
  stopper(name: Stopper, operation: Operation): ((signal: AbortSignal) => Promise<void>) | undefined {
    const stop = this.handlers[name]?.bind(this.handlers);
    if (!stop || this.progress(operation) === 'NOT_STARTED') {
      return undefined;
    }
    return async (signal) => stop(await this.request(operation, signal), stateOf(operation), this.context(operation, signal));
  }

  private async request(operation: Operation, signal: AbortSignal): Promise<AnyRequest<unknown>> {
    const request = await resourceRequest(operation, this.resolveSecrets ? this.secrets : undefined, signal);
    this.begun = true;
    return this.handlers.parse && request.requestType !== 'Delete'
      ? { ...request, properties: await this.handlers.parse(request.properties) }
      : request;
  }

  private context({ request, deadline, hop }: Operation, signal: AbortSignal): OperationContext {
    return {
      deadline: new Date(deadline),
      hop,
      signal,
      idempotencyToken: idempotencyToken(request),
      defaultPhysicalResourceId: defaultPhysicalResourceId(request),
      stack: () => this.watch.status(),
      resolve: async <T>(value: T) => (await this.secrets.resolve(value, 'the value')) as T,
      retryWhileDenied: (call) => this.access.retry(call, signal),
      log: this.log,
    };
  }
}

/** The function of the handler that an operation is at, in words. */
export function calledIn({ phase, request }: Operation): string {
  return phase === 'POLL' ? 'poll' : request.RequestType.toLowerCase();
}

/** A copy: what a handler changes in it counts only when it returns it. */
function stateOf({ state }: Operation): Json | undefined {
  return state === undefined ? undefined : copied(state);
}
