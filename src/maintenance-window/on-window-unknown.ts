/** What happens to an invocation when the window's parameter was never read, or not for ten times `cacheTtl`. */
export enum OnWindowUnknown {
  /** The handler runs, as if no window were on. */
  RUN = 'RUN',

  /** As inside a window without an end. */
  DEFER = 'DEFER',

  /** The invocation fails with the error `MaintenanceWindowUnknown`, so that sources that retry come again. */
  FAIL = 'FAIL',
}
