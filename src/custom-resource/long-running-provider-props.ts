import { Duration } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';

/**
 * The function behind custom resources and how it runs: `runtime`, `code` and `handler` for one that the construct makes, or `function`.
 *
 * A property that does not apply to the form chosen is an error that names it.
 */
export interface LongRunningProviderProps {
  /**
   * Runtime of the function that the construct makes: Node.js 20 or newer. Goes with `code` and `handler`.
   *
   * @default - the function is made elsewhere
   */
  readonly runtime?: lambda.Runtime;

  /**
   * Code of the function that the construct makes. CommonJS code gets `cdk-patient-lambda/handler` by a layer; ES modules don't see layers, so
   * bundle them (`NodejsFunction`, given as `function`) or ship the package in their `node_modules`.
   *
   * @default - the function is made elsewhere
   */
  readonly code?: lambda.Code;

  /**
   * Handler of the function that the construct makes, as `index.handler`: what `customResource()` of `cdk-patient-lambda/handler` returned.
   *
   * @default - the function is made elsewhere
   */
  readonly handler?: string;

  /**
   * A function made elsewhere in this app (`lambda.Function`, `NodejsFunction`, `MaintenanceWindowFunction`, ...), or an alias of one. CloudFormation
   * invokes the function or alias given. Its timeout is the length of one execution: 15 seconds to 15 minutes.
   *
   * The construct sets environment variables, grants its role what it needs and sets how it is invoked asynchronously (no retries, events up to five
   * minutes old, failures to the responder). Versions, whose ARN changes with the code, and imported functions are errors.
   *
   * @default - made from `runtime`, `code` and `handler`
   */
  readonly function?: lambda.IFunction;

  /**
   * How long one operation (a create, update or delete) may take: 1 to 3540 seconds, whole seconds. Then `onTimeout` runs and the operation fails.
   * With a timeout of less than four minutes this may happen up to 48 seconds late. CloudFormation waits a minute longer (`ServiceTimeout`), an hour
   * at most.
   *
   * A provider's is the default of its resources.
   *
   * @default Duration.seconds(3540)
   */
  readonly timeout?: Duration;

  /**
   * How long one execution of the function that the construct makes may take: 15 seconds to 15 minutes (Lambda's limit), whole seconds. An operation
   * that takes longer goes on in further executions, 12 at most: Lambda stops functions that call themselves after about 16. Each keeps back a margin
   * of 30 seconds, or of a fifth when it is shorter than 150 seconds; a `wait` that names a physical id begins the next one at once, while enough are
   * left.
   *
   * @default Duration.minutes(15)
   */
  readonly executionTimeout?: Duration;

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
   * ARNs of further stacks whose resources the function serves, with wildcards where they help, as
   * `arn:aws:cloudformation:eu-west-1:123456789012:stack/Orders/*`. Their status is read (DescribeStacks), so that an operation is cancelled when its
   * stack rolls back. The function's own stack needs no mention.
   *
   * @default - the stack of the function only
   */
  readonly stacks?: string[];

  /**
   * Whether Lambda may let the function that the construct makes call itself more often than about 16 times. With `ALLOW` an operation may take any
   * number of executions, and a safety net is gone. For `function`, set it there.
   *
   * @default lambda.RecursiveLoop.TERMINATE
   */
  readonly recursiveLoop?: lambda.RecursiveLoop;

  /**
   * Memory of the function that the construct makes, in MiB: 128 to 10240.
   *
   * @default 256
   */
  readonly memorySize?: number;

  /**
   * Architecture of the function that the construct makes.
   *
   * @default lambda.Architecture.ARM_64
   */
  readonly architecture?: lambda.Architecture;

  /**
   * Environment variables of the function that the construct makes. Those that the construct itself sets can't be given (docs/contract.md).
   *
   * @default - only those that the construct sets
   */
  readonly environment?: { [key: string]: string };

  /**
   * A customer-managed key that encrypts the environment variables of the function that the construct makes. Lambda uses it by a grant that it makes
   * in the name of whoever deploys (`kms:CreateGrant`, `kms:Encrypt`); the function's role needs nothing.
   *
   * @default - a key that AWS Lambda owns
   */
  readonly environmentEncryption?: kms.IKey;

  /**
   * Log group of the function that the construct makes.
   *
   * @default - one for all of these functions in the stack and their responder: kept for a month, deleted with the stack
   */
  readonly logGroup?: logs.ILogGroup;

  /**
   * Network of the function that the construct makes. It must reach CloudFormation's response bucket (Amazon S3), Lambda, CloudFormation and, for
   * secrets, Secrets Manager. Its role gets the EC2 actions for network interfaces on `*`, as they have no narrower resource.
   *
   * @default - not in a network
   */
  readonly vpc?: ec2.IVpc;

  /**
   * Subnets of the function that the construct makes. Needs `vpc`.
   *
   * @default - private subnets
   */
  readonly vpcSubnets?: ec2.SubnetSelection;

  /**
   * Security groups of the function that the construct makes. Needs `vpc`.
   *
   * @default - a new one
   */
  readonly securityGroups?: ec2.ISecurityGroup[];

  /**
   * Role of the function that the construct makes. It is granted what it needs, in its default policy. A role that can't be changed (imported with
   * `mutable: false`, or `withoutPolicyUpdates()`) must have it: writing to the log group, `lambda:InvokeFunction` on the responder and on the
   * service token, `cloudformation:DescribeStacks` on the stack, and what `secrets` and `vpc` need (docs/contract.md, "Permissions").
   *
   * @default - a role with just that
   */
  readonly role?: iam.IRole;

  /**
   * Layers of the function that the construct makes: at most four, as the construct adds one of the five that Lambda allows.
   *
   * @default - only the construct's
   */
  readonly layers?: lambda.ILayerVersion[];

  /**
   * AWS X-Ray tracing of the function that the construct makes. Its role gets X-Ray's write actions on `*`, as they have no narrower resource.
   *
   * @default - no tracing
   */
  readonly tracing?: lambda.Tracing;

  /**
   * How many executions of the function that the construct makes may run at once: 1 or more. A waiting operation takes one.
   *
   * @default - no limit of its own
   */
  readonly reservedConcurrentExecutions?: number;

  /**
   * Description of the function that the construct makes.
   *
   * @default - none
   */
  readonly description?: string;
}
