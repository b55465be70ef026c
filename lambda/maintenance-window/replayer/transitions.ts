/**
 * The replayer's own transitions of an event's row (lambda/contract/maintenance-window/store.json), each as one conditional write. Pure: what is decided here is tested
 * against every crash and race without a network.
 */
import { claimLease, maxDispatches } from '../../contract/maintenance-window/timing.json';
import { backoffDelay } from '../store/backoff';
import { expiry } from '../store/expiry';
import { backlogKey } from '../store/keys';
import type { Change } from './change';
import { type BacklogRow, type Item, number, text } from './row';

/** Error types of outcomes that the replayer writes. */
export const NEVER_STARTED = 'NeverStarted';
export const RUN_LOST = 'RunLost';
export const COALESCED = 'coalesced';
export const REDIRECTED = 'redirected';

const MESSAGES = {
  [NEVER_STARTED]: `${maxDispatches.value} pointers were dispatched and none started a run. Does the function import, and is it not throttled?`,
  [RUN_LOST]: 'The run neither finished nor failed before its lease ended: the process exited, ran out of memory or out of time.',
};

const LET_GO = 'REMOVE #token, #nonce, #lease';

/** PENDING -> CLAIMED: this replayer alone may dispatch the event until the lease ends. */
export function claim(row: BacklogRow, { token, run, now }: { token: string; run: string; now: number }): Change {
  return {
    id: row.id,
    when: '#state = :pending AND #nextAttempt <= :now',
    then: 'SET #state = :claimed, #token = :token, #run = :run, #lease = :lease, #bpk = :backlog, #dispatches = #dispatches + :one',
    values: {
      pending: 'PENDING',
      claimed: 'CLAIMED',
      now,
      token,
      run,
      lease: now + claimLease.value,
      backlog: backlogKey('active', row.requestId),
      one: 1,
    },
  };
}

/** CLAIMED -> PENDING: Lambda refused the pointer, so this dispatch did not happen. */
export function unclaim(row: BacklogRow, { token, nextAttempt }: { token: string; nextAttempt: number }): Change {
  return {
    id: row.id,
    when: '#state = :claimed AND #token = :token',
    then: `SET #state = :pending, #nextAttempt = :next, #bpk = :backlog, #dispatches = #dispatches - :one ${LET_GO}`,
    values: { claimed: 'CLAIMED', pending: 'PENDING', token, next: nextAttempt, backlog: backlogKey('pending', row.requestId), one: 1 },
  };
}

export interface Lapse {
  readonly change: Change;
  readonly quarantined: boolean;
  readonly errorType?: string;
}

/**
 * What becomes of a row whose lease has ended: back to PENDING, or QUARANTINED when it has been tried often enough. Undefined when there is nothing to do:
 * the row moved on, or its lease is live after all.
 *
 * @param item the whole row, from a consistent read
 * @param random 0 to 1, for the back-off's jitter
 */
export function lapse(item: Item, now: number, random: number): Lapse | undefined {
  const state = item.state?.S;
  if ((state !== 'CLAIMED' && state !== 'RUNNING') || number(item, 'lease') > now) {
    return undefined;
  }
  const claimed = state === 'CLAIMED';
  const attempt = number(item, 'attempt', 0);
  const quarantined = claimed ? number(item, 'dispatches') >= maxDispatches.value : attempt >= number(item, 'maxAttempt');
  const errorType = claimed ? NEVER_STARTED : RUN_LOST;
  const change = quarantined
    ? quarantine(item, errorType, now)
    : release(item, { nextAttempt: claimed ? now : now + backoffDelay(attempt, random), errorType: claimed ? undefined : RUN_LOST });
  return { change, quarantined, errorType: quarantined || !claimed ? errorType : undefined };
}

/** Holds only while the very claim or run that lapsed is still the row's. */
function sameLease(item: Item): { when: string; values: Record<string, string | number> } {
  const guard = item.state?.S === 'CLAIMED' ? 'token' : 'nonce';
  return {
    when: `#state = :was AND #lease = :lease AND #${guard} = :guard`,
    values: { was: text(item, 'state'), lease: number(item, 'lease'), guard: text(item, guard) },
  };
}

function release(item: Item, { nextAttempt, errorType }: { nextAttempt: number; errorType?: typeof RUN_LOST }): Change {
  const { when, values } = sameLease(item);
  return {
    id: text(item, 'pk'),
    when,
    then: `SET #state = :pending, #nextAttempt = :next, #bpk = :backlog${errorType ? ', #outcome = :outcome' : ''} ${LET_GO}`,
    values: {
      ...values,
      pending: 'PENDING',
      next: nextAttempt,
      backlog: backlogKey('pending', text(item, 'requestId')),
      ...(errorType ? { outcome: outcome(errorType, MESSAGES[errorType]) } : {}),
    },
  };
}

function quarantine(item: Item, errorType: typeof NEVER_STARTED | typeof RUN_LOST, now: number): Change {
  const { when, values } = sameLease(item);
  return {
    id: text(item, 'pk'),
    when,
    then: `SET #state = :quarantined, #finishedAt = :now, #bpk = :backlog, #outcome = :outcome ${LET_GO}`,
    values: {
      ...values,
      quarantined: 'QUARANTINED',
      now,
      backlog: backlogKey('quarantined', text(item, 'requestId')),
      outcome: outcome(errorType, MESSAGES[errorType]),
    },
  };
}

/** What becomes of a discarded row's chunks and of the row itself. */
export interface Discard {
  readonly hasChunks: boolean;
  readonly now: number;
  /** Milliseconds. */
  readonly keepFinished: number;
}

/** PENDING -> DISCARDED: a newer tick of the same rule stands for this one. */
export function coalesce(row: BacklogRow, { newest, ...how }: Discard & { newest: string }): Change {
  return discard(row, COALESCED, `Stands aside for ${newest}, the newer one of the same rule.`, how);
}

/** PENDING -> DISCARDED: the event waits under another function key from now on, unless anything has happened to it since it was read. */
export function redirectTo(row: BacklogRow, { to, ...how }: Discard & { to: string }): Change {
  const { when, values, ...change } = discard(row, REDIRECTED, `Waits under the function key '${to}' since an operator redirected it.`, how);
  return {
    ...change,
    when: `${when} AND #attempt = :attempt AND #nextAttempt = :next`,
    values: { ...values, attempt: row.attempt, next: row.nextAttempt },
  };
}

function discard(row: BacklogRow, errorType: string, errorMessage: string, { hasChunks, now, keepFinished }: Discard): Change {
  const { then, values } = hasChunks
    ? { then: '#bpk = :backlog', values: { backlog: backlogKey('cleanup', row.requestId) } }
    : { then: '#expiresAt = :expires', values: { expires: expiry(now, keepFinished) } };
  return {
    id: row.id,
    when: '#state = :pending',
    then: `SET #state = :discarded, #finishedAt = :now, #outcome = :outcome, ${then}${hasChunks ? '' : ' REMOVE #bpk, #bsk'}`,
    values: { pending: 'PENDING', discarded: 'DISCARDED', now, outcome: outcome(errorType, errorMessage), ...values },
  };
}

function outcome(errorType: string, errorMessage: string) {
  return { M: { errorType: { S: errorType }, errorMessage: { S: errorMessage } } };
}
