import { randomUUID } from 'node:crypto';

import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';

import type { Clock } from '../../clock';
import { shownError } from '../../thrown';
import { backoffDelay } from '../store/backoff';
import { pointerTo } from '../store/pointer';
import { type BacklogRow, type Envelope, type Item, number, readEnvelope } from './row';
import type { Table } from './table';
import { claim, unclaim } from './transitions';

export interface Claim {
  readonly row: BacklogRow;
  readonly token: string;
  readonly envelope: Envelope;
  /** Runs started before this claim. */
  readonly attempt: number;
  /** Claims since the last start, this one included. */
  readonly dispatches: number;
}

/**
 * What Lambda said to a pointer.
 * - accepted: it is in the function's asynchronous queue
 * - throttled: refused for now, the claim is returned
 * - refused: this function takes none, the claim is returned
 * - unclear: it may have been accepted. The claim stays: its token lets one run start at most, and its lease returns the event if none does
 */
export type Answer = { readonly kind: 'accepted' | 'throttled' } | { readonly kind: 'refused' | 'unclear'; readonly reason: string };

export class Dispatcher {
  constructor(
    private readonly table: Table,
    private readonly lambda: LambdaClient,
    private readonly clock: Clock,
    private readonly random: () => number,
  ) {}

  /**
   * Claims an event; undefined when another replayer, a gate or an operator was first.
   *
   * @throws DamagedRow when the row does not say which function it is for; the claim then lapses
   */
  async claim(row: BacklogRow, run: string): Promise<Claim | undefined> {
    const token = randomUUID();
    const { done, item } = await this.table.change(claim(row, { token, run, now: this.clock.now() }));
    // An acknowledgement that got lost is repeated by the SDK, and then meets our own claim
    const ours = done || (item?.token?.S === token && item.state?.S === 'CLAIMED');
    return ours ? claimOf(row, token, item!) : undefined;
  }

  /**
   * Sends the pointer, and returns the claim when Lambda did not take it.
   *
   * @param functionArn the envelope's, or that of the function that stands for it now
   */
  async send(claimed: Claim, functionArn: string): Promise<Answer> {
    const { row, token, envelope } = claimed;
    try {
      await this.lambda.send(
        new InvokeCommand({
          FunctionName: functionArn,
          InvocationType: 'Event',
          Payload: pointerTo(row.requestId, token),
          TenantId: envelope.tenantId,
        }),
      );
      return { kind: 'accepted' };
    } catch (error) {
      const answer = answerOf(error);
      if (answer.kind !== 'unclear') {
        await this.giveBack(claimed);
      }
      return answer;
    }
  }

  /** Returns a claim whose pointer was not sent. */
  async giveBack({ row, token, dispatches }: Claim): Promise<void> {
    await this.table.change(unclaim(row, { token, nextAttempt: this.clock.now() + backoffDelay(dispatches, this.random()) }));
  }
}

function claimOf(row: BacklogRow, token: string, item: Item): Claim {
  return { row, token, envelope: readEnvelope(item), attempt: number(item, 'attempt', 0), dispatches: number(item, 'dispatches') };
}

/** Names by which Lambda says "not now" with another status than 429. */
const NOT_NOW = ['TooManyRequestsException', 'ThrottlingException', 'Throttling', 'ResourceConflictException', 'ResourceNotReadyException'];

/** What an error of Invoke means for the claim. */
export function answerOf(error: unknown): Answer {
  const { name = '', $metadata } = (error ?? {}) as { name?: string; $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode;
  if (status === 429 || NOT_NOW.includes(name)) {
    return { kind: 'throttled' };
  }
  return { kind: status !== undefined && status >= 400 && status < 500 ? 'refused' : 'unclear', reason: shownError(error) };
}
