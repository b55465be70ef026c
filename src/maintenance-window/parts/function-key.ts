import { createHash } from 'node:crypto';

import { Token } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';

import { STORE } from '../../private/contract.generated';
import { stableName } from '../../private/stable-name';
import { ValidationError } from '../../private/validation-error';

const MOST_CHARACTERS = STORE.functionKey.mostCharacters;
const HASH_CHARACTERS = 8;
const ALLOWED = new RegExp(STORE.functionKey.allowed);
/** Keys of replay runs begin with it. */
const RESERVED = STORE.keys.run.split('#')[0];

/**
 * The function's name in deferred events: the one given, else one made from its place in the app.
 *
 * @throws ValidationError for a name that cannot be a key
 */
export function functionKeyOf(fn: lambda.Function, given?: string): string {
  if (given === undefined) {
    return shortened(stableName(fn));
  }
  if (Token.isUnresolved(given) || given.length > MOST_CHARACTERS || !ALLOWED.test(given) || given === RESERVED) {
    throw new ValidationError(
      fn,
      `functionKey must be 1 to ${MOST_CHARACTERS} letters, digits, '.', '_', '/' or '-', known at synth and not '${RESERVED}', got '${given}'`,
    );
  }
  return given;
}

function shortened(name: string): string {
  if (name.length <= MOST_CHARACTERS) {
    return name;
  }
  const hash = createHash('sha256').update(name).digest('hex').slice(0, HASH_CHARACTERS);
  return `${name.slice(0, MOST_CHARACTERS - HASH_CHARACTERS - 1)}-${hash}`;
}
