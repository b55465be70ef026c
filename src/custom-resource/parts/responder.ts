import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct, IConstruct } from 'constructs';

import { NAMES } from '../../private/contract.generated';
import { ownFunction } from '../../private/own-function';
import { stackSingleton } from '../../private/stack-singleton';
import { ValidationError } from '../../private/validation-error';

/**
 * Answers CloudFormation for executions that failed before they could: the on-failure destination of the stack's functions. One in each stack,
 * outside any network, and dependent on no user code.
 */
export class Responder extends Construct {
  public static of(scope: IConstruct): Responder {
    const id = NAMES.constructIds.responder;
    return stackSingleton(scope, id, (stack) => new Responder(stack, id));
  }

  public readonly function: lambda.IFunction;
  /** Also of the functions that the library makes for custom resources of the stack. A rollback, whose reason it explains, leaves it. */
  public readonly logGroup: logs.LogGroup;

  private logRemoval?: { readonly policy: RemovalPolicy; readonly provider: IConstruct };

  private constructor(scope: Construct, id: string) {
    super(scope, id);
    const fn = ownFunction(this, {
      asset: 'custom-resource/responder',
      description: 'Answers CloudFormation for custom resources whose function failed before it could',
      memorySize: 128,
      // An answer is repeated until shortly before the end; Lambda then runs the responder twice more
      timeout: Duration.minutes(1),
      logRemovalPolicy: RemovalPolicy.RETAIN,
    });
    this.function = fn;
    this.logGroup = fn.logGroup as logs.LogGroup;
  }

  /**
   * Sets what becomes of the log group when it leaves the stack.
   *
   * @throws ValidationError when another provider of the stack wants something else
   */
  public setLogRemovalPolicy(provider: IConstruct, policy: RemovalPolicy): void {
    const { logRemoval: before } = this;
    if (before && before.policy !== policy) {
      throw new ValidationError(
        provider,
        `logRemovalPolicy is '${policy}', but '${before.policy}' for '${before.provider.node.path}', and both log to the group of their stack, ` +
          `'${this.logGroup.node.path}': give both the same, or give it to one of them only`,
      );
    }
    this.logRemoval = { policy, provider };
    this.logGroup.applyRemovalPolicy(policy);
  }
}
