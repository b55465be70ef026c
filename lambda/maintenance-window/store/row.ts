/** An event's row, whichever client reads it. Times in epoch milliseconds. lambda/contract/maintenance-window/store.json says what each attribute means. */
import { states } from '../../contract/maintenance-window/store.json';

export type EventState = 'WRITING' | 'PENDING' | 'CLAIMED' | 'RUNNING' | 'DONE' | 'QUARANTINED' | 'DISCARDED';
export type Encoding = 'identity' | 'gzip';

/** Chunks that one writer stored, or began to. */
export interface Writer {
  readonly writeId: string;
  readonly chunks: number;
}

/** The last failure of an event. */
export interface FailureOutcome {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly logStream?: string;
}

/** What is kept of an event beside its bytes. */
export interface Envelope {
  readonly schema: number;
  /** As invoked, with its qualifier. */
  readonly functionArn: string;
  readonly functionVersion?: string;
  readonly sourceIds?: readonly string[];
  readonly clientContext?: string;
  readonly identity?: string;
  readonly tenantId?: string;
  readonly traceId?: string;
  readonly operatorParameter?: string;
  readonly plannedParameter?: string;
  readonly operatorVersion?: number;
  /** Seconds. */
  readonly cacheTtl?: number;
  /** Seconds. */
  readonly leadTime?: number;
  readonly until?: number;
  readonly reason?: string;
}

/** A whole row, as a consistent read gives it. What the index projects of it: store.json `index`. */
export interface EventRow {
  readonly pk: string;
  readonly state: EventState;
  readonly functionKey: string;
  readonly requestId: string;
  readonly source: string;
  readonly rule?: string;
  readonly target: string;
  readonly deferredAt: number;
  readonly bpk?: string;
  readonly bsk?: string;
  readonly body?: Uint8Array;
  readonly encoding: Encoding;
  readonly bodySize: number;
  readonly bodySha256: string;
  readonly writeId?: string;
  readonly chunks: number;
  readonly abandoned?: readonly Writer[];
  readonly envelope: Envelope;
  readonly token?: string;
  readonly nonce?: string;
  readonly lease?: number;
  readonly attempt: number;
  readonly maxAttempt: number;
  readonly nextAttempt: number;
  readonly dispatches: number;
  readonly only?: readonly string[];
  readonly run?: string;
  /** The function key under which it waited before an operator redirected it. */
  readonly redirectedFrom?: string;
  readonly outcome?: FailureOutcome;
  readonly finishedAt?: number;
  /** Epoch seconds. */
  readonly expiresAt?: number;
}

/** Whether a row's event is durable: past WRITING. */
export function isKept({ state }: { readonly state?: unknown }): boolean {
  return state !== 'WRITING' && states.includes(state as string);
}
