/**
 * Who owns an operator's parameter: tags of the parameter say which stack, and which windows of it. So a window that moves in the tree keeps its value:
 * the new one adds its claim before the old one's is removed, and only who removes the last claim removes the parameter. Pure.
 */
import { createHash } from 'node:crypto';

import type { CloudFormationRequest } from '../../cloudformation/request';
import { tag as tagNames } from '../../contract/names.json';
import type { Tag } from './tag';

/** Claim of whoever had the parameter before any window of ours: it is never removed. Tags can't hold a `*`. */
const OTHERS = 'others';
const CLAIM_DIGITS = 16;

export interface Ownership {
  /** Id of the stack whose windows the claims are of. */
  readonly stack?: string;
  /** Undefined when nobody has claimed the parameter. */
  readonly claims?: readonly string[];
}

/**
 * The claim of the window that a request is about. A logical id is unique within its stack only, and nested stacks share their parameters' prefix: so
 * the stack's id, a nested one's too, is part of it.
 */
export function claimOf({ StackId: stack, LogicalResourceId: id }: CloudFormationRequest): string {
  return createHash('sha256').update(`${stack} ${id}`).digest('hex').slice(0, CLAIM_DIGITS);
}

export function ownershipIn(tags: readonly Tag[]): Ownership {
  const valueOf = (key: string) => tags.find(({ Key }) => Key === key)?.Value;
  return {
    stack: valueOf(tagNames.windowStack),
    claims: valueOf(tagNames.windowOwners)
      ?.split(' ')
      .filter((claim) => claim !== ''),
  };
}

export function ownerTags({ stack, claims }: Required<Ownership>): Tag[] {
  return [{ Key: tagNames.windowStack, Value: stack }, claimsTag(claims)];
}

export function claimsTag(claims: readonly string[]): Tag {
  return { Key: tagNames.windowOwners, Value: claims.join(' ') };
}

/** Whether a tag is one that the planner itself gives. */
export function isOwnerTag(key: string): boolean {
  return key === tagNames.windowStack || key === tagNames.windowOwners;
}

/**
 * The ownership of a parameter that exists once a window has claimed it too.
 *
 * @param found what its tags say
 * @param mine the window's own claim alone
 * @param unclaimed whose a parameter is that nobody has claimed: `others` when it was there before the window, `mine` when the window had it already
 * @throws Error naming the parameter, the stack that owns it and the way out
 */
export function claimed(name: string, found: Ownership, mine: Required<Ownership>, unclaimed: 'mine' | 'others'): Required<Ownership> {
  const [claim] = mine.claims;
  const { stack, claims } = found;
  if (claims === undefined) {
    return unclaimed === 'mine' ? mine : { ...mine, claims: [claim, OTHERS] };
  }
  if (stack === mine.stack || claims.includes(claim)) {
    return { ...mine, claims: claims.includes(claim) ? claims : [...claims, claim] };
  }
  if (windowsAmong(claims).length > 0) {
    throw new Error(
      `parameter ${name} belongs to windows of another stack, ${stack ?? `which its tag ${tagNames.windowStack} does not name`}: delete the parameter ` +
        `if that stack does not need it any more, or keep its value and remove its tags ${tagNames.windowStack} and ${tagNames.windowOwners}; ` +
        'then deploy again',
    );
  }
  return { ...mine, claims: [claim, OTHERS] };
}

/** What is to be done when a window goes. */
export type Release =
  /** It was the last one, and made the parameter. */
  | { readonly action: 'REMOVE' }
  /** Somebody else has a claim, too. */
  | { readonly action: 'KEEP'; readonly claims: readonly string[]; readonly windowsLeft: boolean }
  /** The window has no claim. */
  | { readonly action: 'LEAVE'; readonly windowsLeft: boolean };

/** What becomes of a parameter when the window with this claim goes. */
export function released({ claims = [] }: Ownership, claim: string): Release {
  const rest = claims.filter((other) => other !== claim);
  const windowsLeft = windowsAmong(rest).length > 0;
  if (rest.length === claims.length) {
    return { action: 'LEAVE', windowsLeft };
  }
  return rest.length === 0 ? { action: 'REMOVE' } : { action: 'KEEP', claims: rest, windowsLeft };
}

function windowsAmong(claims: readonly string[]): string[] {
  return claims.filter((claim) => claim !== OTHERS);
}
