/** Keeps an event, byte for byte, before anybody is told so. lambda/contract/maintenance-window/store.json. */
import { createHash, randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';

import { limits } from '../../../../contract/maintenance-window/store.json';
import { maxAttempts } from '../../../../contract/maintenance-window/timing.json';
import { listBytes, type Row, Update, type Value } from './items';
import { backlog, chunkKey, Conflict, isKept, StoreError, type Table } from './table';

/** What is kept of one invocation. */
export interface DeferredEvent {
  readonly requestId: string;
  readonly source: string;
  readonly body: Buffer;
  /** Members that are null are left out. */
  readonly envelope: Readonly<Record<string, Value | null>>;
}

/** The bytes as they are kept. */
export interface PackedBody {
  readonly content: Buffer;
  readonly attributes: { readonly encoding: 'identity' | 'gzip'; readonly bodySize: number; readonly bodySha256: string };
}

/** The source whose events are ticks of a rule. */
const SCHEDULED = 'scheduled';
const PARALLEL_CHUNKS = 4;

/** Packs a body: gzip where it helps. */
export function pack(body: Buffer): PackedBody {
  const packed = body.length >= limits.gzipFrom.value ? gzipSync(body) : body;
  const helps = packed.length < body.length;
  return {
    content: helps ? packed : body,
    attributes: { encoding: helps ? 'gzip' : 'identity', bodySize: body.length, bodySha256: createHash('sha256').update(body).digest('hex') },
  };
}

/** As many of a source's ids as the row may name: it must stay below DynamoDB's item limit with the body beside them. */
export function capped(sourceIds: readonly string[]): readonly string[] {
  let ids = sourceIds.slice(0, limits.mostSourceIds.value);
  while (listBytes(ids) > limits.sourceIdsBytes.value) {
    ids = ids.slice(0, Math.floor(ids.length / 2));
  }
  return ids;
}

/** Writes rows of one function. Every method throws StoreError when the event is not durable. `until` in epoch milliseconds. */
export class Store {
  constructor(
    private readonly table: Table,
    private readonly functionKey: string,
    private readonly clock: () => number = Date.now,
  ) {}

  /** The row that an earlier attempt of the same invocation left, null when there is none. */
  async lookUp(requestId: string, until: number): Promise<Row | null> {
    return this.table.get(`${this.functionKey}#${requestId}`, until);
  }

  /** Returns when the event is durable, by this call or by an earlier attempt of the same invocation. */
  async defer(event: DeferredEvent, until: number): Promise<void> {
    if (event.body.length > limits.mostBytes.value) {
      throw new StoreError(`the event has ${event.body.length} bytes, Lambda's limit is ${limits.mostBytes.value}`);
    }
    const body = pack(event.body);
    const row = this.row(event, body);
    await (body.content.length <= limits.inlineBytes.value ? this.deferInline(row, body, until) : this.deferInChunks(row, body, until));
  }

  /** Finishes what an earlier attempt left in WRITING. */
  async takeOver(event: DeferredEvent, old: Row, until: number): Promise<void> {
    const body = pack(event.body);
    await this.takeOverRow(this.row(event, body), body, old, until);
  }

  private row({ requestId, source, envelope }: DeferredEvent, { attributes }: PackedBody): Row {
    const now = this.clock();
    return {
      pk: `${this.functionKey}#${requestId}`,
      bsk: `${this.functionKey}#${now}#${requestId}`,
      functionKey: this.functionKey,
      requestId,
      source,
      ...(source === SCHEDULED && ruleOf(envelope)),
      target: envelope.functionArn as string,
      deferredAt: now,
      nextAttempt: now,
      ...attributes,
      chunks: 0,
      envelope: Object.fromEntries(Object.entries(envelope).filter(([, value]) => value !== null)) as Row,
      attempt: 0,
      maxAttempt: maxAttempts.value,
      dispatches: 0,
    };
  }

  private async deferInline(row: Row, body: PackedBody, until: number): Promise<void> {
    try {
      await this.table.create({ ...row, state: 'PENDING', bpk: backlog('pending', row.requestId as string), body: body.content }, until);
    } catch (error) {
      await this.afterConflict(error, row, body, until);
    }
  }

  private async deferInChunks(row: Row, body: PackedBody, until: number): Promise<void> {
    const writeId = randomUUID();
    const header = { ...row, state: 'WRITING', bpk: backlog('writing', row.requestId as string), writeId, chunks: parts(body).length };
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

  private async afterConflict(error: unknown, row: Row, body: PackedBody, until: number): Promise<void> {
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

  private async takeOverRow(row: Row, body: PackedBody, old: Row, until: number): Promise<void> {
    const writeId = randomUUID();
    const { writeId: oldWriteId = '', chunks = 0 } = old;
    const change = new Update()
      .set('writeId', writeId)
      .set('chunks', parts(body).length)
      .append('abandoned', [{ writeId: oldWriteId, chunks }]);
    for (const name of ['encoding', 'bodySize', 'bodySha256', 'envelope']) {
      change.set(name, row[name]);
    }
    try {
      await this.table.update(row.pk as string, change.when('state', 'WRITING').when('writeId', oldWriteId), until);
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

  private async fillAndCommit(row: Row, body: PackedBody, writeId: string, until: number): Promise<void> {
    const id = row.pk as string;
    await this.fill(id, writeId, parts(body), until);
    const now = this.clock();
    const change = new Update()
      .set('state', 'PENDING')
      .set('nextAttempt', now)
      .set('bpk', backlog('pending', row.requestId as string));
    try {
      await this.table.update(id, change.when('state', 'WRITING').when('writeId', writeId), until);
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

/** At least one. */
function parts({ content }: PackedBody): Buffer[] {
  const size = limits.chunkBytes.value;
  return Array.from({ length: Math.max(1, Math.ceil(content.length / size)) }, (_, number) => content.subarray(number * size, (number + 1) * size));
}

/** Ticks of one rule stand for each other; the index tells which. */
function ruleOf(envelope: DeferredEvent['envelope']): Row {
  const [rule] = (envelope.sourceIds ?? []) as string[];
  return rule === undefined ? {} : { rule };
}
