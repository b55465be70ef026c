/** The ways of an invocation that meets a window, or that may be the retry of one that did or the Delete of what one kept from being made. */
import { coldReadBudget } from '../../../../contract/maintenance-window/timing.json';
import { reasonOf } from '../../../../thrown';
import { isKept } from '../../../store/row';
import type { Decision } from '../../../window/decision';
import { GateError } from '../quiet/errors';
import { type Invocation, storeUntil } from '../quiet/invocation';
import type { Action } from '../quiet/settings';
import type { GateParts, Step } from '../quiet/step';
import { alwaysRuns } from './always-run';
import { deferred, notStored, rejected, windowActive, windowUnknown } from './answers';
import { deliver, heldResponse, responseUrl } from './cloudformation';
import { kindOf, type Request, type RequestKind } from './cloudformation-request';
import { inputRule, ruleOf, SCHEDULED } from './coalescing';
import type { DeferredEvent } from './deferred-event';
import { envelopeOf } from './envelope';
import { extendVisibility } from './fifo';
import type { Row } from './items';
import { detect, DIRECT, isHop, parse, type Source, sourceIds, sourceNamed } from './sources';
import { Store } from './store';
import { isStreamed } from './streaming';
import { StoreError, Table } from './table';

/** The source whose messages stay in order, so that they are left and hidden. */
const FIFO = 'sqs-fifo';

/** One invocation; only here is its body parsed. */
export class Hold {
  private readonly event: unknown;
  private readonly source: Source;
  /** The source's own ids. */
  private readonly sourceIds: readonly string[];
  private readonly action: Action;
  /** Only of CloudFormation's events. */
  private readonly requestKind: RequestKind | undefined;
  private readonly store: Store;
  private readonly streamed: boolean;

  /**
   * @param run what is done when the invocation may run after all
   * @param operatorVersion of the operator's parameter, when it is known
   */
  constructor(
    private readonly parts: GateParts,
    private readonly invocation: Invocation,
    private readonly run: Step,
    private readonly operatorVersion: number | undefined,
  ) {
    this.event = parse(invocation.body);
    const tick = inputRule(parts.settings, invocation);
    this.source = tick === undefined ? detect(this.event) : sourceNamed(SCHEDULED);
    this.sourceIds = tick === undefined ? sourceIds(this.source, this.event) : [tick];
    this.action = parts.settings.deferral[this.source.name] ?? this.source.action;
    this.streamed = isStreamed(parts.settings.streaming, this.source, invocation.arn);
    this.requestKind = this.source.answer === 'cloudformation' ? kindOf(this.event as Request, invocation.arn) : undefined;
    this.store = new Store(new Table(parts.client, parts.settings.table), parts.settings.functionKey, parts.clock);
  }

  /** Whatever the window: the answer to a Delete of what was never made. Nothing for any other event. */
  async settle(): Promise<Step | undefined> {
    if (this.requestKind !== 'NEVER_MADE') {
      return undefined;
    }
    const failure = await this.respond('');
    const message = `the Delete of a resource that was never made is SUCCESS, but CloudFormation could not be told so: ${failure}.`;
    return failure === undefined ? { do: 'reply', body: '{}' } : { do: 'fail', error: new GateError('requestNotAnswered', message) };
  }

  /** The window is on. */
  async plan(decision: Decision): Promise<Step> {
    if (this.action === 'RUN' || this.runsAlways()) {
      return this.run;
    }
    switch (this.action) {
      case 'DEFER':
        return this.keep(decision, (event) => this.store.defer(event, storeUntil(this.invocation)));
      case 'LEAVE':
        return this.leave(decision);
      default:
        return this.reject(decision);
    }
  }

  /** onWindowUnknown is FAIL. What always runs does so all the same. */
  planUnknown(cause: string): Step {
    if (this.runsAlways()) {
      return this.run;
    }
    this.parts.reporter.count('rejected');
    return { do: 'fail', error: windowUnknown(cause) };
  }

