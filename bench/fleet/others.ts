/** What else of the account asks Parameter Store: applications that read their settings, pipelines that write some. They ask once each time. */
import { exponential } from './random';
import type { ParameterStore } from './services/parameter-store';
import { ServiceError } from './services/service';
import { Timeline } from './timeline';
import type { VirtualTime } from './virtual-time';

/** Requests a second, arriving at random, and how many of them are writes. */
export const OTHERS = 30;
const WRITE_SHARE = 0.1;
const PARAMETER = '/settings';

export class Others {
  readonly lostReads: Timeline;
  readonly lostWrites: Timeline;

  constructor(
    private readonly time: VirtualTime,
    private readonly parameterStore: ParameterStore,
  ) {
    this.lostReads = new Timeline(time.now());
    this.lostWrites = new Timeline(time.now());
  }

  /** Asks until the simulation ends. */
  async askForever(): Promise<void> {
    for (;;) {
      await this.time.sleep(exponential(this.time.random, 1000 / OTHERS));
      const writes = this.time.random() < WRITE_SHARE;
      this.time.begin(() => this.ask(writes));
    }
  }

  private async ask(writes: boolean): Promise<void> {
    try {
      await (writes ? this.parameterStore.put('others', PARAMETER, 'x') : this.parameterStore.get('others', [PARAMETER]));
    } catch (error) {
      if (!(error instanceof ServiceError)) {
        throw error;
      }
      (writes ? this.lostWrites : this.lostReads).add(this.time.now());
    }
  }
}
