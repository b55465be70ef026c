import type { ConcurrencySlot } from './concurrency';
import type { InvocationResult } from './environment';
import type { EnvironmentPool } from './environment-pool';
import type { FunctionConfiguration } from './function-configuration';
import type { InvocationRecord, Records } from './records';
import { asServiceError } from './service-error';

/** What one attempt runs. */
export interface AttemptEvent {
  readonly requestId: string;
  readonly traceId: string;
  readonly payload: Buffer;
  /** Decoded JSON. */
  readonly clientContext?: string;
  readonly tenantId?: string;
}

/** Runs functions and keeps the books: environment, concurrency slot and record of each attempt. */
export class Attempts {
  constructor(
    private readonly pool: EnvironmentPool,
    readonly records: Records,
  ) {}

  /**
   * Runs one attempt in the slot and gives the slot back when the environment is free.
   * @throws ServiceError when nothing could be run.
   */
  async run(configuration: FunctionConfiguration, event: AttemptEvent, slot: ConcurrencySlot, record: InvocationRecord): Promise<InvocationResult> {
    const { result, released } = this.pool.run(configuration, {
      ...event,
      invokedArn: configuration.invokedArn,
      onStart: (start) => this.records.started(record, start),
    });
    void released.finally(() => slot.release());
    try {
      const answer = await result;
      slot.answered();
      this.records.finished(record, answer.errorType === undefined ? 'success' : 'error', answer.errorType, answer.payload);
      return answer;
    } catch (error) {
      this.records.finished(record, 'refused', asServiceError(error).code);
      throw error;
    }
  }
}
