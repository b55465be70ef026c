import { Duration } from 'aws-cdk-lib';

export interface SecondsRange {
  readonly least: number;
  readonly most?: number;
}

/**
 * A duration in whole seconds.
 *
 * @throws Error naming the property, its value and the range
 */
export function wholeSeconds(property: string, duration: Duration, { least, most }: SecondsRange): number {
  if (duration.isUnresolved()) {
    throw new Error(`${property} must be known at synth, got a token`);
  }
  const seconds = duration.toSeconds({ integral: false });
  if (!Number.isInteger(seconds) || seconds < least || seconds > (most ?? Infinity)) {
    const range = most === undefined ? `of at least ${least}` : `from ${least} to ${most}`;
    throw new Error(`${property} must be a whole number of seconds ${range}, got ${duration.toHumanString()}`);
  }
  return seconds;
}
