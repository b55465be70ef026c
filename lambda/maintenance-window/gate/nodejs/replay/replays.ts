/** A deferred event's run: started once by its token, loaded, its outcome written before anybody hears of it. docs/adr/0002-pointer-and-token.md. */
import { randomUUID } from 'node:crypto';

import { maxAttempts, runLeaseGrace } from '../../../../contract/maintenance-window/timing.json';
import { backoffDelay } from '../../../store/backoff';
import { joined, unpack } from '../../../store/body';
import { expiry } from '../../../store/expiry';
import { backlogKey, chunkKeys, eventKey } from '../../../store/keys';
import type { Pointer } from '../../../store/pointer';
import type { EventRow } from '../../../store/row';
import { type Row, Update } from '../held/items';
import { Conflict, type Table } from '../held/table';
import type { Settings } from '../quiet/settings';
import { clipped, type Outcome } from './outcome';

/** The pointer starts nothing: forged, delivered twice, or its claim is over. */
export class Refused extends Error {}

/** One started run. */
export interface Run {
  /** As it was right after the start. */
  readonly row: EventRow;
  readonly nonce: string;
}

/** DynamoDB: bytes of a partition key's value. */
const MOST_KEY_BYTES = 2048;

/** Works on rows of one function. `until` in epoch milliseconds. */
export class Replays {
  constructor(
    private readonly table: Table,
    private readonly settings: Pick<Settings, 'functionKey' | 'cacheTtl' | 'keepFinished' | 'logStream'>,
    private readonly clock: () => number = Date.now,
  ) {}

  /**
   * The window is on again: CLAIMED back to PENDING, the attempt not counted.
   *
   * @throws Refused
   * @throws StoreError
   */
  async giveBack({ requestId, token }: Pointer, until: number): Promise<void> {
    const later = this.clock() + this.settings.cacheTtl;
    const change = new Update()
      .set('state', 'PENDING')
      .set('nextAttempt', later)
      .set('bpk', backlogKey('pending', requestId))
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
   * CLAIMED to RUNNING on the token, once.
   *
   * @param deadline epoch milliseconds of the invocation's end
   * @throws Refused
   * @throws StoreError
   */
  async start({ requestId, token }: Pointer, deadline: number, until: number): Promise<Run> {
    const nonce = randomUUID();
    const lease = deadline + runLeaseGrace.value;
    const change = new Update()
      .set('state', 'RUNNING')
      .set('nonce', nonce)
      .set('lease', lease)
      .set('dispatches', 0)
      .set('bpk', backlogKey('active', requestId))
      .add('attempt', 1)
      .when('state', 'CLAIMED')
      .when('token', token);
    try {
      return { row: eventRow(await this.table.update(this.key(requestId), change, until)), nonce };
    } catch (error) {
      const row = rowOf(error);
      if (row?.nonce !== nonce) {
        // else the acknowledgement was lost
        throw new Refused('there is no such claim, or it was started already');
      }
      return { row: eventRow(row), nonce };
    }
  }

  /**
   * The event's bytes, as received.
   *
   * @throws BodyDamaged
   * @throws StoreError
   */
  async load(row: EventRow, until: number): Promise<Buffer> {
    return unpack(row.chunks ? await this.loadChunks(row, until) : Buffer.from(row.body ?? []), row);
  }

  /**
   * Writes the outcome.
   *
   * @returns the state that the row has now
   * @throws Refused when the run lost its lease
   * @throws StoreError
   */
  async finish({ row, nonce }: Run, outcome: Outcome, until: number): Promise<'DONE' | 'PENDING' | 'QUARANTINED'> {
    const now = this.clock();
    const { attempt } = row;
    const change = new Update().remove('token', 'nonce', 'lease').when('state', 'RUNNING').when('nonce', nonce);
    let state: 'DONE' | 'PENDING' | 'QUARANTINED' = 'DONE';
    let stamp: readonly [string, number] = ['finishedAt', now];
    if (outcome.status === 'DONE') {
      this.setDone(change, row, now);
    } else {
      state = 'QUARANTINED';
      if (attempt < (row.maxAttempt ?? maxAttempts.value)) {
        state = 'PENDING';
        stamp = ['nextAttempt', now + backoffDelay(attempt, Math.random())];
      }
      const { errorType, errorMessage } = outcome;
      change.set('outcome', { errorType: clipped(errorType), errorMessage: clipped(errorMessage), logStream: this.settings.logStream });
      change.set('bpk', backlogKey(state.toLowerCase() as Lowercase<typeof state>, row.requestId));
      if (outcome.status === 'PARTIAL') {
        change.set('only', outcome.only);
      }
    }
    try {
      await this.table.update(row.pk, change.set('state', state).set(...stamp), until);
    } catch (error) {
      const there = rowOf(error);
      if (there?.attempt !== attempt || there[stamp[0]] !== stamp[1]) {
        // else the acknowledgement was lost
        throw new Refused('the run lost its lease before its outcome could be written');
      }
    }
    return state;
  }

  private setDone(change: Update, row: EventRow, now: number): void {
    if (row.chunks || row.abandoned) {
      change.set('bpk', backlogKey('cleanup', row.requestId));
    } else {
      change.remove('bpk', 'bsk').set('expiresAt', expiry(now, this.settings.keepFinished));
    }
  }

  private async loadChunks({ pk, writeId, chunks }: EventRow, until: number): Promise<Buffer> {
    const keys = chunkKeys(pk, writeId ?? '', chunks);
    const found = await this.table.getMany(keys, until);
    return joined(keys.map((key) => found.get(key)?.body as Buffer | undefined));
  }

  /** Formed from the function's own key: a pointer cannot name another function's row. */
  private key(requestId: string): string {
    const key = eventKey(this.settings.functionKey, requestId);
    if (Buffer.byteLength(key) > MOST_KEY_BYTES) {
      throw new Refused('its request id is longer than any key');
    }
    return key;
  }
}

/** A row of ours that has met all conditions has all that an event's row has. */
function eventRow(row: Row): EventRow {
  return row as unknown as EventRow;
}

/** The row that a failed condition met; what is not a failed condition goes on. */
function rowOf(error: unknown): Row | undefined {
  if (error instanceof Conflict) {
    return error.row;
  }
  throw error;
}
