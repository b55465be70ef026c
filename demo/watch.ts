import { setTimeout as sleep } from 'node:timers/promises';

import type { Execution } from './lanes';
import type { Tables } from './tables';

/** What the two tables held at one moment. */
export interface Snapshot {
  readonly executions: readonly Execution[];
  /** Deferred events by state. */
  readonly deferred: ReadonlyMap<string, number>;
}

const UNFINISHED = ['WRITING', 'PENDING', 'CLAIMED', 'RUNNING'];

/** Deferred events that still have to run. */
export function unfinished(snapshot: Snapshot): number {
  return UNFINISHED.reduce((sum, state) => sum + (snapshot.deferred.get(state) ?? 0), 0);
}

/** Reads the tables about once a second until stopped, and tells each snapshot. */
export class Watch {
  private running = true;
  private waiting: ((snapshot: Snapshot) => void)[] = [];
  private readonly loop: Promise<void>;

  constructor(
    private readonly tables: Tables,
    private readonly tell: (snapshot: Snapshot) => void,
  ) {
    this.loop = this.run();
  }

  /** Waits until `condition` has held for `seconds` on end, or nothing has changed for as long as `stillSeconds` says. */
  async until(condition: (snapshot: Snapshot) => boolean, seconds: number, stillSeconds: (snapshot: Snapshot) => number): Promise<Snapshot> {
    let holdsSince: number | undefined;
    let changedAt = Date.now();
    let before = '';
    for (;;) {
      const snapshot = await this.next();
      const now = Date.now();
      const picture = JSON.stringify([snapshot.executions.map(({ id, executions }) => [id, executions]).sort(), [...snapshot.deferred].sort()]);
      if (picture !== before) {
        changedAt = now;
      }
      before = picture;
      holdsSince = condition(snapshot) ? (holdsSince ?? now) : undefined;
      if (holdsSince !== undefined && now - holdsSince >= seconds * 1000) {
        return snapshot;
      }
      if (now - changedAt >= stillSeconds(snapshot) * 1000) {
        return snapshot;
      }
    }
  }

  /** Waits until nothing has changed for `seconds`. */
  async still(seconds: number): Promise<void> {
    await this.until(
      () => false,
      0,
      () => seconds,
    );
  }

  async stop(): Promise<void> {
    this.running = false;
    await this.loop;
  }

  private next(): Promise<Snapshot> {
    return Promise.race([new Promise<Snapshot>((resolve) => this.waiting.push(resolve)), this.loop.then(() => this.read())]);
  }

  private async run(): Promise<void> {
    while (this.running) {
      const snapshot = await this.read();
      this.tell(snapshot);
      this.waiting.splice(0).forEach((resolve) => resolve(snapshot));
      await sleep(1000);
    }
  }

  private async read(): Promise<Snapshot> {
    const [executions, deferred] = await Promise.all([this.tables.executions(), this.tables.deferred()]);
    return { executions, deferred };
  }
}