  /** The window has just ended: an asynchronous invocation may be Lambda's retry of one that is kept already. */
  async planGuarded(): Promise<Step> {
    if (this.action !== 'DEFER' || this.runsAlways()) {
      return this.run;
    }
    const now = this.parts.clock();
    const budget = Math.min(coldReadBudget.value, (this.invocation.deadline - now) * coldReadBudget.shareOfRemaining);
    let kept: Row | undefined;
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
      return this.keep({ until: null, reason: null }, (event) => this.store.takeOver(event, row, storeUntil(this.invocation)));
    }
    const until = (kept.envelope as Row | undefined)?.until;
    return this.deferredReply(typeof until === 'number' ? until : null);
  }

  /** An operation that has begun is finished; an HTTP request may be one that the function lets through. */
  private runsAlways(): boolean {
    if (this.requestKind === 'UNKNOWN_CONTINUATION') {
      this.parts.reporter.count('unrecognizedContinuation');
      return true;
    }
    return this.requestKind === 'CONTINUATION' || isHop(this.event) || alwaysRuns(this.parts.settings.alwaysRun, this.source, this.event);
  }

  private planUnchecked(error: unknown): Step {
    if (!(error instanceof StoreError)) {
      throw error;
    }
    if (this.source.name === DIRECT || this.source.action === 'REJECT') {
      // maybe or surely a caller that waits, and that would not come again
      this.parts.reporter.count('duplicateCheckSkipped');
      return this.run;
    }
    const why = `a maintenance window has just ended and it could not be checked whether the event is kept already (${error.message})`;
    this.parts.reporter.count('storeFailed');
    return { do: 'fail', error: new GateError('duplicateCheckFailed', `${why}: the handler was not called.`) };
  }

  private async keep(decision: Pick<Decision, 'until' | 'reason'>, write: (event: DeferredEvent) => Promise<void>): Promise<Step> {
    const { reporter, settings } = this.parts;
    const { requestId, body } = this.invocation;
    const envelope = envelopeOf(settings, this.invocation, this.sourceIds, this.operatorVersion, decision);
    const rule = ruleOf(this.source.name, this.sourceIds, settings, this.invocation);
    try {
      await write({ requestId, source: this.source.name, rule, body: Buffer.from(body), envelope });
    } catch (error) {
      if (!(error instanceof StoreError)) {
        throw error;
      }
      reporter.log(`${requestId} could not be kept: ${error.message}`);
      reporter.count('storeFailed');
      return { do: 'fail', error: notStored(error.message) };
    }
    reporter.count('deferred');
    if (this.source.name === DIRECT || (this.source.assumed && !(this.source.name in settings.deferral))) {
      reporter.count('unrecognizedSource');
    }
    return this.deferredReply(decision.until);
  }

  private deferredReply(until: number | null): Step {
    const { body, requestId } = this.invocation;
    return { do: 'reply', body: deferred(this.source, this.event, body, requestId, until, this.streamed), streamed: this.streamed };
  }

  private async leave({ until, reason }: Decision): Promise<Step> {
    const { client, clock, reporter, settings } = this.parts;
    if (this.source.name === FIFO) {
      const now = clock();
      const hidden = until === null ? settings.fifoVisibilityTimeout : Math.min(until - now, settings.fifoVisibilityTimeout);
      const failure = await extendVisibility(client, this.event, hidden, this.invocation.deadline - now);
      if (failure !== undefined) {
        reporter.log(`messages were left, but their visibility could not be extended: ${failure}`);
      }
    }
    reporter.count('left');
    return { do: 'fail', error: windowActive('LEAVE', until, reason) };
  }

  private async reject({ until, reason }: Decision): Promise<Step> {
    const { clock, reporter, settings } = this.parts;
    const { streamed } = this;
    reporter.count('rejected');
    if (this.source.answer === 'http' || this.source.answer === 'alb') {
      return { do: 'reply', body: rejected(this.source, this.event, clock(), until, reason, settings.rejection, streamed), streamed };
    }
    const error = windowActive('REJECT', until, reason);
    return this.source.answer === 'cloudformation' ? this.rejectRequest(error) : { do: 'fail', error };
  }

  private async rejectRequest(error: GateError): Promise<Step> {
    if (this.requestKind === 'ELSEWHERE') {
      return { do: 'fail', error };
    }
    const failure = await this.respond(error.message);
    // Lambda tries again after an error: silence would hang the stack
    const untold = `${error.message} CloudFormation could not be told so: ${failure}.`;
    return failure === undefined ? { do: 'reply', body: '{}' } : { do: 'fail', error: new GateError('windowActive', untold) };
  }

  /** Answers CloudFormation; why it could not be told, when it could not. */
  private async respond(reason: string): Promise<string | undefined> {
    const { client, clock, environment } = this.parts;
    const request = this.event as Request;
    const url = responseUrl(String(request.ResponseURL), environment);
    if (!url) {
      return 'the ResponseURL is not an https URL';
    }
    try {
      await deliver(url, heldResponse(request, reason), storeUntil(this.invocation), clock, client.proxyOf(url));
      return undefined;
    } catch (error) {
      return reasonOf(error);
    }
  }
}
