/** One window in one round: its item is read, merged with what Parameter Store said, and written as long as nobody else has. */
import { shownError } from '../../thrown';
import { itemOf, readItem } from '../mirror/item';
import { type Announced, merged, type Mirrored } from '../mirror/mirrored';
import { operatorParameterOf, type WindowNames } from '../mirror/parameter-names';
import { decide, type Decision } from '../window/decision';
import { isNewer } from '../window/newer';
import { type OperatorValue, parseOperator, parsePlanned } from '../window/value';
import type { Announcements } from './announcements';
import type { Bounds, MirrorItem, MirrorTable } from './mirror-table';
import type { Trouble, WindowReading } from './parameter-readings';

/** What became of one window. */
export interface Outcome {
  readonly window: WindowNames;
  /** What the window says at this moment, as far as anybody knows it. */
  readonly state?: State;
  /** Why it is not mirrored as Parameter Store has it now; none when it is. */
  readonly troubles: readonly Trouble[];
  /** Why the event bus was not told that it has opened or closed. */
  readonly untold?: string;
}

export interface State {
  readonly operator: OperatorValue;
  /** When the operator's parameter was written, epoch milliseconds. */
  readonly modified: number;
  readonly decision: Decision;
}

/** Longest pause after somebody else has written an item, in milliseconds. */
const CONFLICT_PAUSE = 200;
/** An answer of Parameter Store may be older than a write that the operator's command has mirrored, but not by so much, in milliseconds. */
const MOST_LAG = 60_000;
/** Without its item a window that is on would hold no more than Parameter Store's quota lets gates see. */
const WRITE_AGAIN =
  "write the parameter's value again, which is then the newer one; if that changes nothing, delete the item while the window is off";

export class MirroredWindow {
  private readonly troubles: Trouble[];
  private readonly parameter: string;
  private state?: State;
  /** What the event bus was told in this round, whatever the item says by now. */
  private told?: Announced;
  private untold?: string;

  constructor(
    private readonly window: WindowNames,
    private readonly reading: WindowReading,
    private readonly table: MirrorTable,
    private readonly announcements: Announcements,
    private readonly bounds: Bounds,
  ) {
    this.parameter = operatorParameterOf(window);
    this.troubles = [...reading.troubles];
  }

  /** Never throws. */
  async mirror(): Promise<Outcome> {
    try {
      await this.write();
    } catch (error) {
      this.state ??= stateOf(merged(undefined, this.reading.read, this.now()), this.now());
      this.trouble(
        `its item in the mirror could not be written, ${shownError(error)}`,
        'it is tried again each minute; until then gates ask Parameter Store',
      );
    }
    const { window, state, troubles, untold } = this;
    return { window, state, troubles, untold };
  }

  private async write(): Promise<void> {
    for (let existed = false; ; existed = true) {
      const item = await this.table.get(this.parameter, this.bounds);
      const next = merged(item && readItem(item), this.reading.read, this.now());
      this.state = stateOf(next, this.now());
      if (!next || (existed && !item)) {
        return; // Nothing is known of it, for it is being made or its troubles say why; or it was deleted meanwhile
      }
      await this.announce(next.announced);
      const changes = this.reading.read !== undefined || this.told !== undefined;
      if (!changes || (await this.replace(item, next))) {
        this.complain(next);
        return;
      }
      await this.pause();
    }
  }

  private replace(item: MirrorItem | undefined, next: Mirrored): Promise<boolean> {
    const written = { ...next, announced: this.told ?? next.announced };
    return this.table.replace(item, itemOf(this.parameter, written, item, this.now()), this.bounds);
  }

  /**
   * Tells the bus first and writes that down afterwards, in the put that mirrors the change: when this round is killed in between, the next one tells it
   * again. Only a window that has changed back by then has one event without its counterpart.
   */
  private async announce(announced: Announced | undefined): Promise<void> {
    const due = this.due(announced);
    if (due === undefined) {
      this.untold = undefined;
      return;
    }
    try {
      await this.announcements.tell(due, this.window, this.state!.decision, this.now());
      this.told = due;
      this.untold = undefined;
    } catch (error) {
      this.untold = shownError(error);
    }
  }

  /** Where another round has told something else since this one did, nobody knows what the bus heard last: it is told again. */
  private due(announced: Announced | undefined): Announced | undefined {
    if (!this.state) {
      return undefined;
    }
    if (this.state.decision.on) {
      return announced === 'OPENED' && this.told !== 'CLOSED' ? undefined : 'OPENED';
    }
    return announced === 'OPENED' || this.told === 'OPENED' ? 'CLOSED' : undefined;
  }

  private async pause(): Promise<void> {
    const { clock, random, until } = this.bounds;
    const pause = CONFLICT_PAUSE * random();
    if (clock.now() + pause >= until) {
      throw new Error('others write it again and again');
    }
    await clock.sleep(pause);
  }

  /** What is wrong with a window although it was written. */
  private complain({ operator }: Mirrored): void {
    const { read, missing } = this.reading;
    if (missing) {
      this.troubles.push(missing);
    }
    if (!this.state) {
      this.trouble('its item in the mirror has a value that this version of the library cannot read', WRITE_AGAIN);
    } else if (read?.operator && isNewer(operator, read.operator) && Math.abs(read.at - operator.modified) > MOST_LAG) {
      this.trouble('its item in the mirror says that it was written later than Parameter Store says', WRITE_AGAIN);
    }
  }

  private trouble(cause: string, fix: string): void {
    this.troubles.push({ parameter: this.parameter, cause, fix });
  }

  private now(): number {
    return this.bounds.clock.now();
  }
}

/** Undefined for an item of a later version, or one that somebody has damaged. */
function stateOf(mirrored: Mirrored | undefined, now: number): State | undefined {
  try {
    if (!mirrored) {
      return undefined;
    }
    const operator = parseOperator(mirrored.operator.value);
    const planned = mirrored.planned ? parsePlanned(mirrored.planned.value) : null;
    return { operator, modified: mirrored.operator.modified, decision: decide(operator, planned, 0, now) };
  } catch {
    return undefined;
  }
}
