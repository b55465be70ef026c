import { Token } from 'aws-cdk-lib';

/** An account and a Region, as literals, tokens, or references of `referenceText`. */
interface Place {
  readonly account: string;
  readonly region: string;
}

/** Whether two places may be the same: what only the deployment knows may be anything. */
export function mayBeIn(one: Place, other: Place): boolean {
  return mayBeSame(one.region, other.region) && mayBeSame(one.account, other.account);
}

function mayBeSame(one: string, other: string): boolean {
  return one === other || [one, other].some((value) => value.startsWith('<') || Token.isUnresolved(value));
}
