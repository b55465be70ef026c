/**
 * What a gate does to an event's row during a replay, by lambda/contract/store.json: the other half of the state machine that the replayer is tested
 * against. The gates themselves are tested against the same transitions in their own languages.
 */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { runLeaseGrace } from '../../../../lambda/contract/timing.json';
import { type Change, updateInput } from '../../../../lambda/maintenance-window/replayer/change';
import { backlogKey, type Item, shardOf } from '../../../../lambda/maintenance-window/replayer/row';
import { backoffDelay } from '../../../../lambda/maintenance-window/replayer/transitions';
import type { InMemoryDynamoDb } from './in-memory-dynamodb';

export type Result = 'DONE' | 'FAILED';

export class GateModel {
  constructor(private readonly database: InMemoryDynamoDb, private readonly functionKey: string) {}

  /** CLAIMED -> PENDING: the window is on. */
  giveBack(requestId: string, token: string, until: number): boolean {
    return this.write({
      id: this.id(requestId),
      when: '#state = :claimed AND #token = :token',
      then: 'SET #state = :pending, #nextAttempt = :until, #due = :until, #backlog = :backlog, #dispatches = #dispatches - :one REMOVE #token, #lease',
      values: { claimed: 'CLAIMED', token, pending: 'PENDING', until, backlog: backlogKey('PENDING', shardOf(requestId)), one: 1 },
    }) !== null;
  }

  /** CLAIMED -> RUNNING: the row as it then is, or null when the token starts nothing. */
  start(requestId: string, token: string, nonce: string, deadline: number): Item | null {
    return this.write({
      id: this.id(requestId),
      when: '#state = :claimed AND #token = :token',
      then: 'SET #state = :running, #nonce = :nonce, #lease = :lease, #due = :lease, #backlog = :backlog, #attempt = #attempt + :one, #dispatches = :none',
      values: {
        claimed: 'CLAIMED', token, running: 'RUNNING', nonce, lease: deadline + runLeaseGrace.value, backlog: backlogKey('LEASED', shardOf(requestId)), one: 1, none: 0,
      },
    });
  }

  /** RUNNING -> DONE, PENDING or QUARANTINED; false when the run lost its lease. */
  finish(row: Item, nonce: string, result: Result, now: number, random: number): boolean {
    const requestId = row.requestId.S!;
    const [attempt, maxAttempt] = [Number(row.attempt.N), Number(row.maxAttempt.N)];
    const guard = { id: this.id(requestId), when: '#state = :running AND #nonce = :nonce', remove: 'REMOVE #token, #nonce, #lease' };
    const values = { running: 'RUNNING', nonce };
    if (result === 'DONE') {
      return this.write({
        ...guard, then: `SET #state = :done, #finishedAt = :now, #expiresAt = :now ${guard.remove}, #backlog, #due`, values: { ...values, done: 'DONE', now },
      }) !== null;
    }
    const state = attempt < maxAttempt ? 'PENDING' : 'QUARANTINED';
    const due = state === 'PENDING' ? now + backoffDelay(attempt, random) : now;
    return this.write({
      ...guard,
      then: `SET #state = :state, #nextAttempt = :due, #due = :due, #backlog = :backlog ${guard.remove}`,
      values: { ...values, state, due, backlog: backlogKey(state, shardOf(requestId)) },
    }) !== null;
  }

  private id(requestId: string): string {
    return `${this.functionKey}#${requestId}`;
  }

  private write(change: Change): Item | null {
    try {
      return (this.database.perform('UpdateItem', updateInput(change)) as { Attributes: Item }).Attributes;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) {
        return null;
      }
      throw error;
    }
  }
}
