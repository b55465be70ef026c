import { Aspects, CfnResource, Duration, Lazy, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct, Dependable, IConstruct } from 'constructs';

import { CUSTOM_RESOURCE } from '../private/contract.generated';
import { ownLayer } from '../private/own-layer';
import { ValidationError } from '../private/validation-error';
import { environmentProblem, functionProblem, invokeConfigProblem, loopsAllowed, placeProblem } from './checks/function-checks';
import { handlerCodeOf, handlerCodeProblem } from './checks/handler-code';
import { warn } from './checks/provider-warnings';
import { ServiceTokenUser, serviceTokenUsers } from './checks/service-token-users';
import { userProblems } from './checks/user-problems';
import { ILongRunningProvider, LongRunningProviderAttributes } from './long-running-provider-attributes';
import { LongRunningOperationOptions, LongRunningProviderProps } from './long-running-provider-props';
import { operationProblem } from './parts/executions';
import { ImportedProvider } from './parts/imported-provider';
import { setInvokeConfig } from './parts/invoke-config';
import { madeFunction } from './parts/made-function';
import { operationSeconds, pollSeconds, serviceTimeoutSeconds } from './parts/operation-times';
import { earlyStatements, grantEarly, lateStatements } from './parts/permissions';
import { publicSecretKeysVariable } from './parts/public-secret-keys';
import { Responder } from './parts/responder';
import { Target, targetOf, tokenResource } from './parts/target';
import { vpcEndpoints } from './parts/vpc-endpoints';

const LONG_RUNNING_PROVIDER = Symbol.for('cdk-patient-lambda.LongRunningProvider');
/** Of a function: the path of its provider. */
const PROVIDED = Symbol.for('cdk-patient-lambda.LongRunningProvider.of');

/**
 * A function that serves any number of custom resources, of one type or many, with operations that may outlast its own timeout.
 *
 * Whoever uses its service token in a plain `CustomResource` must make that depend on the provider, because the function's permission to go on must
 * outlive the resource; synth fails otherwise. To move a resource to another provider, give it a new id: its service token can't change.
 *
 * @example
 * import * as lambda from 'aws-cdk-lib/aws-lambda';
 * import { LongRunningCustomResource, LongRunningHandler, LongRunningProvider } from 'cdk-patient-lambda';
 *
 * const provider = new LongRunningProvider(this, 'Restores', {
 *   handler: LongRunningHandler.fromCode({
 *     runtime: lambda.Runtime.NODEJS_22_X,
 *     handler: 'restore.handler', // what customResource() of cdk-patient-lambda/handler returned
 *     code: lambda.Code.fromAsset('restore'),
 *   }),
 * });
 * const handler = LongRunningHandler.fromProvider(provider);
 * for (const table of ['Orders', 'Invoices']) {
 *   new LongRunningCustomResource(this, table, { handler, properties: { Table: table } });
 * }
 */
export class LongRunningProvider extends Construct implements ILongRunningProvider {
  /**
   * A provider of another app, in the same account and Region. To have the status of this app's stacks read, name them in its `stackArns`: an operation
   * is then cancelled when its stack rolls back.
   *
   * @param scope where the construct is
   * @param id its id
   * @param attributes of that provider
   */
  public static fromLongRunningProviderAttributes(scope: Construct, id: string, attributes: LongRunningProviderAttributes): ILongRunningProvider {
    return new ImportedProvider(scope, id, attributes);
  }

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

  /** Log group of the function, when the construct made it. */
  public readonly logGroup?: logs.ILogGroup;

  /** How long an operation of its resources may take, unless they say otherwise. */
  public readonly timeout: Duration;

  /** The principal of the function: what `grant...(provider)` gives permissions to. */
  public readonly grantPrincipal: iam.IPrincipal;

  private readonly target: Target;
  /** While the endpoints are looked for, which asks in turn what is made before what. */
  private looking = false;

  constructor(scope: Construct, id: string, props: LongRunningProviderProps) {
    super(scope, id);
    Object.defineProperty(this, LONG_RUNNING_PROVIDER, { value: true });
    const operation = operationSeconds(this, props.timeout);
    this.timeout = Duration.seconds(operation);

    const source = props.handler._source;
    const home = source.kind === 'CODE' ? this : targetOf(this, source.fn).fn;
    const responder = Responder.of(home);
    this.responder = responder.function;
    if (props.logRemovalPolicy) {
      responder.setLogRemovalPolicy(this, props.logRemovalPolicy);
    }
    const early = earlyStatements(this, home, this.responder, props);
    if (source.kind === 'CODE') {
      this.logGroup = source.options.logGroup ?? responder.logGroup;
      this.target = targetOf(this, madeFunction(this, source.options, this.logGroup, early, operation));
    } else {
      this.target = targetOf(this, source.fn);
    }
    this.check();
    this._check(this, operation);
    if (source.kind === 'FUNCTION') {
      this.prepareFunction(early);
    }
    const { invoked, fn } = this.target;
    const variables = this.variables(operation, props);
    Object.entries(variables).forEach(([name, value]) => fn.addEnvironment(name, value));
    this.function = invoked;
    this.serviceToken = invoked.functionArn;
    this.grantPrincipal = invoked.grantPrincipal;

    const config = setInvokeConfig(this.target, this.responder);
    const late = new iam.Policy(this, 'InvokeSelf', { statements: lateStatements(this.serviceToken, this.responder) });
    fn.role!.attachInlinePolicy(late);
    this.implementDependable(config, late, props.dependOnVpcEndpoints ?? true);
    this.node.addValidation({
      validate: () => [...this.laterProblems(config, variables), ...userProblems(this, this.target, this.users(), [config, late])],
    });
    // When the app is complete
    Aspects.of(this).add({ visit: (node) => (node === this ? warn(this, this.target, this.users(), props) : undefined) });
  }

