import { Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';

import { ValidationError } from '../../private/validation-error';

/** The value of the function's environment variable: a JSON list. */
export function publicSecretKeysVariable(scope: IConstruct, keys: string[]): string {
  for (const key of keys) {
    if (typeof key !== 'string' || key === '' || Token.isUnresolved(key)) {
      const shown = Token.isUnresolved(key) ? 'a token' : JSON.stringify(key);
      throw new ValidationError(scope, `publicSecretKeys must be keys of the JSON in secrets, as 'username', known at synth; got ${shown}`);
    }
  }
  return JSON.stringify(keys);
}
