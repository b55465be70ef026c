import { Annotations, Duration, Lazy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct, Dependable, IConstruct } from 'constructs';
import { CUSTOM_RESOURCE, NAMES } from '../private/contract.generated';
import { formOf } from './form';
import { environmentProblem, functionProblem, invokeConfigProblem, loopsAllowed } from './function-checks';
import { LongRunningProviderProps } from './long-running-provider-props';
import { madeFunction } from './made-function';
import { executionSeconds, hopProblem, operationSeconds, pollSeconds, serviceTimeoutSeconds } from './operation-times';
import { earlyStatements, selfStatement } from './permissions';
import { Responder } from './responder';
import { checkServiceTokenUsers } from './service-token-users';
import { Target, targetOf, tokenResource } from './target';

/** A crash reaches the responder at once, instead of running a create again; throttled events are still retried for so many seconds. */
const INVOKE_CONFIG = { maximumRetryAttempts: 0, maximumEventAgeInSeconds: 300 };

const LONG_RUNNING_PROVIDER = Symbol.for('cdk-patient-lambda.LongRunningProvider');

/**
 * A function that serves any number of custom resources, of one type or many, with operations that may outlast its own timeout.
 *
 * Whoever uses its service token in a plain `CustomResource` must make that depend on the provider, because the function's permission to go on must
 * outlive the resource; synth fails otherwise. To move a resource to another provider, give it a new id: its service token can't change.
 */
export class LongRunningProvider extends Construct implements iam.IGrantable {
  /**
   * Whether a construct is a `LongRunningProvider`.
   *
   * @param construct any construct
   */
  public static isLongRunningProvider(construct: IConstruct): construct is LongRunningProvider {
    return LONG_RUNNING_PROVIDER in construct;
  }

  /** ARN of the function or alias, for `serviceToken` of a plain `CustomResource` that depends on this provider. */
  public readonly serviceToken: string;

  /** The function or alias that CloudFormation invokes. */
  public readonly function: lambda.IFunction;

  /** The function that answers CloudFormation when an execution fails before it could. One in each stack. */
  public readonly responder: lambda.IFunction;

  /** How long an operation of its resources may take, unless they say otherwise. */
  public readonly timeout: Duration;

  /** The principal of the function: what `grant...(provider)` gives permissions to. */
  public readonly grantPrincipal: iam.IPrincipal;

  private readonly target: Target;
  private readonly readsOtherStacks: boolean;

  constructor(scope: Construct, id: string, props: LongRunningProviderProps) {
    super(scope, id);
    Object.defineProperty(this, LONG_RUNNING_PROVIDER, { value: true });
    const operation = operationSeconds(props.timeout);
    this.timeout = Duration.seconds(operation);
    this.readsOtherStacks = (props.stacks ?? []).length > 0;

    const made = formOf(this, props, false) === 'CODE';
    const home = made ? this : targetOf(this, props.function!).fn;
    this.responder = Responder.of(home).function;
    const early = earlyStatements(home, this.responder, props);
    this.target = made
      ? targetOf(this, madeFunction(this, props, Duration.seconds(executionSeconds(props.executionTimeout)), early))
      : targetOf(this, props.function!);
    const { invoked, fn } = this.target;
    this.check(functionProblem(this.target), invokeConfigProblem(this.target), environmentProblem(this.target));
    this._checkOperation(this, operation);

    if (!made) {
      early.forEach((statement) => fn.grantPrincipal.addToPrincipalPolicy(statement));
    }
    const variables = this.variables(operation, props);
    Object.entries(variables).forEach(([name, value]) => fn.addEnvironment(name, value));
    this.function = invoked;
    this.serviceToken = invoked.functionArn;
    this.grantPrincipal = invoked.grantPrincipal;

    const config = this.invokeConfig();
    const self = new iam.Policy(this, 'InvokeSelf', { statements: [selfStatement(this.serviceToken)] });
    fn.role!.attachInlinePolicy(self);
    // The rest comes before these two: function, role and responder. A whole function's tree could hold what depends on the resource.
    Dependable.implement(this, { dependencyRoots: [config, self] });
    this.node.addValidation({
      validate: () => [
        ...this.described(functionProblem(this.target), invokeConfigProblem(this.target, config), environmentProblem(this.target, variables)),
        ...checkServiceTokenUsers(this, tokenResource(this.target), [config, self]),
      ],
    });
  }

  /**
   * Refuses an operation that would take too many executions.
   *
   * @internal
   */
  public _checkOperation(scope: IConstruct, operation: number): void {
    const { fn, resource } = this.target;
    const problem = loopsAllowed(this.target) ? undefined : hopProblem(operation, Number(Stack.of(fn).resolve(resource.timeout)));
    if (problem) {
      throw new Error(`'${scope.node.path}': ${problem}`);
    }
  }

  /**
   * Says when a resource's stack is none that the function may read: its rollback would not be noticed.
   *
   * @internal
   */
  public _checkStack(resource: Construct): void {
    if (Stack.of(resource) !== Stack.of(this.target.fn) && !this.readsOtherStacks) {
      Annotations.of(resource).addWarningV2(NAMES.annotations.rollbackUnseen, `the provider '${this.node.path}' may not read the status of this stack, so `
        + 'that an operation goes on while the stack rolls back: name the stack\'s ARN in stacks of the provider');
    }
  }

  private variables(operation: number, { pollInterval, resolveSecrets }: LongRunningProviderProps): Record<string, string> {
    const names = CUSTOM_RESOURCE.environment;
    return {
      [names.serviceTimeout]: String(serviceTimeoutSeconds(operation)),
      ...(pollInterval ? { [names.pollInterval]: String(pollSeconds(pollInterval, operation)) } : {}),
      ...(resolveSecrets === undefined ? {} : { [names.resolveSecrets]: String(resolveSecrets) }),
      // What the function itself says last
      [names.recursiveLoop]: Lazy.string({ produce: () => loopsAllowed(this.target) ? lambda.RecursiveLoop.ALLOW : lambda.RecursiveLoop.TERMINATE }),
    };
  }

  private invokeConfig(): lambda.CfnEventInvokeConfig {
    const { invoked, fn, qualifier } = this.target;
    const config = new lambda.CfnEventInvokeConfig(this, 'InvokeConfig', {
      functionName: fn.functionName,
      qualifier,
      ...INVOKE_CONFIG,
      destinationConfig: { onFailure: { destination: this.responder.functionArn } },
    });
    if (invoked !== fn) {
      config.addDependency(tokenResource(this.target));
    }
    return config;
  }

  private check(...problems: (string | undefined)[]): void {
    const [problem] = this.described(...problems);
    if (problem) {
      throw new Error(problem);
    }
  }

  private described(...problems: (string | undefined)[]): string[] {
    return problems.flatMap((problem) => problem ? [`'${this.node.path}': function '${this.target.fn.node.path}' ${problem}`] : []);
  }
}
