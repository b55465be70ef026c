/**
 * Epoch seconds at which DynamoDB may remove a finished row. Rounded up: a row is kept for at least as long as was asked for.
 *
 * @param finishedAt epoch milliseconds
 * @param keepFinished milliseconds
 */
export function expiry(finishedAt: number, keepFinished: number): number {
  return Math.ceil((finishedAt + keepFinished) / 1000);
}
