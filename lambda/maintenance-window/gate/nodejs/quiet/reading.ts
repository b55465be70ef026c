import type { OperatorValue, PlannedValue } from '../../../window/value';

/** What one read of the window's parameters brought. */
export interface Reading {
  readonly operator: OperatorValue;
  /** Of the operator's parameter. */
  readonly version: number;
  /** When the operator's parameter was last written, epoch milliseconds. */
  readonly lastModified: number;
  readonly planned: PlannedValue | null;
  /** Why the planned value is expected and not known. */
  readonly plannedFailure?: string;
}

/** Nothing is known after this read; the message is the cause. */
export class ReadFailed extends Error {}
