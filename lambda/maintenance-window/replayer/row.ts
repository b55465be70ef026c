import { createHash } from 'node:crypto';

import type { AttributeValue } from '@aws-sdk/client-dynamodb';

import { backlogGroups, shards } from '../../contract/maintenance-window/store.json';

export type Item = Record<string, AttributeValue>;
export type EventState = 'WRITING' | 'PENDING' | 'CLAIMED' | 'RUNNING' | 'DONE' | 'QUARANTINED' | 'DISCARDED';
export type Group = keyof typeof backlogGroups;

/** An event's row as the backlog index projects it; times in epoch milliseconds. */
export interface BacklogRow {
  readonly id: string;
  readonly state: EventState;
  readonly functionKey: string;
  readonly requestId: string;
  readonly source: string;
  readonly deferredAt: number;
  /** While PENDING it is not dispatched before. */
  readonly nextAttempt: number;
  /** Runs started. */
  readonly attempt: number;
  /** Claims since the last start. */
  readonly dispatches: number;
  /** The replay run that claimed it last. */
  readonly run?: string;
}

/** What the envelope tells the replayer. */
export interface Envelope {
  /** As invoked, with its qualifier. */
  readonly functionArn: string;
  readonly sourceIds: readonly string[];
  readonly tenantId?: string;
  readonly operatorParameter?: string;
}

/** A row that lacks what every row has: written by something else, or by hand. */
export class DamagedRow extends Error {
  constructor(
    readonly id: string,
    attribute: string,
  ) {
    super(`row '${id}' has no valid attribute '${attribute}'`);
    this.name = 'DamagedRow';
  }
}

/** The index's partition key: the group's name and the shard of the request id. */
export function backlogKey(group: Group, shard: number): string {
  return `${group}#${String(shard).padStart(2, '0')}`;
}

/** Every shard's number. */
export const SHARDS: readonly number[] = Array.from({ length: shards.count }, (_, shard) => shard);

/** The first hexadecimal digit of sha256 over the request id. */
export function shardOf(requestId: string): number {
  return parseInt(createHash('sha256').update(requestId).digest('hex')[0], 16);
}

/** @throws DamagedRow */
export function readRow(item: Item): BacklogRow {
  const id = item.pk?.S ?? '';
  return {
    id,
    state: text(item, 'state') as EventState,
    functionKey: text(item, 'functionKey'),
    requestId: text(item, 'requestId'),
    source: text(item, 'source'),
    deferredAt: number(item, 'deferredAt'),
    nextAttempt: number(item, 'nextAttempt'),
    attempt: number(item, 'attempt', 0),
    dispatches: number(item, 'dispatches', 0),
    run: item.run?.S,
  };
}

/** @throws DamagedRow */
export function readEnvelope(item: Item): Envelope {
  const envelope = item.envelope?.M ?? {};
  const functionArn = envelope.functionArn?.S;
  if (!functionArn) {
    throw new DamagedRow(item.pk?.S ?? '', 'envelope.functionArn');
  }
  return {
    functionArn,
    sourceIds: (envelope.sourceIds?.L ?? []).flatMap(({ S }) => (S === undefined ? [] : [S])),
    tenantId: envelope.tenantId?.S,
    operatorParameter: envelope.operatorParameter?.S,
  };
}

/** @throws DamagedRow when the attribute is missing or no text */
export function text(item: Item, attribute: string): string {
  const value = item[attribute]?.S;
  if (value === undefined) {
    throw new DamagedRow(item.pk?.S ?? '', attribute);
  }
  return value;
}

/** @throws DamagedRow when the attribute is no number, or missing without a default */
export function number(item: Item, attribute: string, absent?: number): number {
  const value = item[attribute]?.N;
  if (value === undefined && absent !== undefined && item[attribute] === undefined) {
    return absent;
  }
  if (value === undefined || !Number.isFinite(Number(value))) {
    throw new DamagedRow(item.pk?.S ?? '', attribute);
  }
  return Number(value);
}
