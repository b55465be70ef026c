/** Which of two writes of one parameter is the later one. Vectors: newerVectors of lambda/contract/maintenance-window/mirror.json. */

/** When a parameter's value was written. */
export interface Written {
  /** The parameter's LastModifiedDate, epoch milliseconds. */
  readonly modified: number;
  /** The parameter's version: it starts at 1 again when the parameter is made again, so that it decides only within a millisecond. */
  readonly version: number;
}

/** Whether `a` was written after `b`; false when they are the same write. */
export function isNewer(a: Written, b: Written): boolean {
  return a.modified === b.modified ? a.version > b.version : a.modified > b.modified;
}
