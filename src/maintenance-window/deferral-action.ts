/** What a function does with an event that comes while a maintenance window is on. */
export enum DeferralAction {
  /** Keep the event, byte for byte, answer the source, and replay it later. */
  DEFER = 'DEFER',

  /** Answer in the source's own shape that it must come back (HTTP: 503 with `Retry-After`), and keep nothing. */
  REJECT = 'REJECT',

  /** Fail with `MaintenanceWindowActive`, so that the source itself keeps the event. */
  LEAVE = 'LEAVE',

  /** Call the handler, as if no window were on. */
  RUN = 'RUN',
}
