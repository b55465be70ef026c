/** The ways of an invocation that meets a window, or that may be the retry of one that did. */
import { coldReadBudget } from '../../../../contract/maintenance-window/timing.json';
import { reasonOf } from '../../../../thrown';
import type { Decision } from '../../../window/decision';
import { GateError } from '../quiet/errors';
import type { GateParts, Step } from '../quiet/gate';
import type { Invocation } from '../quiet/invocation';
import type { Action } from '../quiet/settings';
import { deferred, notStored, rejected, windowActive, windowUnknown } from './answers';
import { deliver, heldResponse, responseUrl } from './cloudformation';
import { extendVisibility } from './fifo';
import type { Row, Value } from './items';
import { detect, DIRECT, isHop, parse, type Source, sourceIds } from './sources';
import { capped, type DeferredEvent, Store } from './store';
import { isKept, StoreError, Table } from './table';

/** One invocation; only here is its body parsed. */
export class Hold {
  private readonly event: unknown;
  private readonly source: Source;
  private readonly action: Action;
  private readonly store: Store;

  /** @param until epoch milliseconds after which the store is not tried any more */
  constructor(
    private readonly parts: GateParts,
    private readonly invocation: Invocation,
    private readonly run: Step,
    private readonly until: number,
    private readonly envelope: Readonly<Record<string, Value | null>>,
  ) {
    this.event = parse(invocation.body);
    this.source = detect(this.event);
    this.action = parts.settings.deferral[this.source.name] ?? this.source.action;
    this.store = new Store(new Table(parts.client, parts.settings.table), parts.settings.functionKey, parts.clock);
  }

  /** The window is on. */
  async plan(decision: Decision): Promise<Step> {
    if (isHop(this.event) || this.action === 'RUN') {
      return this.run;
    }
    switch (this.action) {
      case 'DEFER':
        return this.keep(decision, (event) => this.store.defer(event, this.until));
      case 'LEAVE':
        return this.leave(decision);
      default:
        return this.reject(decision);
    }
  }

  /** onWindowUnknown is FAIL. An operation that has begun is finished all the same. */
  planUnknown(cause: string): Step {
    if (isHop(this.event)) {
      return this.run;
    }
    this.parts.reporter.count('rejected');
    return { do: 'fail', error: windowUnknown(cause) };
  }

  /** The window has just ended: an asynchronous invocation may be Lambda's retry of one that is kept already. */
  async planGuarded(): Promise<Step> {
    if (this.source.action !== 'DEFER' || isHop(this.event)) {
      return this.run;
    }
    const now = this.parts.clock();
    const budget = Math.min(coldReadBudget.value, (this.invocation.deadline - now) * coldReadBudget.shareOfRemaining);
    let kept: Row | null;
    try {
      kept = await this.store.lookUp(this.invocation.requestId, now + budget);
    } catch (error) {
      return this.planUnchecked(error);
    }
    if (!kept) {
      return this.run;
    }
    if (!isKept(kept)) {
      const row = kept;
      return this.keep({ on: false, until: null, reason: null, plannedStale: false }, (event) => this.store.takeOver(event, row, this.until));
    }
    const { until } = (kept.envelope ?? {}) as Row;
    return this.deferredReply(typeof until === 'number' ? until : null);
  }

  private planUnchecked(error: unknown): Step {
    if (!(error instanceof StoreError)) {
      throw error;
    }
    if (this.source.name === DIRECT) {
      // maybe a caller that waits, and that would not come again
      this.parts.reporter.count('duplicateCheckSkipped');
      return this.run;
    }
    const why = `a maintenance window has just ended and it could not be checked whether the event is kept already (${error.message})`;
    this.parts.reporter.count('storeFailed');
    return { do: 'fail', error: new GateError('duplicateCheckFailed', `${why}: the handler was not called.`) };
  }

  private async keep({ until, reason }: Decision, write: (event: DeferredEvent) => Promise<void>): Promise<Step> {
    const { reporter } = this.parts;
    const { requestId, body } = this.invocation;
    const ids = capped(sourceIds(this.source, this.event));
    const envelope = { ...this.envelope, sourceIds: ids.length > 0 ? ids : null, until, reason };
    try {
      await write({ requestId, source: this.source.name, body: Buffer.from(body), envelope });
    } catch (error) {
      if (!(error instanceof StoreError)) {
        throw error;
      }
      reporter.log(`${requestId} could not be kept: ${error.message}`);
      reporter.count('storeFailed');
      return { do: 'fail', error: notStored(error.message) };
    }
    reporter.count('deferred');
    if (this.source.name === DIRECT) {
      reporter.count('unrecognizedSource');
    }
    return this.deferredReply(until);
  }

  private deferredReply(until: number | null): Step {
    return { do: 'reply', body: deferred(this.source, this.event, this.invocation.body, this.invocation.requestId, until) };
  }

  private async leave({ until, reason }: Decision): Promise<Step> {
    const { client, clock, reporter, settings } = this.parts;
    if (this.source.name === 'sqs-fifo') {
      const now = clock();
      const hidden = until === null ? settings.leaveFor : Math.min(until - now, settings.leaveFor);
      const failure = await extendVisibility(client, this.event, hidden, this.invocation.deadline - now);
      if (failure !== null) {
        reporter.log(`messages were left, but their visibility could not be extended: ${failure}`);
      }
    }
    reporter.count('left');
    return { do: 'fail', error: windowActive('LEAVE', until, reason) };
  }

  private async reject({ until, reason }: Decision): Promise<Step> {
    const { clock, reporter } = this.parts;
    reporter.count('rejected');
    if (this.source.answer === 'http' || this.source.answer === 'alb') {
      return { do: 'reply', body: rejected(this.source, this.event, clock(), until, reason) };
    }
    const error = windowActive('REJECT', until, reason);
    return this.source.answer === 'cloudformation' ? this.rejectRequest(error) : { do: 'fail', error };
  }

  private async rejectRequest(error: GateError): Promise<Step> {
    const request = this.event as Record<string, unknown>;
    const url = responseUrl(String(request.ResponseURL), this.parts.environment);
    if (!url) {
      return { do: 'fail', error };
    }
    try {
      await deliver(url, heldResponse(request, error.message), this.until, this.parts.clock);
    } catch (failure) {
      // Lambda tries again after an error: silence would hang the stack
      const message = `${error.message} CloudFormation could not be told so: ${reasonOf(failure)}.`;
      return { do: 'fail', error: new GateError('windowActive', message) };
    }
    return { do: 'reply', body: '{}' };
  }
}
