/**
 * A replayed event while its handler runs: takes what the client would post, writes the outcome first, then answers the replayer's invocation. What
 * succeeded is answered with the handler's own result, which nobody reads but the function's destination; what did not is no error to Lambda, and no
 * result: its event runs again.
 */
import { answer as answerOf } from '../../../../contract/maintenance-window/replay.json';
import { reasonOf } from '../../../../thrown';
import { parse, type Source } from '../held/sources';
import { StoreError } from '../held/table';
import { GateError } from '../quiet/errors';
import type { Reporter } from '../quiet/report';
import type { StartedRun, Step } from '../quiet/step';
import { type Outcome, outcomeOfError, outcomeOfResult } from './outcome';
import { Refused, type Replays, type Run } from './replays';

export type ReplayStatus = 'DONE' | 'FAILED' | 'PARTIAL' | 'REFUSED' | 'RETURNED';

/** What the replayer's invocation is answered. */
export function replayAnswer(status: ReplayStatus, requestId: string): Step {
  return { do: 'reply', body: JSON.stringify({ [answerOf.key]: { status, requestId } }) };
}

export class ReplayedRun implements StartedRun {
  /**
   * @param event the event that the handler got, as text
   * @param until epoch milliseconds after which the store is not tried any more
   */
  constructor(
    private readonly replays: Replays,
    private readonly run: Run,
    private readonly source: Source,
    private readonly event: string,
    private readonly reporter: Reporter,
    private readonly until: number,
  ) {}

  async succeeded(result: string): Promise<Step> {
    return this.settle(outcomeOfResult(this.source, this.source.batch ? parse(this.event) : undefined, result), result);
  }

  /** Answered normally: Lambda's own retries must add no attempts. */
  async failed(error: string): Promise<Step> {
    return this.settle(outcomeOfError(error));
  }

  /**
   * Writes an outcome, and says what to answer.
   *
   * @param result the handler's own, as JSON text
   */
  async settle(outcome: Outcome, result?: string): Promise<Step> {
    const { reporter } = this;
    const requestId = this.run.row.requestId;
    try {
      const state = await this.replays.finish(this.run, outcome, this.until);
      reporter.count(outcome.status === 'DONE' ? 'replayed' : 'replayFailed');
      if (state === 'QUARANTINED') {
        reporter.count('quarantined');
      }
      return outcome.status === 'DONE' && isTaken(result) ? { do: 'reply', body: result } : replayAnswer(outcome.status, requestId);
    } catch (error) {
      if (error instanceof Refused) {
        reporter.count('replayRefused');
        reporter.log(`the outcome ${outcome.status} of ${requestId} was not written: ${error.message}`);
        return replayAnswer('REFUSED', requestId);
      }
      if (!(error instanceof StoreError)) {
        throw error;
      }
      const message = `the outcome of ${requestId} could not be written: ${reasonOf(error)}`;
      reporter.count('storeFailed');
      reporter.log(message);
      return { do: 'fail', error: new GateError('replayStoreFailed', message) };
    }
  }
}

/** Whether Lambda takes a result as a response. One that is too large ran all the same. */
function isTaken(result: string | undefined): result is string {
  return result !== undefined && Buffer.byteLength(result) <= answerOf.mostBytes;
}
