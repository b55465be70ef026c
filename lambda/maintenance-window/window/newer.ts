/** When a parameter was written: epoch milliseconds, and its version, which begins at 1 again when it is made again. */
export interface Written {
  readonly modified: number;
  readonly version: number;
}

/** Whether a value was written after another one of the same parameter. */
export function isNewer(a: Written, b: Written): boolean {
  return a.modified !== b.modified ? a.modified > b.modified : a.version > b.version;
}
