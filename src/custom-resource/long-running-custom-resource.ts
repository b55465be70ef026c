import { CustomResource, Duration, Reference, RemovalPolicy } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct, IConstruct } from 'constructs';

import { NAMES } from '../private/contract.generated';
import { ValidationError } from '../private/validation-error';
import { addWarnings } from './checks/provider-warnings';
import { LongRunningFunctionHandler, LongRunningHandler } from './long-running-handler';
import { LongRunningProvider } from './long-running-provider';
import { ILongRunningProvider } from './long-running-provider-attributes';
import { LongRunningOperationOptions } from './long-running-provider-props';
import { spareProblem } from './parts/executions';
import { importedProblem } from './parts/imported-provider';
import { operationSeconds, serviceTimeoutSeconds } from './parts/operation-times';

const LONG_RUNNING_CUSTOM_RESOURCE = Symbol.for('cdk-patient-lambda.LongRunningCustomResource');

/** Properties that belong to the protocol and not to the resource. */
const RESERVED_PROPERTIES: Readonly<Record<string, string>> = {
  ServiceToken: 'the construct sets it to the function',
  ServiceTimeout: 'set timeout instead',
};

/** What holds for all operations of a provider, whichever resource they are for. */
const PROVIDER_OPTIONS = [
  'pollInterval',
  'secrets',
  'resolveSecrets',
  'publicSecretKeys',
  'stackArns',
  'dependOnVpcEndpoints',
  'logRemovalPolicy',
] as const satisfies (keyof LongRunningOperationOptions)[];

/** CloudFormation: 60 characters in all. Checked here, so that the error names the property. */
const RESOURCE_TYPE = /^Custom::[A-Za-z0-9_@-]{1,52}$/;

/** Properties of a custom resource. */
export interface LongRunningCustomResourceProps extends LongRunningOperationOptions {
  /**
   * What works its operations off: `LongRunningHandler.fromCode`, `fromFunction`, or `fromProvider`. With the last only `timeout` of the options of
   * operations can be given: the provider has set the others.
   */
  readonly handler: LongRunningHandler;

  /**
   * What the handler sees as `req.properties`. CloudFormation makes every number and boolean a string. Tokens may be anywhere in it; of secrets only
   * references leave the template (`secret.secretValue.unsafeUnwrap()`), which the function resolves (`secrets`).
   *
   * @default - no properties
   */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly properties?: { [key: string]: any };

  /**
   * Type of the resource, which can't change: `Custom::` and up to 52 letters, digits, `_`, `@` or `-` (CloudFormation allows 60 characters in all).
   *
   * @default 'Custom::LongRunning'
   */
  readonly resourceType?: string;

  /**
   * What happens to the resource when it leaves the stack: with `RETAIN` the handler's `delete` is not called.
   *
   * @default RemovalPolicy.DESTROY
   */
  readonly removalPolicy?: RemovalPolicy;
}

/**
 * A custom resource whose create, update and delete may take as long as CloudFormation allows, over as many executions of its function as they need.
 * The stack always gets an answer: after a crash, an out-of-memory kill or a broken import too.
 *
 * @example
 * import { Duration } from 'aws-cdk-lib';
 * import * as lambda from 'aws-cdk-lib/aws-lambda';
 * import { LongRunningCustomResource, LongRunningHandler } from 'cdk-patient-lambda';
 *
 * const restored = new LongRunningCustomResource(this, 'Restored', {
 *   handler: LongRunningHandler.fromCode({
 *     runtime: lambda.Runtime.NODEJS_22_X,
 *     handler: 'restore.handler', // what customResource() of cdk-patient-lambda/handler returned
 *     code: lambda.Code.fromAsset('restore'),
 *   }),
 *   timeout: Duration.minutes(40),
 *   properties: { Snapshot: 'orders-2027-01-10' },
 * });
 * restored.getAttString('Endpoint'); // of the data that the handler answered with
 */
