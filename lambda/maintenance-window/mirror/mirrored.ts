/**
 * What the mirror holds of a window, and how that goes on when Parameter Store has been read again. Pure, so that planner and command do alike.
 * Attributes: lambda/contract/maintenance-window/mirror.json.
 */
import { isNewer, type Written } from '../window/newer';

/** What was last told to the event bus: one of `announced` in the contract. */
export type Announced = 'OPENED' | 'CLOSED';

/** The text of a parameter, and when it was written. */
export interface MirroredValue extends Written {
  readonly value: string;
}

export interface Mirrored {
  readonly operator: MirroredValue;
  /** Undefined when there is no planned parameter. */
  readonly planned?: MirroredValue;
  /** When the last read of Parameter Store that was answered began, epoch milliseconds; 0 when no one knows. */
  readonly checkedAt: number;
  /** Undefined as long as nothing was told. */
  readonly announced?: Announced;
}

/** An item as it was found. Every part may be missing or damaged, which makes it undefined. */
export type FoundItem = Partial<Mirrored>;

/** What one answer of Parameter Store says of a window. */
export interface ReadParameters {
  /** When the read began, epoch milliseconds. */
  readonly at: number;
  /** Undefined when the parameter is missing or its value is malformed: the last good one counts on. */
  readonly operator?: MirroredValue;
  /** The same, but `absent` when there is no planned parameter, which is nothing to complain of. */
  readonly planned?: MirroredValue | 'absent';
}

/**
 * The item as it should be after a read; undefined when no operator's value is known.
 *
 * @param found undefined when there is no item
 * @param read undefined when Parameter Store did not answer
 * @param now epoch milliseconds
 */
export function merged(found: FoundItem | undefined, read: ReadParameters | undefined, now: number): Mirrored | undefined {
  const operator = later(found?.operator, read?.operator);
  if (!operator) {
    return undefined;
  }
  // One that lies ahead is an error, which must not outlive this write: gates would never find the item stale
  const before = found?.checkedAt !== undefined && found.checkedAt <= now ? found.checkedAt : 0;
  const planned = read?.planned === 'absent' ? unlessGone(found, read, before) : later(found?.planned, read?.planned);
  return {
    operator,
    ...(planned && { planned }),
    checkedAt: Math.max(before, read?.at ?? 0),
    ...(found?.announced && { announced: found.announced }),
  };
}

/** A read that began before the last one does not know that the parameter has been made since. */
function unlessGone({ planned }: FoundItem = {}, read: ReadParameters, checkedAt: number): MirroredValue | undefined {
  return read.at < checkedAt ? planned : undefined;
}

/** What was read counts, unless the item knows of a later write: the read was slower than another one, or than the operator's command. */
function later(found: MirroredValue | undefined, read: MirroredValue | undefined): MirroredValue | undefined {
  return found && (!read || isNewer(found, read)) ? found : read;
}
