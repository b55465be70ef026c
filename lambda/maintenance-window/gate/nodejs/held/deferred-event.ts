import type { Envelope } from '../../../store/row';

/** One event to keep. */
export interface DeferredEvent {
  readonly requestId: string;
  /** Name of its source. */
  readonly source: string;
  /** Of the events with the same rule the newest stands for all; the index tells it. */
  readonly rule?: string;
  /** As received, byte for byte. */
  readonly body: Buffer;
  readonly envelope: Envelope;
}
