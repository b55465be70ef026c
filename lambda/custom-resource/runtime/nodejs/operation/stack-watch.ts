/** Reads the stack's status, and tells when the stack turns back: then nobody waits for this request any more. */
import { type Clock, within } from '../../../../clock';
import { stackGoesBack, times } from '../../../../contract/custom-resource/custom-resource.json';
import { shownError } from '../../../../thrown';
import type { Direction } from '../protocol/operation';
import type { Logger, StackStatus } from '../types';

export type ReadStack = (stackId: string, signal: AbortSignal) => Promise<StackStatus>;

const UNKNOWN: StackStatus = { status: 'UNKNOWN' };
const GOES_BACK = new RegExp(stackGoesBack);

export class StackWatch {
  private readonly cancellation = new AbortController();
  private latest?: { readonly status: Promise<StackStatus>; readonly readAt: number };
  private direction: Direction;
  /** As far as known: the log says it once. */
  private isReadable = true;

  /**
   * @param atStart the stack's direction at first delivery, as far as known
   * @param ended aborts when the execution ends; a read that still runs then says nothing in the log of the next one
   */
  constructor(
    private readonly stackId: string,
    private readonly read: ReadStack,
    private readonly clock: Clock,
    private readonly log: Logger,
    atStart: Direction,
    private readonly ended: AbortSignal,
  ) {
    this.direction = atStart;
  }

  /** Aborted when the stack, which was on its way forward, turns back. */
  get cancelled(): AbortSignal {
    return this.cancellation.signal;
  }

  /** The stack's direction at first delivery; what was known first, when it could not be read then. */
  get atStart(): Direction {
    return this.direction;
  }

  /** Looks at the status now and every 15 seconds, until the execution ends. Never fails. */
  async watch(): Promise<void> {
    while (!this.ended.aborted && this.direction !== 'BACK' && !this.cancelled.aborted) {
      const { status } = await this.status();
      if (this.ended.aborted) {
        return;
      }
      if (status !== UNKNOWN.status) {
        this.note(GOES_BACK.test(status) ? 'BACK' : 'FORWARD', status);
      }
      await this.clock.alarm(times.stackStatus.every, this.ended);
    }
  }

  /** The status, at most 15 seconds old. */
  status(): Promise<StackStatus> {
    const now = this.clock.now();
    if (!this.latest || now - this.latest.readAt >= times.stackStatus.every) {
      this.latest = { status: this.readInTime(this.latest ? times.stackStatus.budget : times.stackStatus.firstBudget), readAt: now };
    }
    return this.latest.status;
  }

  private note(direction: Direction, status: string): void {
    if (this.direction === 'UNKNOWN') {
      this.direction = direction;
    } else if (direction === 'BACK') {
      this.log.warn('the stack rolls back: this operation is cancelled', { status });
      this.cancellation.abort(new Error(`the stack rolls back (${status}): this operation is cancelled`));
    }
  }

  private async readInTime(budget: number): Promise<StackStatus> {
    const over = new AbortController();
    try {
      const read = await within(this.clock, budget, this.read(this.stackId, AbortSignal.any([over.signal, this.ended])));
      if (read) {
        this.isReadable = true;
        return read.value;
      }
      throw new Error(`no answer within ${budget} ms`);
    } catch (error) {
      if (!this.ended.aborted && this.isReadable) {
        this.isReadable = false;
        this.log.warn("the stack's status can't be read: a rollback would not be noticed", { error: shownError(error) });
      }
      return UNKNOWN;
    } finally {
      over.abort();
    }
  }
}
