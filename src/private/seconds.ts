import { Duration } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';

import { ValidationError } from './validation-error';

export interface SecondsRange {
  readonly least: number;
  readonly most?: number;
}

/**
 * A duration in whole seconds.
 *
 * @param scope the construct that has the property
 * @throws ValidationError naming the property, its value and the range
 */
export function wholeSeconds(scope: IConstruct, property: string, duration: Duration, { least, most }: SecondsRange): number {
  const range = most === undefined ? `of at least ${least}` : `from ${least} to ${most}`;
  if (duration.isUnresolved()) {
    throw new ValidationError(scope, `${property} must be known at synth, got a token: write a whole number of seconds ${range}`);
  }
  const seconds = duration.toSeconds({ integral: false });
  if (!Number.isInteger(seconds) || seconds < least || seconds > (most ?? Infinity)) {
    throw new ValidationError(scope, `${property} must be a whole number of seconds ${range}, got ${duration.toHumanString()}`);
  }
  return seconds;
}
