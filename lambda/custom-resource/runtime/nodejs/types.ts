import type { Json } from '../../../json';
import type { PhysicalNameOptions } from './protocol/names';
import type { Done, Wait } from './protocol/results';

/** Properties as CloudFormation sends them: numbers and booleans are strings. Without ServiceToken and ServiceTimeout. */
export type Raw = Readonly<Record<string, unknown>>;

export type RequestType = 'Create' | 'Update' | 'Delete';

/** A request for one resource. Its ResponseURL is not in it: whoever has that can forge the answer. */
export interface ResourceRequest<P, T extends RequestType = RequestType> {
  readonly requestType: T;
  /** As `Custom::Thing`. */
  readonly resourceType: string;
  readonly logicalResourceId: string;
  /** The stack's ARN. */
  readonly stackId: string;
  /** Not unique over time: a retried deployment may use it again. */
  readonly requestId: string;
  /** The id that a `wait` named last; before that the present one, and in a Create undefined. */
  readonly physicalResourceId: T extends 'Create' ? string | undefined : string;
  /** Update only: the id that CloudFormation has. Where `physicalResourceId` is another, this update makes a replacement. */
  readonly previousPhysicalResourceId: T extends 'Update' ? string : undefined;
  /** Create and Update: references to Secrets Manager resolved, then what `parse` made of it. Delete: as CloudFormation sent them. */
  readonly properties: P;
  /**
   * Update only; as CloudFormation sent them, perhaps for an older version of the handler. References are not resolved: see `ctx.resolve`. What `poll`
   * needs of them, read in `update`: where they are too large to cross to the next execution and nothing has read them yet, they stay behind, and reading
   * them later is an error.
   */
  readonly oldProperties?: Raw;
  /**
   * In a Delete: the id has the form of those that CloudFormation makes up for a cancelled Create. What that made, if anything, may carry
   * `ctx.defaultPhysicalResourceId`; an id of your own may have that form, too.
   */
  readonly maybeOrphan: boolean;
}

/** A request of any type: `properties` are what `parse` made of them, except in a Delete. */
export type AnyRequest<P> = ResourceRequest<P, 'Create'> | ResourceRequest<P, 'Update'> | ResourceRequest<Raw, 'Delete'>;

export interface StackStatus {
  /** As CloudFormation names it, as `UPDATE_ROLLBACK_IN_PROGRESS`; `UNKNOWN` when it can't be read. */
  readonly status: string;
  readonly reason?: string;
}

/** One line of JSON for each call. Resolved secrets and the ResponseURL are masked, wherever in it they are. */
export interface Logger {
  debug(message: string, details?: Readonly<Record<string, unknown>>): void;
  info(message: string, details?: Readonly<Record<string, unknown>>): void;
  warn(message: string, details?: Readonly<Record<string, unknown>>): void;
  error(message: string, details?: Readonly<Record<string, unknown>>): void;
}

/** What a handler may use besides the request. */
export interface OperationContext {
  /** When the operation is answered as timed out. */
  readonly deadline: Date;
  /** Number of executions of the function for this request before this one. */
  readonly hop: number;
  /**
   * Aborted when nobody waits for this code any more: at the deadline, at the execution's end, when the stack rolls back.
   * Code that has not settled a second later ends with its process.
   */
  readonly signal: AbortSignal;
  /**
   * 64 hexadecimal digits, the same for every delivery of this request: as client token it keeps a repeated request from making things twice.
   * A deployment that is retried may use a request's id, and so this token, again: do not use it to name anything
   * whose name must be unique.
   */
  readonly idempotencyToken: string;
  /**
   * The begin of `idempotencyToken`, for services that take less: ACM 32 characters, DynamoDB and ECS 36, FSx 63.
   *
   * @param maxLength most characters; 16 or more, for shorter tokens of two requests may be the same
   * @throws Error when it is less
   */
  readonly token: (maxLength: number) => string;
  /** The id of a resource whose handler names none; the same for the same resource in the same stack. */
  readonly defaultPhysicalResourceId: string;
  /**
   * A name for what the handler makes, as `defaultPhysicalResourceId` is, but one that fits: the same in each create, update and delete of this
   * resource in this stack. `{ maxLength: 63, lowercase: true }` fits RDS and S3, `{ maxLength: 32 }` a load balancer, unless the stack's name begins
   * as a service's own names do (`internal-`, `sthree-`, `amzn-`). A replacement gets the same name: it can't be made while the old resource has it.
   *
   * @param options what the service takes
   * @throws Error naming the option that is wrong
   */
  readonly physicalName: (options: PhysicalNameOptions) => string;
  /** The stack's status, at most 15 seconds old; `UNKNOWN` when it can't be read. */
  readonly stack: () => Promise<StackStatus>;
  /**
   * A copy of the value with every reference to Secrets Manager in it resolved.
   *
   * @throws UnresolvedSecret
   */
  readonly resolve: <T>(value: T) => Promise<T>;
  /**
   * Makes a call that a permission of the same deployment allows: such a permission takes IAM seconds to spread. While AWS denies the call it is repeated
   * for up to 45 seconds, if it is first made within a minute of the request, and not beyond the deadline or this execution.
   *
   * @throws what the call throws: any other error at once
   */
  readonly retryWhileDenied: <T>(call: () => Promise<T>) => Promise<T>;
  /** Writes lines of JSON to the log, resolved secrets masked. */
  readonly log: Logger;
}

