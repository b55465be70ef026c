/** Tokens and names as long as a service takes them. Pure: both languages come to the same. */
import type { CloudFormationRequest } from '../../../../cloudformation/request';
import { clientToken, physicalName as limits, physicalResourceId } from '../../../../contract/custom-resource/custom-resource.json';
import { defaultPhysicalResourceId, idempotencyToken, stackName } from './physical-id';

/** What a service takes as a name. */
export interface PhysicalNameOptions {
  /** Most characters, 20 or more. */
  readonly maxLength: number;
  /**
   * Whether capitals become small letters.
   *
   * @default false
   */
  readonly lowercase?: boolean;
  /**
   * What is between the words of the name: a punctuation character, or nothing.
   *
   * @default '-'
   */
  readonly separator?: string;
}

/**
 * The begin of the idempotency token.
 *
 * @throws Error where it would be too short to tell requests apart
 */
export function shortToken(request: CloudFormationRequest, maxLength: number): string {
  checkLength('ctx.token', maxLength, clientToken.least, 'shorter tokens of two requests may be the same');
  return idempotencyToken(request).slice(0, maxLength);
}

/**
 * Words of stack name and logical id, as many characters as there is room for, then the hash of the default id.
 *
 * @throws Error naming the option that is wrong
 */
export function physicalName(
  request: Pick<CloudFormationRequest, 'StackId' | 'LogicalResourceId'>,
  { maxLength, lowercase = false, separator = '-' }: PhysicalNameOptions,
): string {
  checkLength('maxLength of ctx.physicalName', maxLength, limits.least, 'the last 16 characters are a hash');
  if (!PUNCTUATION.test(separator)) {
    throw new Error(`separator of ctx.physicalName is ${JSON.stringify(separator)}, expected a punctuation character or ''`);
  }
  const hash = defaultPhysicalResourceId(request).slice(-physicalResourceId.hashCharacters);
  const words = [...stackName(request.StackId).split(/[^A-Za-z0-9]+/), request.LogicalResourceId].filter(Boolean).join(separator);
  const head = words.slice(0, maxLength - separator.length - hash.length);
  // A name with two separators in a row is refused by some services
  const name = `${separator !== '' && head.endsWith(separator) ? head.slice(0, -1) : head}${separator}${hash}`;
  return lowercase ? name.toLowerCase() : name;
}

const PUNCTUATION = /^[!-/:-@[-`{-~]?$/;

function checkLength(what: string, length: unknown, least: number, why: string): void {
  if (!Number.isInteger(length) || (length as number) < least) {
    throw new Error(`${what} is ${JSON.stringify(length)}, expected a whole number of characters, ${least} or more: ${why}`);
  }
}
