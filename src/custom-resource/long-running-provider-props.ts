import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';

import { LongRunningFunctionHandler } from './long-running-handler';

/** How the operations of custom resources run: the creates, updates and deletes. */
export interface LongRunningOperationOptions {
  /**
   * How long one operation (a create, update or delete) may take: 60 to 3540 seconds, whole seconds. Then `onTimeout` runs and the operation fails.
   * With a timeout of less than four minutes this may happen up to 36 seconds late. CloudFormation waits a minute longer (`ServiceTimeout`), an hour
   * at most.
   *
   * A provider's is the default of its resources.
   *
   * @default Duration.seconds(3540)
   */
  readonly timeout?: Duration;

  /**
   * Time between polls, unless a handler's `wait` says otherwise: from 1 second to `timeout`, whole seconds.
   *
   * @default - 5 % of the time elapsed, at least 2 and at most 15 seconds
   */
  readonly pollInterval?: Duration;

  /**
   * The secrets that `{{resolve:secretsmanager:...}}` references in properties may name. CloudFormation hands such references over literally; the
   * function resolves them, so it may read these secrets and decrypt with their keys, and no others. Secrets that are known by name only are granted
   * with the six characters `-??????` that Secrets Manager adds.
   *
   * @default - no secrets
   */
  readonly secrets?: secretsmanager.ISecret[];

  /**
   * Whether references to Secrets Manager in properties are resolved before the handler sees them. `ctx.resolve()` resolves them either way.
   *
   * @default true
   */
  readonly resolveSecrets?: boolean;

  /**
   * Keys of members of secrets, as `username`, `engine` or `dbname`, that are not secret. What a secret's JSON holds under them, at any depth, may be a
   * physical id, in the state and in attributes, and is not masked in reasons and logs.
   *
   * @default - every member of a secret that was resolved is secret
   */
  readonly publicSecretKeys?: string[];

  /**
   * ARNs of further stacks whose resources the function serves, with wildcards where they help, as
   * `arn:aws:cloudformation:eu-west-1:123456789012:stack/Orders/*`. Their status is read (DescribeStacks), so that an operation is cancelled when its
   * stack rolls back. The function's own stack needs no mention.
   *
   * @default - the stack of the function only
   */
  readonly stackArns?: string[];

  /**
   * Whether the resources are made after the endpoints, in the function's stack, of the VPC that the function is in, and deleted before them: without
   * its endpoints the function may reach neither CloudFormation nor Lambda. Endpoints that wait for such a resource themselves are left out.
   *
   * @default true
   */
  readonly dependOnVpcEndpoints?: boolean;

  /**
   * What happens to the log group of the responder, and of functions of `LongRunningHandler.fromCode` without a `logGroup`, when it leaves the stack.
   * There is one in each stack, so that all providers that say something must say the same. Its lines are kept for a month either way.
   *
   * @default RemovalPolicy.RETAIN - the rollback of a first deployment leaves the log that tells why
   */
  readonly logRemovalPolicy?: RemovalPolicy;
}

/** Properties of a provider. */
export interface LongRunningProviderProps extends LongRunningOperationOptions {
  /** Its function: `LongRunningHandler.fromCode` or `LongRunningHandler.fromFunction`. */
  readonly handler: LongRunningFunctionHandler;
}
