/** One execution environment of a guarded function: the real cache of the gate, and invocations that it lets run or holds. */
import type { AwsClient } from '../../lambda/aws/nodejs/client';
import type { Settings } from '../../lambda/maintenance-window/gate/nodejs/quiet/settings';
import { readWindow } from '../../lambda/maintenance-window/gate/nodejs/quiet/source';
import { WindowCache } from '../../lambda/maintenance-window/gate/nodejs/quiet/window-cache';
import type { VirtualTime } from './virtual-time';

/** Milliseconds of an invocation: Lambda's default, which leaves the gate the least of all usual ones. */
const FUNCTION_TIMEOUT = 3000;

export interface Witness {
  /** A handler began. */
  ran(): void;
  held(): void;
}

export class SimulatedEnvironment {
  private readonly cache: WindowCache;

  constructor(
    private readonly time: VirtualTime,
    client: AwsClient,
    private readonly settings: Settings,
    private readonly witness: Witness,
  ) {
    this.cache = new WindowCache({
      settings,
      read: (budget) => readWindow(client, settings, budget),
      reporter: { count: () => undefined, log: () => undefined },
    });
  }

  /**
   * A cold start, an invocation at once, and one each period after that.
   *
   * @param period milliseconds
   * @param end epoch milliseconds after which no invocation comes
   */
  async live(period: number, end: number): Promise<void> {
    this.cache.start();
    await this.cache.state(Infinity); // whether user code may be loaded
    while (this.time.now() < end) {
      await this.invoke();
      await this.time.sleep(period);
    }
  }

  private async invoke(): Promise<void> {
    if (this.cache.isQuiet(this.time.now()) || !(await this.isHeld())) {
      this.witness.ran();
    } else {
      this.witness.held();
    }
  }

  private async isHeld(): Promise<boolean> {
    const state = await this.cache.state(FUNCTION_TIMEOUT);
    return state.known ? state.decision.on : this.settings.onWindowUnknown !== 'RUN';
  }
}
