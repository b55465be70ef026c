/**
 * The row by which an event waits under another function key: what it takes over from the old one, and how it becomes whole when its body is in
 * chunks. Pure, as {@link ./transitions} are.
 */
import { backlogKey, backlogSortKey, eventKey } from '../store/keys';
import type { Change } from './change';
import { type BacklogRow, type Item, number, text } from './row';
import type { Condition } from './table';
import type { Target } from './targets';

/** Of the old row's attributes those that are not the event's own, but say where it waits and who is at it. */
const LEFT_BEHIND = ['token', 'nonce', 'lease', 'run', 'writeId', 'chunks', 'abandoned', 'finishedAt', 'expiresAt'];
/** Of the envelope what belongs to the old function and the old window. */
const REPLACED = ['functionVersion', 'plannedParameter', 'operatorVersion'];

export type AcceptedTarget = Extract<Target, { accepted: true }>;

/** The copy of chunks that a redirect has begun. */
export interface Copying {
  readonly writeId: string;
  readonly chunks: number;
  /** Epoch milliseconds: until all chunks are there, the row's age is the copy's, or the sweep would take it for a write that nobody finishes. */
  readonly now: number;
}

/** The whole row, for an event whose body is in its header. */
export function redirectedRow(old: Item, row: BacklogRow, to: string, target: AcceptedTarget): Item {
  const { requestId, deferredAt, functionKey } = row;
  const kept = Object.fromEntries(Object.entries(old).filter(([name]) => !LEFT_BEHIND.includes(name)));
  return {
    ...kept,
    pk: { S: eventKey(to, requestId) },
    state: { S: 'PENDING' },
    functionKey: { S: to },
    redirectedFrom: { S: functionKey },
    target: { S: target.functionArn },
    envelope: { M: envelopeFor(old.envelope.M!, target) },
    chunks: { N: '0' },
    dispatches: { N: '0' },
    bpk: { S: backlogKey('pending', requestId) },
    bsk: { S: backlogSortKey(to, deferredAt, requestId) },
  };
}

/** The row while its chunks are copied: nothing runs it before {@link completed}. */
export function unfinishedRow(whole: Item, { writeId, chunks, now }: Copying): Item {
  const requestId = text(whole, 'requestId');
  return {
    ...whole,
    state: { S: 'WRITING' },
    writeId: { S: writeId },
    chunks: { N: String(chunks) },
    deferredAt: { N: String(now) },
    bpk: { S: backlogKey('writing', requestId) },
    bsk: { S: backlogSortKey(text(whole, 'functionKey'), now, requestId) },
  };
}

/** WRITING -> WRITING: a row that an earlier redirect left unfinished, written anew; what that one copied is named for the clean-up. */
export function takenOver(unfinished: Item, left: Item): { readonly item: Item; readonly condition: Condition } {
  const earlier = text(left, 'writeId');
  const abandoned = { M: { writeId: { S: earlier }, chunks: { N: String(number(left, 'chunks', 0)) } } };
  return {
    item: { ...unfinished, abandoned: { L: [...(left.abandoned?.L ?? []), abandoned] } },
    condition: { when: '#state = :writing AND #writeId = :earlier', values: { writing: 'WRITING', earlier } },
  };
}

/** WRITING -> PENDING: every chunk is there. The row gets the event's own age. */
export function completed(whole: Item, writeId: string): Change {
  return {
    id: text(whole, 'pk'),
    when: '#state = :writing AND #writeId = :mine',
    then: 'SET #state = :pending, #deferredAt = :deferred, #bpk = :backlog, #bsk = :place',
    values: {
      writing: 'WRITING',
      mine: writeId,
      pending: 'PENDING',
      deferred: number(whole, 'deferredAt'),
      backlog: text(whole, 'bpk'),
      place: text(whole, 'bsk'),
    },
  };
}

function envelopeFor(envelope: Item, { functionArn, window }: AcceptedTarget): Item {
  const { operator, planned, cacheTtl, leadTime } = window;
  return {
    ...Object.fromEntries(Object.entries(envelope).filter(([name]) => !REPLACED.includes(name))),
    functionArn: { S: functionArn },
    operatorParameter: { S: operator },
    ...(planned === undefined ? {} : { plannedParameter: { S: planned } }),
    cacheTtl: { N: String(cacheTtl / 1000) },
    leadTime: { N: String(leadTime / 1000) },
  };
}
