import type { Envelope } from '../../../store/row';

/** The source whose events are ticks of a rule. */
const SCHEDULED = 'scheduled';

/** One event to keep. */
export interface DeferredEvent {
  readonly requestId: string;
  /** Name of its source. */
  readonly source: string;
  /** As received, byte for byte. */
  readonly body: Buffer;
  readonly envelope: Envelope;
}

/** The rule whose tick an event is: ticks of one rule are replaced by the newest, and the index tells which. */
export function ruleOf({ source, envelope }: DeferredEvent): string | undefined {
  return source === SCHEDULED ? envelope.sourceIds?.[0] : undefined;
}
