/** The way of an invocation that is a replay pointer. */
import type { Row } from '../held/items';
import { parse, receivedMessages, sourceNamed } from '../held/sources';
import { StoreError, Table } from '../held/table';
import { GateError } from '../quiet/errors';
import type { GateParts, Step } from '../quiet/gate';
import { type Invocation, withContent } from '../quiet/invocation';
import { type Pointer, withMark } from '../quiet/pointer';
import { BODY_DAMAGED, failed, withOnly } from './outcome';
import { BodyDamaged, Refused, Replays, type Run } from './replay';
import { replayAnswer, ReplayedRun } from './replayed-run';

/** Characters of a request id that the log shows: a forged one may be long. */
const SHOWN_CHARACTERS = 80;

/** What becomes of a pointer. The event is started, and its bytes are there, when it is to run. */
export async function planReplay(parts: GateParts, invocation: Invocation, pointer: Pointer, on: boolean, until: number): Promise<Step> {
  const { reporter } = parts;
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
  let event: string | null;
  let damage = 'the kept event is no batch, though only some of its items are to run';
  try {
    event = (await replays.load(row, until)).toString();
    if (Array.isArray(row.only)) {
      event = withOnly(source, event, row.only as string[]);
    }
  } catch (error) {
    if (!(error instanceof BodyDamaged)) {
      throw error;
    }
    event = null;
    damage = error.message;
  }
  const replay = new ReplayedRun(replays, run, source, event ?? '', parts.reporter, until);
  if (event === null) {
    return replay.settle(failed(BODY_DAMAGED, damage));
  }
  const { clientContext, identity } = (row.envelope ?? {}) as Row;
  const messages = source.receiveCount ? receivedMessages(source, parse(event)) : null;
  const raw = withContent(invocation.raw, event, withMark(clientContext, row, messages), typeof identity === 'string' ? identity : null);
  return { do: 'run', invocation: raw, replay };
}
