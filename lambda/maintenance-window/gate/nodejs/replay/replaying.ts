/** The way of an invocation that is a replay pointer. */
import { BodyDamaged } from '../../../store/body';
import type { Pointer } from '../../../store/pointer';
import type { Envelope } from '../../../store/row';
import { parse, receivedMessages, type Source, sourceNamed } from '../held/sources';
import { StoreError, Table } from '../held/table';
import { GateError } from '../quiet/errors';
import { type Invocation, storeUntil, withContent } from '../quiet/invocation';
import type { GateParts, Step } from '../quiet/step';
import { withMark } from './mark';
import { BODY_DAMAGED, failed, withOnly } from './outcome';
import { replayAnswer, ReplayedRun } from './replayed-run';
import { Refused, Replays, type Run } from './replays';

/** Characters of a request id that the log shows: a forged one may be long. */
const SHOWN_CHARACTERS = 80;

/**
 * What becomes of a pointer. The event is started, and its bytes are there, when it is to run.
 *
 * @param on whether the window is on, or counts as on
 */
export async function planReplay(parts: GateParts, invocation: Invocation, pointer: Pointer, on: boolean): Promise<Step> {
  const { reporter } = parts;
  const until = storeUntil(invocation);
  const replays = new Replays(new Table(parts.client, parts.settings.table), parts.settings, parts.clock);
  const shown = pointer.requestId.slice(0, SHOWN_CHARACTERS);
  try {
    if (on) {
      await replays.giveBack(pointer, until);
      return replayAnswer('RETURNED', pointer.requestId);
    }
    const run = await replays.start(pointer, invocation.deadline, until);
    return await planRun(parts, invocation, replays, run, until);
  } catch (error) {
    if (error instanceof Refused) {
      reporter.count('replayRefused');
      reporter.log(`a replay of ${shown} was refused: ${error.message}`);
      return replayAnswer('REFUSED', pointer.requestId);
    }
    if (error instanceof StoreError) {
      reporter.count('storeFailed');
      return { do: 'fail', error: new GateError('replayStoreFailed', `a replay of ${shown} could not go on: ${error.message}`) };
    }
    throw error;
  }
}

async function planRun(parts: GateParts, invocation: Invocation, replays: Replays, run: Run, until: number): Promise<Step> {
  const { row } = run;
  const source = sourceNamed(row.source);
  const replayOf = (event: string) => new ReplayedRun(replays, run, source, event, parts.reporter, until);
  let event: string;
  try {
    event = await eventOf(replays, run, source, until);
  } catch (error) {
    if (!(error instanceof BodyDamaged)) {
      throw error;
    }
    return replayOf('').settle(failed(BODY_DAMAGED, error.message));
  }
  const { clientContext, identity }: { readonly [name in keyof Envelope]?: unknown } = row.envelope ?? {};
  const messages = source.receiveCount ? receivedMessages(source, parse(event)) : undefined;
  return {
    do: 'run',
    invocation: withContent(invocation.raw, event, withMark(clientContext, row, messages), typeof identity === 'string' ? identity : undefined),
    replay: replayOf(event),
  };
}

/**
 * The event that is to run, as text.
 *
 * @throws BodyDamaged
 * @throws StoreError
 */
async function eventOf(replays: Replays, { row }: Run, source: Source, until: number): Promise<string> {
  const whole = (await replays.load(row, until)).toString();
  if (!Array.isArray(row.only)) {
    return whole;
  }
  const rest = withOnly(source, whole, row.only as string[]);
  if (rest === undefined) {
    throw new BodyDamaged('the kept event is not a batch, though only some of its items are to run');
  }
  return rest;
}
