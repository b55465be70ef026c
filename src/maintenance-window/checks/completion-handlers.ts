import { Annotations, Aspects, CfnResource, Reference, Stack, Tokenization } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Provider } from 'aws-cdk-lib/custom-resources';
import { IConstruct } from 'constructs';

import { serviceTokenUsers } from '../../custom-resource/checks/service-token-users';
import { NAMES } from '../../private/contract.generated';

/** The function that an ARN names. */
const FUNCTION_NAME = /:function:([^:]+)/;

/**
 * Does what must be done for a function that completes the operations of a CDK `Provider`, once the app has made them all.
 *
 * @param run lets every event of CloudFormation's shape run
 */
export function completionAspect(fn: lambda.Function, run: () => void): void {
  Aspects.of(fn).add({
    visit: (node: IConstruct) => {
      if (node === fn) {
        letCompletionsRun(fn, run);
      }
    },
  });
}

/** An operation begun is finished: what asks whether it is complete looks like the request itself, but for the function that it goes to. */
function letCompletionsRun(fn: lambda.Function, run: () => void): void {
  const all = fn.node.root.node.findAll();
  const own = new OwnArns(fn, all);
  const providers = all.filter(isProvider);
  const completed = providers.find(({ isCompleteHandler }) => isCompleteHandler && own.has(isCompleteHandler));
  if (!completed) {
    return;
  }
  const sender = providers.find(({ onEventHandler }) => own.has(onEventHandler)) ?? own.customResource();
  if (!sender) {
    run();
    return;
  }
  Annotations.of(fn).addWarningV2(
    NAMES.annotations.completionHeld,
    `this function is the isCompleteHandler of '${completed.node.path}' and takes the requests of '${sender.node.path}' as well; a maintenance window ` +
      'holds both, for they look alike, so that an update or delete that is under way fails when a window begins: give isCompleteHandler a function ' +
      'of its own, or set deferral.cloudformation to DeferralAction.RUN for both to run, or to DeferralAction.REJECT for both to be held',
  );
}

/** By its members: its class would load a module that few apps need. */
function isProvider(construct: IConstruct): construct is Provider {
  return 'onEventHandler' in construct && 'serviceToken' in construct;
}

/** Tells what means a function, one of its versions or one of its aliases. */
class OwnArns {
  /** The function and what qualifies it; versions and aliases both name their function as `lambda`. */
  private readonly functions: Set<IConstruct>;

  constructor(
    private readonly fn: lambda.Function,
    all: IConstruct[],
  ) {
    this.functions = new Set([fn, ...all.filter((construct) => 'lambda' in construct && construct.lambda === fn)]);
  }

  /** Whether a handler is one of them: itself, or imported by its ARN or name. */
  public has(handler: lambda.IFunction): boolean {
    return referencesIn(handler.functionArn).some(({ target }) => this.isResource(target)) || this.isNamedBy(handler);
  }

  /** A custom resource whose service token is one of them. */
  public customResource(): IConstruct | undefined {
    const users = [...this.functions].flatMap((one) => {
      return serviceTokenUsers(this.fn, one.node.defaultChild as CfnResource, (one as lambda.IFunction).functionArn);
    });
    return users.map(({ resource }) => resource)[0];
  }

  private isResource(target: IConstruct): boolean {
    return target.node.scope !== undefined && this.functions.has(target.node.scope) && target === target.node.scope.node.defaultChild;
  }

  private isNamedBy(handler: lambda.IFunction): boolean {
    const [, name] = FUNCTION_NAME.exec(handler.functionArn) ?? [];
    return name !== undefined && name === Stack.of(this.fn).resolve((this.fn.node.defaultChild as lambda.CfnFunction).functionName);
  }
}

function referencesIn(arn: string): Reference[] {
  return Tokenization.reverseString(arn).tokens.filter((token): token is Reference => Reference.isReference(token));
}
