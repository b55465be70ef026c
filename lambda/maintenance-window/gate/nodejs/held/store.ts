/** Keeps an event, byte for byte, before anybody is told so. lambda/contract/maintenance-window/store.json. */
import { randomUUID } from 'node:crypto';

import { limits } from '../../../../contract/maintenance-window/store.json';
import { maxAttempts } from '../../../../contract/maintenance-window/timing.json';
import { isInline, pack, type PackedBody, parts } from '../../../store/body';
import { backlogKey, backlogSortKey, chunkKey, eventKey } from '../../../store/keys';
import { type EventRow, isKept } from '../../../store/row';
import type { DeferredEvent } from './deferred-event';
import { type Row, Update, type Value } from './items';
import { Conflict, StoreError, type Table } from './table';

/** A row but for what says how far its writing is. */
type NewRow = Omit<EventRow, 'state'>;

const PARALLEL_CHUNKS = 4;

/** Writes rows of one function. `until` in epoch milliseconds. */
export class Store {
  constructor(
    private readonly table: Table,
    private readonly functionKey: string,
    private readonly clock: () => number = Date.now,
  ) {}

  /**
   * The row that an earlier attempt of the same invocation left, undefined when there is none.
   *
   * @throws StoreError
   */
  async lookUp(requestId: string, until: number): Promise<Row | undefined> {
    return this.table.get(eventKey(this.functionKey, requestId), until);
  }

  /**
   * Returns when the event is durable, by this call or by an earlier attempt of the same invocation.
   *
   * @throws StoreError
   */
  async defer(event: DeferredEvent, until: number): Promise<void> {
    if (event.body.length > limits.mostBytes.value) {
      throw new StoreError(`the event has ${event.body.length} bytes, Lambda's limit is ${limits.mostBytes.value}`);
    }
    const body = pack(event.body);
    const row = this.row(event, body);
    await (isInline(body) ? this.deferInline(row, body, until) : this.deferInChunks(row, body, until));
  }

  /**
   * Finishes what an earlier attempt left in WRITING.
   *
   * @throws StoreError
   */
  async takeOver(event: DeferredEvent, old: Row, until: number): Promise<void> {
    const body = pack(event.body);
    await this.takeOverRow(this.row(event, body), body, old, until);
  }

  private row(event: DeferredEvent, { attributes }: PackedBody): NewRow {
    const now = this.clock();
    const { requestId, source, rule, envelope } = event;
    return {
      pk: eventKey(this.functionKey, requestId),
      bsk: backlogSortKey(this.functionKey, now, requestId),
      functionKey: this.functionKey,
      requestId,
      source,
      rule,
      target: envelope.functionArn,
      deferredAt: now,
      nextAttempt: now,
      ...attributes,
      chunks: 0,
      envelope,
      attempt: 0,
      maxAttempt: maxAttempts.value,
      dispatches: 0,
    };
  }

  private async deferInline(row: NewRow, body: PackedBody, until: number): Promise<void> {
    const whole: EventRow = { ...row, state: 'PENDING', bpk: backlogKey('pending', row.requestId), body: body.content };
    try {
      await this.table.create(whole, until);
    } catch (error) {
      await this.afterConflict(error, row, body, until);
    }
  }

  private async deferInChunks(row: NewRow, body: PackedBody, until: number): Promise<void> {
    const writeId = randomUUID();
    const header: EventRow = { ...row, state: 'WRITING', bpk: backlogKey('writing', row.requestId), writeId, chunks: parts(body).length };
    try {
      await this.table.create(header, until);
    } catch (error) {
      if (!(error instanceof Conflict && error.row?.writeId === writeId)) {
        // else the acknowledgement of our own write was lost
        await this.afterConflict(error, row, body, until);
        return;
      }
    }
    await this.fillAndCommit(row, body, writeId, until);
  }

  private async afterConflict(error: unknown, row: NewRow, body: PackedBody, until: number): Promise<void> {
    if (!(error instanceof Conflict)) {
      throw error;
    }
    if (!error.row) {
      throw new StoreError('the row appeared and vanished while it was written');
    }
    if (!isKept(error.row)) {
      await this.takeOverRow(row, body, error.row, until);
    }
  }

  private async takeOverRow(row: NewRow, body: PackedBody, old: Row, until: number): Promise<void> {
    const writeId = randomUUID();
    const { writeId: oldWriteId = '', chunks = 0 } = old;
    const change = new Update()
      .set('writeId', writeId)
      .set('chunks', parts(body).length)
      .append('abandoned', [{ writeId: oldWriteId, chunks }])
      .when('state', 'WRITING')
      .when('writeId', oldWriteId);
    for (const name of ['encoding', 'bodySize', 'bodySha256', 'envelope'] as const) {
      change.set(name, row[name] as Value);
    }
    try {
      await this.table.update(row.pk, change, until);
    } catch (error) {
      if (!(error instanceof Conflict)) {
        throw error;
      }
      if (error.row && isKept(error.row)) {
        return;
      }
      if (error.row?.writeId !== writeId) {
        throw new StoreError('another attempt of the same invocation is writing the event');
      }
    }
    await this.fillAndCommit(row, body, writeId, until);
  }

  private async fillAndCommit({ pk, requestId }: NewRow, body: PackedBody, writeId: string, until: number): Promise<void> {
    await this.fill(pk, writeId, parts(body), until);
    const change = new Update()
      .set('state', 'PENDING')
      .set('nextAttempt', this.clock())
      .set('bpk', backlogKey('pending', requestId))
      .when('state', 'WRITING')
      .when('writeId', writeId);
    try {
      await this.table.update(pk, change, until);
    } catch (error) {
      if (!(error instanceof Conflict)) {
        throw error;
      }
      if (error.row?.writeId !== writeId || !isKept(error.row)) {
        // else the acknowledgement was lost
        throw new StoreError('another attempt of the same invocation took over the event');
      }
    }
  }

  private async fill(id: string, writeId: string, chunks: readonly Buffer[], until: number): Promise<void> {
    const left = chunks.map((body, number) => ({ pk: chunkKey(id, writeId, number), body }));
    const work = async () => {
      for (let chunk = left.shift(); chunk; chunk = left.shift()) {
        await this.table.put(chunk, until);
      }
    };
    const results = await Promise.allSettled(Array.from({ length: PARALLEL_CHUNKS }, work)); // none may go on when the handler runs
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) {
      throw failed.reason;
    }
  }
}
