/** Repeats what is denied while a permission of the same deployment may still be spreading through IAM. */
import type { Clock } from '../../../../clock';
import { times } from '../../../../contract/custom-resource/custom-resource.json';
import { isDenied } from '../protocol/denied';
import type { Logger } from '../types';

/** Milliseconds. */
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 5_000;

export class SpreadingAccess {
  /**
   * @param startedAt epoch milliseconds of the request
   * @param until epoch milliseconds: at the latest then an error is told
   */
  constructor(
    private readonly clock: Clock,
    private readonly log: Logger,
    private readonly startedAt: number,
    private readonly until: number,
  ) {}

  /**
   * Makes a call, and again for 45 seconds while it is denied, if it is first made within a minute of the request.
   *
   * @param signal aborts when nobody waits for the call any more
   * @throws what the call throws, when it is something else or goes on
   */
  async retry<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const end = this.end();
    for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
      try {
        return await call();
      } catch (error) {
        if (!isDenied(error) || this.clock.now() + pause >= end) {
          throw error;
        }
        if (pause === FIRST_PAUSE) {
          this.log.warn('access is denied, and may still be spreading: it is tried again', { error });
        }
        await this.clock.sleep(pause, signal);
        if (signal.aborted) {
          throw error;
        }
      }
    }
  }

  private end(): number {
    const now = this.clock.now();
    const { within, repeatedFor } = times.spreadingAccess;
    return now - this.startedAt <= within ? Math.min(now + repeatedFor, this.until) : now;
  }
}
