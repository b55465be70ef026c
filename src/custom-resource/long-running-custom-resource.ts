import { CustomResource, Duration, Reference, RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

import { NAMES } from '../private/contract.generated';
import { ValidationError } from '../private/validation-error';
import { formOf } from './form';
import { LongRunningProvider } from './long-running-provider';
import { LongRunningProviderProps } from './long-running-provider-props';
import { operationSeconds, serviceTimeoutSeconds } from './parts/operation-times';

/** Properties that belong to the protocol and not to the resource. */
const RESERVED_PROPERTIES: Readonly<Record<string, string>> = {
  ServiceToken: 'the construct sets it to the function',
  ServiceTimeout: 'set timeout instead',
};

/** CloudFormation: 60 characters in all. Checked here, so that the error names the property. */
const RESOURCE_TYPE = /^Custom::[A-Za-z0-9_@-]{1,52}$/;

/** Properties of a custom resource: exactly one of `runtime`, `code` and `handler`, or `function`, or `provider`. */
export interface LongRunningCustomResourceProps extends LongRunningProviderProps {
  /**
   * A provider whose function serves other resources too. Options of the function are set there.
   *
   * @default - a provider of its own
   */
  readonly provider?: LongRunningProvider;

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
 * import { LongRunningCustomResource } from 'cdk-patient-lambda';
 *
 * const restored = new LongRunningCustomResource(this, 'Restored', {
 *   runtime: lambda.Runtime.NODEJS_22_X,
 *   handler: 'restore.handler', // what customResource() of cdk-patient-lambda/handler returned
 *   code: lambda.Code.fromAsset('restore'),
 *   timeout: Duration.minutes(40),
 *   properties: { Snapshot: 'orders-2027-01-10' },
 * });
 * restored.getAttString('Endpoint'); // of the data that the handler answered with
 */
export class LongRunningCustomResource extends Construct implements iam.IGrantable {
  /** What serves this resource; pass it to others as `provider`. */
  public readonly provider: LongRunningProvider;

  /** The principal of the function: what `grant...(resource)` gives permissions to. */
  public readonly grantPrincipal: iam.IPrincipal;

  private readonly resource: CustomResource;

  constructor(scope: Construct, id: string, props: LongRunningCustomResourceProps = {}) {
    super(scope, id);
    const form = formOf(this, props, true);
    const { provider, properties, resourceType, removalPolicy, ...options } = props;
    refuseReserved(this, properties ?? {});
    checkType(this, resourceType);
    const own = props.timeout && operationSeconds(this, props.timeout);
    this.provider = form === 'PROVIDER' ? provider! : new LongRunningProvider(this, NAMES.constructIds.provider, options);
    this.grantPrincipal = this.provider.grantPrincipal;
    const operation = own ?? this.provider.timeout.toSeconds();
    this.provider._check(this, operation);

    this.resource = new CustomResource(this, 'Resource', {
      serviceToken: this.provider.serviceToken,
      serviceTimeout: Duration.seconds(serviceTimeoutSeconds(operation)),
      resourceType: resourceType ?? NAMES.customResourceTypes.longRunning,
      properties,
      removalPolicy,
    });
    this.resource.node.addDependency(this.provider);
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
