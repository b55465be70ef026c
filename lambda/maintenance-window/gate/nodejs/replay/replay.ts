/** A deferred event's run: started once by its token, loaded, its outcome written before anybody hears of it. docs/adr/0002-pointer-and-token.md. */
import { createHash, randomUUID } from 'node:crypto';
import { gunzipSync } from 'node:zlib';

import { backoff, maxAttempts, runLeaseGrace } from '../../../../contract/maintenance-window/timing.json';
import { reasonOf } from '../../../../thrown';
import { type Row, Update } from '../held/items';
import { backlog, chunkKey, Conflict, type Table } from '../held/table';
import type { Pointer } from '../quiet/pointer';
import type { Settings } from '../quiet/settings';
import { clipped, type Outcome } from './outcome';

/** The pointer starts nothing: forged, delivered twice, or its claim is over. */
export class Refused extends Error {}

/** The kept bytes are not what was received. */
export class BodyDamaged extends Error {}

/** One started run. */
export interface Run {
  /** As it stood right after the start. */
  readonly row: Row;
  readonly nonce: string;
}

/** DynamoDB: bytes of a partition key's value. */
const MOST_KEY_BYTES = 2048;

/** Milliseconds before attempt n + 1. `random` from 0 to 1. */
export function backoffAfter(attempt: number, random: number): number {
  const delay = Math.min(backoff.most, backoff.first * backoff.factor ** (attempt - 1));
  return Math.round(delay * (1 + backoff.jitterShare * (2 * random - 1)));
}

/** Works on rows of one function. Every method throws StoreError when the store does not answer. `until` in epoch milliseconds. */
export class Replays {
  constructor(
    private readonly table: Table,
    private readonly settings: Pick<Settings, 'functionKey' | 'cacheTtl' | 'keepFinished' | 'logStream'>,
    private readonly clock: () => number = Date.now,
  ) {}

  /** The window is on again: CLAIMED back to PENDING, the attempt not counted. Throws Refused. */
  async giveBack({ requestId, token }: Pointer, until: number): Promise<void> {
    const later = this.clock() + this.settings.cacheTtl;
    const change = new Update()
      .set('state', 'PENDING')
      .set('nextAttempt', later)
      .set('bpk', backlog('pending', requestId))
      .add('dispatches', -1)
      .remove('token', 'lease')
      .when('state', 'CLAIMED')
      .when('token', token);
    try {
      await this.table.update(this.key(requestId), change, until);
    } catch (error) {
      const row = rowOf(error);
      if (row?.state !== 'PENDING' || row.nextAttempt !== later) {
        // else the acknowledgement was lost
        throw new Refused('its claim is over');
      }
    }
  }

  /**
   * CLAIMED to RUNNING on the token, once. Throws Refused.
   *
   * @param deadline epoch milliseconds of the invocation's end
   */
  async start({ requestId, token }: Pointer, deadline: number, until: number): Promise<Run> {
    const nonce = randomUUID();
    const lease = deadline + runLeaseGrace.value;
    const change = new Update()
      .set('state', 'RUNNING')
      .set('nonce', nonce)
      .set('lease', lease)
      .set('dispatches', 0)
      .set('bpk', backlog('active', requestId))
      .add('attempt', 1)
      .when('state', 'CLAIMED')
      .when('token', token);
    try {
      return { row: await this.table.update(this.key(requestId), change, until), nonce };
    } catch (error) {
      const row = rowOf(error);
      if (row?.nonce !== nonce) {
        // else the acknowledgement was lost
        throw new Refused('there is no such claim, or it was started already');
      }
      return { row, nonce };
    }
  }

  /** The event's bytes, as received. Throws BodyDamaged. */
  async load(row: Row, until: number): Promise<Buffer> {
    let content = row.chunks ? await this.loadChunks(row, until) : ((row.body as Buffer) ?? Buffer.alloc(0));
    if (row.encoding === 'gzip') {
      try {
        content = gunzipSync(content);
      } catch (error) {
        throw new BodyDamaged(`the kept bytes cannot be unpacked: ${reasonOf(error)}`, { cause: error });
      }
    }
    if (content.length !== row.bodySize || createHash('sha256').update(content).digest('hex') !== row.bodySha256) {
      throw new BodyDamaged(`${content.length} bytes were kept, which are not the ${String(row.bodySize)} bytes that were received`);
    }
    return content;
  }

  /** Writes the outcome; the state that the row has now. Throws Refused when the run lost its lease. */
  async finish({ row, nonce }: Run, outcome: Outcome, until: number): Promise<'DONE' | 'PENDING' | 'QUARANTINED'> {
    const now = this.clock();
    const attempt = row.attempt as number;
    const change = new Update().remove('token', 'nonce', 'lease').when('state', 'RUNNING').when('nonce', nonce);
    let state: 'DONE' | 'PENDING' | 'QUARANTINED' = 'DONE';
    let stamp: readonly [string, number] = ['finishedAt', now];
    if (outcome.status === 'DONE') {
      this.setDone(change, row, now);
    } else {
      if (attempt < ((row.maxAttempt as number) ?? maxAttempts.value)) {
        state = 'PENDING';
        stamp = ['nextAttempt', now + backoffAfter(attempt, Math.random())];
      } else {
        state = 'QUARANTINED';
      }
      const { errorType, errorMessage } = outcome;
      change.set('outcome', { errorType: clipped(errorType), errorMessage: clipped(errorMessage), logStream: this.settings.logStream });
      change.set('bpk', backlog(state.toLowerCase(), row.requestId as string));
      if (outcome.status === 'PARTIAL') {
        change.set('only', outcome.only);
      }
    }
    try {
      await this.table.update(row.pk as string, change.set('state', state).set(...stamp), until);
    } catch (error) {
      const there = rowOf(error);
      if (there?.attempt !== attempt || there[stamp[0]] !== stamp[1]) {
        // else the acknowledgement was lost
        throw new Refused('the run lost its lease before its outcome could be written');
      }
    }
    return state;
  }

  private setDone(change: Update, row: Row, now: number): void {
    if (row.chunks || row.abandoned) {
      change.set('bpk', backlog('cleanup', row.requestId as string));
    } else {
      change.remove('bpk', 'bsk').set('expiresAt', Math.floor((now + this.settings.keepFinished) / 1000));
    }
  }

  private async loadChunks(row: Row, until: number): Promise<Buffer> {
    const keys = Array.from({ length: row.chunks as number }, (_, number) => chunkKey(row.pk as string, (row.writeId as string) ?? '', number));
    const found = await this.table.getMany(keys, until);
    const missing = keys.flatMap((key, number) => (found.has(key) ? [] : [number]));
    if (missing.length > 0) {
      throw new BodyDamaged(`parts ${missing.join(', ')} of ${keys.length} are missing`);
    }
    return Buffer.concat(keys.map((key) => found.get(key)!.body as Buffer));
  }

  /** Formed from the function's own key: a pointer cannot name another function's row. */
  private key(requestId: string): string {
    const key = `${this.settings.functionKey}#${requestId}`;
    if (Buffer.byteLength(key) > MOST_KEY_BYTES) {
      throw new Refused('its request id is longer than any key');
    }
    return key;
  }
}

/** The row that a failed condition met; what is no failed condition goes on. */
function rowOf(error: unknown): Row | null {
  if (error instanceof Conflict) {
    return error.row;
  }
  throw error;
}
