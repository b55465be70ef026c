/** Decides what becomes of each invocation. The same order as the Python gate. */
import type { AwsClient } from '../../../../aws/nodejs/client';
import { storeReserve } from '../../../../contract/maintenance-window/timing.json';
import type { Environment } from '../../../../environment';
import { reasonOf } from '../../../../thrown';
import type { Decision } from '../../../window/decision';
import type { Value } from '../held/items';
import type { ReplayedRun } from '../replay/replayed-run';
import { GateError } from './errors';
import { type Invocation, withContent } from './invocation';
import { mayBePointer, parsePointer, withoutMark } from './pointer';
import type { Reporter } from './report';
import type { Settings } from './settings';
import type { WindowCache } from './window-cache';

/** What to do with an invocation. */
export type Step =
  | { readonly do: 'run'; readonly invocation: Invocation['raw']; readonly replay?: ReplayedRun }
  | { readonly do: 'reply'; readonly body: string }
  | { readonly do: 'fail'; readonly error: GateError };

export interface GateParts {
  readonly settings: Settings;
  readonly environment: Environment;
  readonly cache: WindowCache;
  readonly client: AwsClient;
  readonly reporter: Reporter;
  readonly clock: () => number;
}

/** A window that is on, of which nothing more is known. */
const ON: Decision = { on: true, until: null, reason: null, plannedStale: false };

/** One for each process. */
export class Gate {
  constructor(readonly parts: GateParts) {}

  /** Whether an invocation runs as it is, without a further look: the warm path. */
  isQuiet({ body, clientContext }: Pick<Invocation, 'body' | 'clientContext'>): boolean {
    return this.parts.cache.isQuiet(this.parts.clock()) && !mayBePointer(body) && clientContext === null;
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
    const unknown = state.known ? null : settings.onWindowUnknown;
    const on = state.known ? state.decision.on : unknown !== 'RUN';
    if (pointer) {
      const { planReplay } = await import('../replay/replaying');
      return planReplay(this.parts, invocation, pointer, on, storeUntil(invocation));
    }
    const run: Step = { do: 'run', invocation: withoutForgedMark(invocation) };
    if (!on && !(state.known && state.guarded)) {
      return run;
    }
    const { Hold } = await import('../held/holding');
    const hold = new Hold(this.parts, invocation, run, storeUntil(invocation), this.envelope(invocation, state.known ? state.version : null));
    if (!state.known) {
      return unknown === 'FAIL' ? hold.planUnknown(state.cause) : hold.plan(ON);
    }
    return state.decision.on ? hold.plan(state.decision) : hold.planGuarded();
  }

  /** What a replay must know beside the bytes. */
  private envelope(invocation: Invocation, operatorVersion: number | null): Record<string, Value | null> {
    const { settings } = this.parts;
    return {
      schema: 1,
      functionArn: invocation.arn,
      functionVersion: settings.functionVersion,
      clientContext: invocation.clientContext === null ? null : withoutMark(invocation.clientContext),
      identity: invocation.identity,
      tenantId: invocation.tenantId,
      traceId: invocation.traceId,
      operatorParameter: settings.operatorParameter,
      plannedParameter: settings.plannedParameter,
      operatorVersion,
      cacheTtl: settings.cacheTtl / 1000,
      lead: settings.lead / 1000,
    };
  }
}

/** Until when the store may be tried: the answer has to be posted after that. */
function storeUntil(invocation: Invocation): number {
  return invocation.deadline - storeReserve.value;
}

function withoutForgedMark({ raw, clientContext, body, identity }: Invocation): Invocation['raw'] {
  if (clientContext === null) {
    return raw;
  }
  const context = withoutMark(clientContext);
  return context === clientContext ? raw : withContent(raw, body, context, identity);
}
