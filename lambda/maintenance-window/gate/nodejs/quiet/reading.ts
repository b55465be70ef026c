import { isNewer } from '../../../window/newer';
import type { OperatorValue, PlannedValue } from '../../../window/value';

/** What one read of the window brought. */
export interface Reading {
  readonly operator: OperatorValue;
  /** Of the operator's parameter. */
  readonly version: number;
  /** When the operator's parameter was last written, epoch milliseconds. */
  readonly lastModified: number;
  readonly planned: PlannedValue | null;
  /** Why the planned value is expected and not known. */
  readonly plannedFailure?: string;
  /** Why it may be older than what Parameter Store has. */
  readonly stale?: string;
  /** Why Parameter Store was asked in place of the mirror. */
  readonly mirrorFailure?: string;
}

/** What is known after a read: never an older value of the operator's than before, and the planned one of before when it could not be read. */
export function latest(before: Reading | undefined, read: Reading): Reading {
  if (!before) {
    return read;
  }
  const planned = read.plannedFailure === undefined ? read.planned : before.planned;
  const written = ({ lastModified: modified, version }: Reading) => ({ modified, version });
  const { operator, version, lastModified } = isNewer(written(before), written(read)) ? before : read;
  return { ...read, operator, version, lastModified, planned };
}

/** Nothing is known after this read; the message is the cause. */
export class ReadFailed extends Error {}
