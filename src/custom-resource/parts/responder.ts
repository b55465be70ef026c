import { Duration } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct, IConstruct } from 'constructs';

import { NAMES } from '../../private/contract.generated';
import { ownFunction } from '../../private/own-function';
import { stackSingleton } from '../../private/stack-singleton';

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
  /** Also of the functions that the library makes for custom resources of the stack. */
  public readonly logGroup: logs.ILogGroup;

  private constructor(scope: Construct, id: string) {
    super(scope, id);
    const fn = ownFunction(this, {
      asset: 'custom-resource/responder',
      description: 'Answers CloudFormation for custom resources whose function failed before it could',
      memorySize: 128,
      // An answer is repeated until shortly before the end; Lambda then runs the responder twice more
      timeout: Duration.minutes(1),
    });
    this.function = fn;
    this.logGroup = fn.logGroup;
  }
}
