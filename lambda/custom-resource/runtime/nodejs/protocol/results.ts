import type { Json } from '../../../../json';
import { memberOf } from '../../../../thrown';

/** What a handler returns when the operation is finished. */
export interface Done<A extends Record<string, Json> = Record<string, Json>> {
  readonly outcome: 'DONE';
  readonly physicalResourceId?: string;
  readonly data?: A;
  readonly noEcho?: boolean;
}

/** What a handler returns when the operation goes on. */
export interface Wait<S extends Json = Json> {
  readonly outcome: 'WAIT';
  readonly state: S;
  readonly physicalResourceId?: string;
  readonly afterSeconds?: number;
}

/** How an operation ended well. */
export interface DoneOptions<A extends Record<string, Json>> {
  /**
   * The resource's id, at most 1 KB. Another id than before in an update tells CloudFormation to delete the old resource afterwards;
   * a delete can't change it.
   *
   * @default - create: the id of the last `wait`, else `ctx.defaultPhysicalResourceId`; update: the id of the last `wait`, else the present one
   */
  readonly physicalResourceId?: string;
  /**
   * Attributes for `Fn::GetAtt`: strings, numbers, true and false, or lists of these. With the rest of the answer at most 4096 bytes. Each update returns
   * all of them again, for CloudFormation keeps none of those before; `{}` says that there are none. A delete has none.
   *
   * @default - no attributes; in an update a warning in the log
   */
  readonly data?: A;
  /**
   * Whether CloudFormation masks the attributes. Must be true when one of them holds a resolved secret.
   *
   * @default false
   */
  readonly noEcho?: boolean;
}

/** When and how to go on. */
export interface WaitOptions {
  /** The resource's id as far as it is known: a Create that fails from now on carries it, so that `delete` can clean up. */
  readonly physicalResourceId?: string;
  /**
   * Seconds to the next poll.
   *
   * @default - the provider's `pollInterval`, else 5 % of the time elapsed, at least 2 and at most 15 seconds
   */
  readonly afterSeconds?: number;
}

/** The operation is finished. */
export function done(options?: Omit<DoneOptions<never>, 'data'>): Done<never>;
export function done<A extends Record<string, Json>>(options: DoneOptions<A>): Done<A>;
export function done<A extends Record<string, Json>>(options: DoneOptions<A> = {}): Done<A> {
  return { ...options, outcome: 'DONE' };
}

/**
 * The operation goes on: `poll` is called with the state, perhaps in another execution of the function.
 *
 * @param state JSON; never put secrets into it
 */
export function wait<S extends Json>(state: S, options: WaitOptions = {}): Wait<S> {
  return { ...options, outcome: 'WAIT', state };
}

/** A failure that knows the id of what was made before it: a failed Create carries it, so that `delete` cleans up. */
export class ResourceFailure extends Error {
  /** The id of what was made. */
  readonly physicalResourceId: string;

  constructor(message: string, options: { readonly physicalResourceId: string; readonly cause?: unknown }) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.name = 'ResourceFailure';
    this.physicalResourceId = options.physicalResourceId;
  }
}

/** The id that a thrown value names. By name and not by class: an ES module and a CommonJS copy of it may meet in one function. */
export function idOfFailure(thrown: unknown): unknown {
  return memberOf(thrown, 'name') === 'ResourceFailure' ? memberOf(thrown, 'physicalResourceId') : undefined;
}
