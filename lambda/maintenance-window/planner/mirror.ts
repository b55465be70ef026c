import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { SSMClient } from '@aws-sdk/client-ssm';

import type { Clock } from '../../clock';
import { readItem } from '../mirror/item';
import type { WindowNames } from '../mirror/parameter-names';
import { Announcements } from './announcements';
import { type Bounds, MirrorTable } from './mirror-table';
import { MirroredWindow, type Outcome } from './mirrored-window';
import { batchesOf, readParameters } from './parameter-readings';

/** What of the SDK's clients the mirror uses. */
export interface MirrorClients {
  readonly ssm: Pick<SSMClient, 'send'>;
  readonly dynamodb: Pick<DynamoDBClient, 'send'>;
  readonly events: Pick<EventBridgeClient, 'send'>;
}

/**
 * Between the first reads of batches, in milliseconds: ten calls a second, of which Parameter Store has 40 for the whole account, and nobody waits for
 * the last window's minute.
 */
const BATCH_PACE = 100;

/** Copies windows from Parameter Store to the mirror, and tells the event bus of those that open and close. */
export class Mirror {
  private readonly table: MirrorTable;

  /** @param table name of the mirror's table */
  constructor(
    private readonly clients: MirrorClients,
    table: string,
    private readonly clock: Clock,
    private readonly random: () => number,
  ) {
    this.table = new MirrorTable(clients.dynamodb, table);
  }

  /**
   * Mirrors windows, side by side: the trouble of one keeps no other waiting. Never throws.
   *
   * @param until epoch milliseconds, when it ends whatever is left to do
   */
  async mirror(windows: readonly WindowNames[], until: number): Promise<Outcome[]> {
    const bounds: Bounds = { clock: this.clock, random: this.random, until };
    const announcements = new Announcements(this.clients.events, this.clock, this.random);
    const batches: Promise<Outcome[]>[] = [];
    for (const batch of batchesOf(windows)) {
      if (batches.length > 0) {
        await this.clock.sleep(BATCH_PACE);
      }
      batches.push(this.batch(batch, announcements, bounds));
    }
    return (await Promise.all(batches)).flat();
  }

  /** The operator's value that was last mirrored; undefined when there is none. */
  async lastValue(operatorParameter: string, until: number): Promise<string | undefined> {
    const item = await this.table.get(operatorParameter, { clock: this.clock, random: this.random, until });
    return item && readItem(item).operator?.value;
  }

  /** Forgets a window. */
  async remove(operatorParameter: string, until: number): Promise<void> {
    await this.table.remove(operatorParameter, { clock: this.clock, random: this.random, until });
  }

  private async batch(windows: WindowNames[], announcements: Announcements, bounds: Bounds): Promise<Outcome[]> {
    const readings = await readParameters(this.clients.ssm, windows, bounds);
    return Promise.all(windows.map((window, index) => new MirroredWindow(window, readings[index], this.table, announcements, bounds).mirror()));
  }
}
