/** Epoch milliseconds, the gate's only unit of time, as ISO 8601 in UTC, for example `2027-01-10T06:00:00.000Z`. */
export function iso(time: number): string {
  return new Date(time).toISOString();
}
