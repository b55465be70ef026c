/** Decides what becomes of each invocation. The same order as the Python gate. */
import { createFailedId } from '../../../../contract/cloudformation/answer.json';
import { reasonOf } from '../../../../thrown';
import { mayBePointer, parsePointer } from '../../../store/pointer';
import type { Decision } from '../../../window/decision';
import { GateError } from './errors';
import { type Invocation, type RawInvocation, withContent } from './invocation';
import type { GateParts, Step } from './step';

/** A window that is on, of which nothing more is known. */
const ON: Decision = { on: true, until: null, reason: null, plannedStale: false };

/** One for each process. */
export class Gate {
  constructor(readonly parts: GateParts) {}

  /** Begins the first read of the window. Not before a snapshot: what is read then says nothing about the time after its restore. */
  start(): void {
    if (!this.parts.settings.isSnapStart) {
      this.parts.cache.start();
    }
  }

  /** Whether an invocation runs as it is, without a further look: the warm path. */
  isQuiet(body: string, clientContext?: string): boolean {
    return this.parts.cache.isQuiet(this.parts.clock()) && !mayBePointer(body) && clientContext === undefined && !namesCreateFailedId(body);
  }

  /** Whether user code must not be loaded yet. */
  async holdsAtBoot(): Promise<boolean> {
    const state = await this.parts.cache.state(Infinity);
    return state.known ? state.decision.on : this.parts.settings.onWindowUnknown !== 'RUN';
  }

  /** What becomes of an invocation. Does what must be done before it is answered or run. */
  async plan(invocation: Invocation): Promise<Step> {
    try {
      return await this.decide(invocation);
    } catch (error) {
      // a defect of the gate must neither acknowledge the event nor run it unprotected
      this.parts.reporter.log(`${invocation.requestId} is failed by an error of the gate: ${error instanceof Error ? error.stack : String(error)}`);
      return { do: 'fail', error: new GateError('gateNotAttached', `the gate failed: ${reasonOf(error)}`) };
    }
  }

  private async decide(invocation: Invocation): Promise<Step> {
    const { cache, clock, settings } = this.parts;
    const state = await cache.state(invocation.deadline - clock());
    const pointer = parsePointer(invocation.body);
    const on = state.known ? state.decision.on : settings.onWindowUnknown !== 'RUN';
    if (pointer) {
      const { planReplay } = await import('../replay/replaying');
      return planReplay(this.parts, invocation, pointer, on);
    }
    const run: Step = { do: 'run', invocation: await withoutForgedMark(invocation) };
    const guarded = state.known && state.guarded;
    if (!on && !guarded && !namesCreateFailedId(invocation.body)) {
      return run;
    }
    const { Hold } = await import('../held/holding');
    const hold = new Hold(this.parts, invocation, run, state.known ? state.version : undefined);
    const settled = await hold.settle();
    if (settled) {
      return settled;
    }
    if (!on && !guarded) {
      return run;
    }
    if (!state.known) {
      return settings.onWindowUnknown === 'FAIL' ? hold.planUnknown(state.cause) : hold.plan(ON);
    }
    return state.decision.on ? hold.plan(state.decision) : hold.planGuarded();
  }
}

/** Whether it may be a Delete of what was never made, wherever its members are. A string's own search: it costs the warm path next to nothing. */
function namesCreateFailedId(body: string): boolean {
  return body.includes(createFailedId);
}

async function withoutForgedMark({ raw, clientContext, body, identity }: Invocation): Promise<RawInvocation> {
  if (clientContext === undefined) {
    return raw;
  }
  const { withoutMark } = await import('../replay/mark');
  const context = withoutMark(clientContext);
  return context === clientContext ? raw : withContent(raw, body, context, identity);
}