/** What a create, an update, a delete or a poll comes to. */
export type Result<A extends Record<string, Json>, S extends Json> = Promise<Done<A> | Done<never> | Wait<S>>;

/** The functions that every resource has. Throwing means FAILED. */
export interface CoreHandlers<P, S extends Json, A extends Record<string, Json>> {
  /** Checks and converts the new properties of a Create and an Update, secrets resolved. May be async; what it throws is the reason of the FAILED. */
  parse?(raw: Raw): P | Promise<P>;
  create(request: ResourceRequest<P, 'Create'>, context: OperationContext): Result<A, S>;
  update(request: ResourceRequest<P, 'Update'>, context: OperationContext): Result<A, S>;
  delete(request: ResourceRequest<Raw, 'Delete'>, context: OperationContext): Result<A, S>;
  /**
   * Stops what runs, before the operation is answered as timed out. At most half the margin, and a quarter of what CloudFormation still waits. What it
   * returns is awaited, and not looked at.
   */
  onTimeout?(request: AnyRequest<P>, state: S | undefined, context: OperationContext): unknown;
  /** Stops what runs, when the stack rolls back, in as much time. What it returns is awaited, and not looked at. Cleaning up is left to `delete`. */
  onCancel?(request: AnyRequest<P>, state: S | undefined, context: OperationContext): unknown;
}

/** The functions of a resource whose create, update or delete returns `wait`. */
export interface PollingHandlers<P, S extends Json, A extends Record<string, Json>> extends CoreHandlers<P, S, A> {
  /** Looks whether what was begun is finished. May be called again with the same state. */
  poll(request: AnyRequest<P>, state: S, context: OperationContext): Result<A, S>;
}

/** The functions of a resource whose create or update returns `wait`, and whose delete does not: `poll` sees no Delete, whose properties are raw. */
export interface MakingHandlers<P, S extends Json, A extends Record<string, Json>> extends CoreHandlers<P, S, A> {
  delete(request: ResourceRequest<Raw, 'Delete'>, context: OperationContext): Promise<Done<A> | Done<never>>;
  /** Looks whether what was begun is finished. May be called again with the same state. */
  poll(request: ResourceRequest<P, 'Create'> | ResourceRequest<P, 'Update'>, state: S, context: OperationContext): Result<A, S>;
}

/**
 * The functions of one type of resource.
 *
 * @typeParam P properties, as `parse` makes them of the raw ones
 * @typeParam S what `wait` hands to `poll`; never for a resource that never waits
 * @typeParam A the attributes of `done`
 */
export type ResourceHandlers<P = Raw, S extends Json = never, A extends Record<string, Json> = Record<never, Json>> = [S] extends [never]
  ? CoreHandlers<P, never, A> & { readonly poll?: undefined }
  : PollingHandlers<P, S, A>;

/** Handlers as the runtime sees them, whatever their types. */
export type AnyHandlers = CoreHandlers<unknown, Json, Record<string, Json>> & {
  // Spelt out for exactOptionalPropertyTypes: handlers that never wait have a poll that is undefined
  poll?: PollingHandlers<unknown, Json, Record<string, Json>>['poll'] | undefined;
};

/** One type of resource, or several by their type. */
export type Definition = AnyHandlers | Readonly<Record<string, AnyHandlers>>;
