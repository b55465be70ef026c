import { Duration } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';

/** The function that a construct makes of code, for `LongRunningHandler.fromCode`. */
export interface LongRunningCodeOptions {
  /** Runtime of the function: Node.js 20 or newer. */
  readonly runtime: lambda.Runtime;

  /**
   * Code of the function. CommonJS code gets `cdk-patient-lambda/handler` by a layer; ES modules don't see layers, so bundle them
   * (`NodejsFunction`, with `LongRunningHandler.fromFunction`) or ship the package in their `node_modules`.
   */
  readonly code: lambda.Code;

  /** Handler of the function, as `index.handler`: what `customResource()` of `cdk-patient-lambda/handler` returned. */
  readonly handler: string;

  /**
   * How long one execution of the function may take: 15 seconds to 15 minutes (Lambda's limit), whole seconds. An operation
   * that takes longer goes on in further executions, 12 at most: Lambda stops functions that call themselves after about 16. Each keeps back a margin
   * of 30 seconds, or of a fifth when it is shorter than 150 seconds; a `wait` that names a physical id begins the next one at once, while enough are
   * left.
   *
   * @default - what `timeout` takes in one execution, at most 15 minutes
   */
  readonly executionTimeout?: Duration;

  /**
   * Whether Lambda may let the function call itself more often than about 16 times. With `ALLOW` an operation may take any
   * number of executions, and a safety net is gone.
   *
   * @default lambda.RecursiveLoop.TERMINATE
   */
  readonly recursiveLoop?: lambda.RecursiveLoop;

  /**
   * Memory of the function, in MiB: 128 to 10240.
   *
   * @default 256
   */
  readonly memorySize?: number;

  /**
   * Architecture of the function.
   *
   * @default lambda.Architecture.X86_64
   */
  readonly architecture?: lambda.Architecture;

  /**
   * Environment variables of the function. Those that the construct itself sets can't be given (docs/contract.md).
   *
   * @default - only those that the construct sets
   */
  readonly environment?: { [key: string]: string };

  /**
   * A customer-managed key that encrypts the environment variables of the function. Lambda uses it by a grant that it makes
   * in the name of whoever deploys (`kms:CreateGrant`, `kms:Encrypt`); the function's role needs nothing.
   *
   * @default - a key that AWS Lambda owns
   */
  readonly environmentEncryption?: kms.IKey;

  /**
   * Log group of the function.
   *
   * @default - one for all of these functions in the stack and their responder: its lines are kept for a month, and it stays when the
   * stack goes (`logRemovalPolicy`)
   */
  readonly logGroup?: logs.ILogGroup;

  /**
   * Network of the function. It must reach CloudFormation's response bucket (Amazon S3), Lambda, CloudFormation and, for
   * secrets, Secrets Manager. Its role gets the EC2 actions for network interfaces on `*`, as they have no narrower resource.
   *
   * @default - not in a network
   */
  readonly vpc?: ec2.IVpc;

  /**
   * Subnets of the function. Needs `vpc`.
   *
   * @default - private subnets
   */
  readonly vpcSubnets?: ec2.SubnetSelection;

  /**
   * Security groups of the function. Needs `vpc`.
   *
   * @default - a new one
   */
  readonly securityGroups?: ec2.ISecurityGroup[];

  /**
   * Role of the function. It is granted what it needs, in its default policy or, when it is of another stack, by a policy in the function's. A role that
   * can't be changed (imported with `mutable: false`, or `withoutPolicyUpdates()`) must have it: writing to the log group, `lambda:InvokeFunction` on the
   * responder and on the service token, `cloudformation:DescribeStacks` on the stack, and what `secrets` and `vpc` need (docs/contract.md, "Permissions").
   *
   * @default - a role with just that
   */
  readonly role?: iam.IRole;

  /**
   * Layers of the function: at most four, as the construct adds one of the five that Lambda allows.
   *
   * @default - only the construct's
   */
  readonly layers?: lambda.ILayerVersion[];

  /**
   * AWS X-Ray tracing of the function. Its role gets X-Ray's write actions on `*`, as they have no narrower resource.
   *
   * @default - no tracing
   */
  readonly tracing?: lambda.Tracing;

  /**
   * How many executions of the function may run at once: 1 or more. A waiting operation takes one.
   *
   * @default - no limit of its own
   */
  readonly reservedConcurrentExecutions?: number;

  /**
   * Description of the function.
   *
   * @default - none
   */
  readonly description?: string;
}
