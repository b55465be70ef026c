import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';

import type { Clock } from '../../clock';
import { events as names } from '../../contract/names.json';
import { shownError } from '../../thrown';
import type { Announced } from '../mirror/mirrored';
import { operatorParameterOf, type WindowNames } from '../mirror/parameter-names';
import type { Decision } from '../window/decision';
import { repeated } from './repeated';

/** The detail of `Maintenance Window Opened` and `Maintenance Window Closed`. */
export interface AnnouncedWindow {
  /** Name of the stack. */
  readonly stack: string;
  /** Name of the window within the stack. */
  readonly window: string;
  /** Name of the operator's parameter. */
  readonly operatorParameter: string;
  /** When the hold will end, ISO 8601 in UTC; null when nobody knows, and in Closed. */
  readonly until: string | null;
  /** The operator's reason; null without one, and in Closed. */
  readonly reason: string | null;
  /** When the planner saw the change, ISO 8601 in UTC. */
  readonly seenAt: string;
}

/** A window waits for the bus before it is mirrored: a bus that fails must not keep a hold from the gates. */
const LONGEST = 3_000;
const LONGEST_ATTEMPT = 1_500;
const FIRST_PAUSE = 200;

/** Tells the default event bus of windows that open and close. Of one round: once telling has failed, the round's other windows wait for nothing. */
export class Announcements {
  private failure?: string;

  constructor(
    private readonly client: Pick<EventBridgeClient, 'send'>,
    private readonly clock: Clock,
    private readonly random: () => number,
  ) {}

  /**
   * Tells of one window.
   *
   * @param now when the change was seen, epoch milliseconds
   * @throws Error when the bus has not accepted the event, or none before it in this round
   */
  async tell(announced: Announced, names: WindowNames, decision: Decision, now: number): Promise<void> {
    if (this.failure !== undefined) {
      throw new Error(this.failure);
    }
    const command = eventOf(announced, names, decision, now);
    try {
      await repeated((abortSignal) => this.put(command, abortSignal), {
        clock: this.clock,
        random: this.random,
        until: this.clock.now() + LONGEST,
        longestAttempt: LONGEST_ATTEMPT,
        firstPause: FIRST_PAUSE,
      });
    } catch (error) {
      this.failure = `events:PutEvents failed, ${shownError(error)}`;
      throw new Error(this.failure, { cause: error });
    }
  }

  private async put(command: PutEventsCommand, abortSignal: AbortSignal): Promise<void> {
    const { FailedEntryCount: failed, Entries: entries = [] } = await this.client.send(command, { abortSignal });
    if (failed) {
      const { ErrorCode: name = 'InternalFailure', ErrorMessage: message = 'the bus did not accept the event' } = entries[0] ?? {};
      // As if the call had been refused: only the bus's own failures and throttles may pass
      throw Object.assign(new Error(message), { name, $metadata: { httpStatusCode: name.startsWith('Internal') ? 500 : 400 } });
    }
  }
}

function eventOf(announced: Announced, { stack, window }: WindowNames, { until, reason }: Decision, now: number): PutEventsCommand {
  const detail: AnnouncedWindow = {
    stack,
    window,
    operatorParameter: operatorParameterOf({ stack, window }),
    until: until === null ? null : new Date(until).toISOString(),
    reason,
    seenAt: new Date(now).toISOString(),
  };
  const type = announced === 'OPENED' ? names.opened : names.closed;
  return new PutEventsCommand({ Entries: [{ Source: names.eventSource, DetailType: type, Detail: JSON.stringify(detail), Time: new Date(now) }] });
}
