import * as lambda from 'aws-cdk-lib/aws-lambda';

import { LongRunningCodeOptions } from './long-running-code-options';
import { ILongRunningProvider } from './long-running-provider-attributes';

/** Where a function comes from: made of code, or made elsewhere. */
type Source = { readonly kind: 'CODE'; readonly options: LongRunningCodeOptions } | { readonly kind: 'FUNCTION'; readonly fn: lambda.IFunction };

/**
 * What works the operations of a custom resource off: a function, or a provider that serves other resources too.
 *
 * @example
 * import * as lambda from 'aws-cdk-lib/aws-lambda';
 * import { LongRunningCustomResource, LongRunningHandler } from 'cdk-patient-lambda';
 *
 * declare const fn: lambda.Function;
 * new LongRunningCustomResource(this, 'Restored', { handler: LongRunningHandler.fromFunction(fn) });
 */
export abstract class LongRunningHandler {
  /**
   * A function that the construct makes.
   *
   * @param options code, runtime and handler, and whatever else the function has
   */
  public static fromCode(options: LongRunningCodeOptions): LongRunningFunctionHandler {
    return LongRunningFunctionHandler._from({ kind: 'CODE', options });
  }

  /**
   * A function made elsewhere in this app (`lambda.Function`, `NodejsFunction`, `MaintenanceWindowFunction`, ...), or an alias of one. CloudFormation
   * invokes the function or alias given. Its timeout is the length of one execution: 15 seconds to 15 minutes.
   *
   * The construct sets environment variables, grants its role what it needs and sets how it is invoked asynchronously (no retries, events up to five
   * minutes old, failures to the responder). Versions, whose ARN changes with the code, and imported functions are errors.
   *
   * @param fn the function or alias
   */
  public static fromFunction(fn: lambda.IFunction): LongRunningFunctionHandler {
    return LongRunningFunctionHandler._from({ kind: 'FUNCTION', fn });
  }

  /**
   * The function of a provider, which serves any number of resources.
   *
   * @param provider of this app, or imported by `LongRunningProvider.fromLongRunningProviderAttributes`
   */
  public static fromProvider(provider: ILongRunningProvider): LongRunningHandler {
    return new ProviderHandler(provider);
  }

  // Private, so that nothing else has the shape of this class
  private readonly shared?: ILongRunningProvider;

  protected constructor(shared?: ILongRunningProvider) {
    this.shared = shared;
  }

  /**
   * The provider of `fromProvider`.
   *
   * @internal
   */
  public get _provider(): ILongRunningProvider | undefined {
    return this.shared;
  }
}

class ProviderHandler extends LongRunningHandler {
  constructor(provider: ILongRunningProvider) {
    super(provider);
  }
}

/** A function for custom resources: what `LongRunningHandler.fromCode` and `LongRunningHandler.fromFunction` return, and what a provider takes. */
export class LongRunningFunctionHandler extends LongRunningHandler {
  /** @internal */
  public static _from(source: Source): LongRunningFunctionHandler {
    return new LongRunningFunctionHandler(source);
  }

  // Private, so that what `fromProvider` returns does not have the shape of this class
  private readonly source: Source;

  private constructor(source: Source) {
    super();
    this.source = source;
  }

  /** @internal */
  public get _source(): Source {
    return this.source;
  }
}
