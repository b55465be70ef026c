/** How the caller invoked. */
export type InvocationMode = 'RequestResponse' | 'Event' | 'DryRun';

/** How one attempt ended, or why it did not start. */
export type InvocationOutcome = 'success' | 'error' | 'throttled' | 'recursion-stopped' | 'refused' | 'expired';

/** One attempt to run a function. Times are milliseconds since the epoch. */
export interface InvocationRecord {
  /** Grows with every record. */
  readonly sequence: number;
  /** One for all attempts of an event. */
  readonly requestId: string;
  readonly functionName: string;
  /** As called, with the qualifier. */
  readonly functionArn: string;
  /** The version that executed. */
  readonly version: string;
  /** Row of the trigger table. */
  readonly door: string;
  readonly mode: InvocationMode;
  /** 1 for the first. */
  readonly attempt: number;
  /** Bytes of the event. */
  readonly payloadSize: number;
  /** The event itself, on a bed that keeps payloads. */
  readonly payload?: Buffer;
  /** When the data plane received the event. */
  readonly received: number;
  /** When the runtime was handed the event. */
  start?: number;
  /** Milliseconds, on a cold start only. */
  initDuration?: number;
  end?: number;
  outcome?: InvocationOutcome;
  /** `errorType` of a function error, or the code of an error of the service. */
  errorType?: string;
  /** Whether a new environment was started for it. */
  cold?: boolean;
  /** Which environment ran it. */
  environmentId?: string;
  /** What the function returned, or its error; on a bed that keeps payloads. */
  result?: Buffer;
}

/** Something that happened on the bed, as it happens. */
export type BedEvent =
  | { readonly type: 'invocation-started' | 'invocation-finished'; readonly at: number; readonly invocation: Readonly<InvocationRecord> }
  | { readonly type: 'event-queued'; readonly at: number; readonly requestId: string; readonly functionArn: string; readonly door: string }
  | {
      readonly type: 'retry-scheduled';
      readonly at: number;
      readonly requestId: string;
      readonly functionArn: string;
      readonly reason: 'function-error' | 'throttle' | 'system-error';
      /** When the next attempt is due. */
      readonly due: number;
    }
  | {
      readonly type: 'event-finished';
      readonly at: number;
      readonly requestId: string;
      readonly functionArn: string;
      /** `Success`, or why the event was given up. */
      readonly condition: string;
    }
  | {
      readonly type: 'destination-delivered' | 'destination-failed';
      readonly at: number;
      readonly requestId: string;
      readonly functionArn: string;
      readonly destination: string;
      readonly error?: string;
    }
  | {
      readonly type: 'environment-started' | 'environment-initialised' | 'environment-frozen' | 'environment-stopped';
      readonly at: number;
      readonly functionArn: string;
      readonly environmentId: string;
      readonly reason?: string;
    };

type Unstamped<E> = E extends BedEvent ? Omit<E, 'at'> : never;

/** Everything that happened: invocations to look up, events to follow. */
export class Records {
  private readonly list: InvocationRecord[] = [];
  private readonly listeners = new Set<(event: BedEvent) => void>();

  /** @param keepPayloads whether records hold events and results; they may have 6 MB each */
  constructor(private readonly keepPayloads = false) {}

  get invocations(): readonly InvocationRecord[] {
    return this.list;
  }

  /** Calls back on each event until the returned function is called. */
  follow(listener: (event: BedEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  emit(event: Unstamped<BedEvent>): void {
    const stamped = { at: Date.now(), ...event } as BedEvent;
    for (const listener of this.listeners) {
      listener(stamped);
    }
  }

  /** Opens the record of one attempt. */
  open(attempt: Omit<InvocationRecord, 'sequence' | 'payloadSize' | 'payload'>, payload: Buffer): InvocationRecord {
    const record: InvocationRecord = {
      sequence: this.list.length + 1,
      ...attempt,
      payloadSize: payload.length,
      ...(this.keepPayloads ? { payload } : {}),
    };
    this.list.push(record);
    return record;
  }

  /** The runtime was handed the event. */
  started(record: InvocationRecord, start: Pick<InvocationRecord, 'cold' | 'environmentId' | 'initDuration'>): void {
    Object.assign(record, start, { start: Date.now() });
    this.emit({ type: 'invocation-started', invocation: { ...record } });
  }

  /** The attempt is over, or never began. */
  finished(record: InvocationRecord, outcome: InvocationOutcome, errorType?: string, result?: Buffer): void {
    Object.assign(record, { end: Date.now(), outcome }, errorType === undefined ? {} : { errorType }, this.keepPayloads ? { result } : {});
    this.emit({ type: 'invocation-finished', invocation: { ...record } });
  }
}
