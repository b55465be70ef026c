/** When a new environment loads the user's code. */
export enum HandlerLoading {
  /** Only once it is known that no window is on: code whose import needs what is under maintenance loses no event. */
  AFTER_CHECK = 'AFTER_CHECK',

  /** At once, beside the check: for code whose import is known to be harmless, to hide the check's round trip. */
  AT_ONCE = 'AT_ONCE',
}