export class LongRunningCustomResource extends Construct implements iam.IGrantable, ec2.IConnectable {
  /**
   * Whether a construct is a `LongRunningCustomResource`.
   *
   * @param construct any construct
   */
  public static isLongRunningCustomResource(construct: IConstruct): construct is LongRunningCustomResource {
    return LONG_RUNNING_CUSTOM_RESOURCE in construct;
  }

  /** What serves this resource; others share it by `LongRunningHandler.fromProvider`. */
  public readonly provider: ILongRunningProvider;

  /** The principal of the function: what `grant...(resource)` gives permissions to. */
  public readonly grantPrincipal: iam.IPrincipal;

  private readonly resource: CustomResource;

  constructor(scope: Construct, id: string, props: LongRunningCustomResourceProps) {
    super(scope, id);
    Object.defineProperty(this, LONG_RUNNING_CUSTOM_RESOURCE, { value: true });
    const { handler, properties, resourceType, removalPolicy, ...options } = props;
    refuseReserved(this, properties ?? {});
    checkType(this, resourceType);
    const own = props.timeout && operationSeconds(this, props.timeout);
    this.provider = this.providerOf(handler, options);
    this.grantPrincipal = this.provider.grantPrincipal;
    const operation = own ?? this.provider.timeout.toSeconds();
    checkOperation(this, this.provider, operation);

    this.resource = new CustomResource(this, 'Resource', {
      serviceToken: this.provider.serviceToken,
      serviceTimeout: Duration.seconds(serviceTimeoutSeconds(operation)),
      resourceType: resourceType ?? NAMES.customResourceTypes.longRunning,
      properties,
      removalPolicy,
    });
    this.resource.node.addDependency(this.provider);
  }

  /** The network connections of the function, when it is in a VPC. */
  public get connections(): ec2.Connections {
    return this.provider.connections;
  }

  /** The physical id. */
  public get ref(): string {
    return this.resource.ref;
  }

  /**
   * An attribute of `data` in the handler's answer, to use in another resource.
   *
   * @param attributeName its key in `data`
   */
  public getAtt(attributeName: string): Reference {
    return this.resource.getAtt(attributeName);
  }

  /**
   * An attribute of `data` in the handler's answer, as text.
   *
   * @param attributeName its key in `data`
   */
  public getAttString(attributeName: string): string {
    return this.resource.getAttString(attributeName);
  }

  private providerOf(handler: LongRunningHandler, options: LongRunningOperationOptions): ILongRunningProvider {
    const { _provider: shared } = handler;
    if (!shared) {
      return new LongRunningProvider(this, NAMES.constructIds.provider, { ...options, handler: handler as LongRunningFunctionHandler });
    }
    const set = PROVIDER_OPTIONS.filter((name) => options[name] !== undefined);
    if (set.length > 0) {
      throw new ValidationError(this, `${set.join(', ')} can't be given together with a provider: set it on the provider '${shared.node.path}'`);
    }
    return shared;
  }
}

/** Refuses what the provider's function could not work off. */
function checkOperation(resource: Construct, provider: ILongRunningProvider, operation: number): void {
  if (LongRunningProvider.isLongRunningProvider(provider)) {
    provider._check(resource, operation);
    return;
  }
  const problem = importedProblem(resource, provider, operation);
  if (problem !== undefined) {
    throw new ValidationError(resource, problem);
  }
  addWarnings(resource, { noSpareExecution: spareProblem(provider, operation) });
}

function refuseReserved(scope: Construct, properties: { [key: string]: unknown }): void {
  for (const [name, remedy] of Object.entries(RESERVED_PROPERTIES)) {
    if (properties[name] !== undefined) {
      throw new ValidationError(scope, `properties may not contain ${name}: ${remedy}`);
    }
  }
}

function checkType(scope: Construct, resourceType: string | undefined): void {
  if (resourceType !== undefined && !RESOURCE_TYPE.test(resourceType)) {
    throw new ValidationError(scope, `resourceType must be 'Custom::' and 1 to 52 letters, digits, '_', '@' or '-', got '${resourceType}'`);
  }
}