  /** How long one execution of the function may take. */
  public get executionTimeout(): Duration {
    const { fn, resource } = this.target;
    return Duration.seconds(Number(Stack.of(fn).resolve(resource.timeout)));
  }

  /** Whether Lambda lets the function call itself without end. */
  public get recursiveLoop(): lambda.RecursiveLoop {
    return loopsAllowed(this.target) ? lambda.RecursiveLoop.ALLOW : lambda.RecursiveLoop.TERMINATE;
  }

  /** The network connections of the function, when it is in a VPC. */
  public get connections(): ec2.Connections {
    const { fn } = this.target;
    if (!fn.isBoundToVpc) {
      throw new ValidationError(
        this,
        `function '${fn.node.path}' is not in a VPC, so that it has no connections: give vpc to LongRunningHandler.fromCode, or to the function`,
      );
    }
    return fn.connections;
  }

  /**
   * Refuses a resource that CloudFormation could not send to the function, and an operation that would take too many executions.
   *
   * @internal
   */
  public _check(resource: IConstruct, operation: number): void {
    const [elsewhere] = this.described(placeProblem(resource, Stack.of(this.target.fn)));
    const problem = elsewhere ?? operationProblem(this, operation);
    if (problem !== undefined) {
      throw new ValidationError(resource, problem);
    }
  }

  private users(): ServiceTokenUser[] {
    return serviceTokenUsers(this, tokenResource(this.target), this.serviceToken);
  }

  /** Refuses a function that can't work for a provider, or works for another. */
  private check(): void {
    const { fn } = this.target;
    const other = (fn as { [PROVIDED]?: string })[PROVIDED];
    const [problem] = this.described(
      other && `has a provider already: share '${other}' (LongRunningHandler.fromProvider), which may serve any number of resources`,
      functionProblem(this.target),
      handlerCodeProblem(handlerCodeOf(fn)),
      invokeConfigProblem(this.target),
      environmentProblem(this.target),
    );
    if (problem) {
      throw new ValidationError(this, problem);
    }
    Object.defineProperty(fn, PROVIDED, { value: this.node.path });
  }

  /** What a function made here has from the start. */
  private prepareFunction(early: iam.PolicyStatement[]): void {
    const { fn } = this.target;
    grantEarly(fn, fn.role!, early, () => fn);
    if (handlerCodeOf(fn).requires) {
      fn.addLayers(ownLayer(fn, 'handler'));
    }
  }

  private variables(operation: number, { pollInterval, resolveSecrets, publicSecretKeys }: LongRunningOperationOptions): Record<string, string> {
    const names = CUSTOM_RESOURCE.environment;
    return {
      [names.serviceTimeout]: String(serviceTimeoutSeconds(operation)),
      ...(pollInterval ? { [names.pollInterval]: String(pollSeconds(this, pollInterval, operation)) } : {}),
      ...(resolveSecrets === undefined ? {} : { [names.resolveSecrets]: String(resolveSecrets) }),
      ...(publicSecretKeys ? { [names.publicSecretKeys]: publicSecretKeysVariable(this, publicSecretKeys) } : {}),
      // What the function itself says last
      [names.recursiveLoop]: Lazy.string({ produce: () => this.recursiveLoop }),
    };
  }

  /** Has the resources wait for what must outlive them, and for no more: the tree of a whole function could hold what depends on a resource. */
  private implementDependable(config: IConstruct, late: iam.Policy, withEndpoints: boolean): void {
    const endpoints = () => {
      if (this.looking || !withEndpoints) {
        return [];
      }
      this.looking = true;
      // What is made after the policy waits for the provider, by this very list
      const unfit = () => [...this.users().map(({ resource }) => resource), late.node.defaultChild as CfnResource];
      const found = vpcEndpoints(this.target, unfit);
      this.looking = false;
      return found;
    };
    Dependable.implement(this, {
      // Asked for at the end of synth, when every endpoint is there
      get dependencyRoots() {
        return [config, late, ...endpoints()];
      },
    });
  }

  /** What was changed by hand after the provider had set or checked it. */
  private laterProblems(config: lambda.CfnEventInvokeConfig, variables: Record<string, string>): string[] {
    return this.described(functionProblem(this.target), invokeConfigProblem(this.target, config), environmentProblem(this.target, variables));
  }

  private described(...problems: (string | undefined)[]): string[] {
    return problems.flatMap((problem) => (problem ? [`function '${this.target.fn.node.path}' ${problem}`] : []));
  }
}
