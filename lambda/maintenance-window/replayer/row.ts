/** Rows as the SDK gives them, and what the replayer reads in them. */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';

import type { Envelope as KeptEnvelope, EventRow, EventState } from '../store/row';

export type Item = Record<string, AttributeValue>;

/** What of an event's row the replayer reads in the backlog index; times in epoch milliseconds. */
export interface BacklogRow extends Pick<
  EventRow,
  'state' | 'functionKey' | 'requestId' | 'source' | 'rule' | 'deferredAt' | 'nextAttempt' | 'attempt' | 'dispatches' | 'run'
> {
  readonly id: string;
}

/** What the envelope tells the replayer. */
export type Envelope = Pick<KeptEnvelope, 'functionArn' | 'tenantId' | 'operatorParameter'>;

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

/** @throws DamagedRow */
export function readRow(item: Item): BacklogRow {
  const id = item.pk?.S ?? '';
  return {
    id,
    state: text(item, 'state') as EventState,
    functionKey: text(item, 'functionKey'),
    requestId: text(item, 'requestId'),
    source: text(item, 'source'),
    rule: item.rule?.S,
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
    tenantId: envelope.tenantId?.S,
    operatorParameter: envelope.operatorParameter?.S,
  };
}

/** @throws DamagedRow when the attribute is missing or not text */
export function text(item: Item, attribute: string): string {
  const value = item[attribute]?.S;
  if (value === undefined) {
    throw new DamagedRow(item.pk?.S ?? '', attribute);
  }
  return value;
}

/** @throws DamagedRow when the attribute is not a number, or missing without a default */
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
