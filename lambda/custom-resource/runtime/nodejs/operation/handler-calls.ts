/** Calls the functions of a handler, each with a request and a context of its own: what it changes in them, no other call sees. */
import { copied, type Json } from '../../../../json';
import { physicalName, shortToken } from '../protocol/names';
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
  private readOldProperties = false;

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

  /** Whether a handler asked for the old properties in this execution. */
  get hasReadOldProperties(): boolean {
    return this.readOldProperties;
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
  stopper(name: Stopper, operation: Operation): ((signal: AbortSignal) => Promise<unknown>) | undefined {
    const stop = this.handlers[name]?.bind(this.handlers);
    if (!stop || this.progress(operation) === 'NOT_STARTED') {
      return undefined;
    }
    return async (signal) => stop(await this.request(operation, signal), stateOf(operation), this.context(operation, signal));
  }

  private async request(operation: Operation, signal: AbortSignal): Promise<AnyRequest<unknown>> {
    const noteRead = () => {
      this.readOldProperties = true;
    };
    const request = await resourceRequest(operation, this.resolveSecrets ? this.secrets : undefined, signal, noteRead);
    this.begun = true;
    if (this.handlers.parse && request.requestType !== 'Delete') {
      Object.assign(request, { properties: await this.handlers.parse(request.properties) });
      signal.throwIfAborted();
    }
    return request;
  }

  private context({ request, deadline, hop }: Operation, signal: AbortSignal): OperationContext {
    return {
      deadline: new Date(deadline),
      hop,
      signal,
      idempotencyToken: idempotencyToken(request),
      token: (maxLength) => shortToken(request, maxLength),
      defaultPhysicalResourceId: defaultPhysicalResourceId(request),
      physicalName: (options) => physicalName(request, options),
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
