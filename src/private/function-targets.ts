import { CfnResource, DefaultTokenResolver, IPostProcessor, IResolvable, IResolveContext, Reference, Stack, Tokenization } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { IConstruct } from 'constructs';

/** Parts of a text, side by side. */
const PAIRS = { join: (left: unknown, right: unknown): unknown => [left, right] };

/** The class of a resource, as `lambda.CfnPermission`. */
interface ResourceType<T extends CfnResource> {
  readonly CFN_RESOURCE_TYPE_NAME: string;
  readonly prototype: T;
}

/** Tells the resources that name a function, one of its versions or one of its aliases as their target. */
export class FunctionTargets {
  private readonly stack: Stack;
  private readonly all: IConstruct[];
  private readonly names: Set<string>;

  constructor(fn: lambda.Function) {
    this.stack = Stack.of(fn);
    this.all = this.stack.node.findAll();
    // Versions and aliases both name their function as `lambda`
    const qualified = this.all.filter((construct) => 'lambda' in construct && construct.lambda === fn) as unknown as lambda.IFunction[];
    this.names = new Set(
      [fn, ...qualified].flatMap(({ functionName, functionArn }) =>
        [functionName, functionArn].flatMap((value) => [this.inTemplate(value), this.byPath(value)]),
      ),
    );
  }

  /** The resources of a CloudFormation type that target the function by the given property. */
  public find<T extends CfnResource>(type: ResourceType<T>, targetOf: (resource: T) => string): T[] {
    const isOfType = (construct: IConstruct): construct is T =>
      CfnResource.isCfnResource(construct) && construct.cfnResourceType === type.CFN_RESOURCE_TYPE_NAME;
    return this.all.filter(isOfType).filter((resource) => {
      const target = targetOf(resource);
      // In the template of a nested stack the same text may mean another function
      return this.names.has(this.byPath(target)) || (Stack.of(resource) === this.stack && this.names.has(this.inTemplate(target)));
    });
  }

  private inTemplate(value: unknown): string {
    return JSON.stringify(this.stack.resolve(value));
  }

  private byPath(value: unknown): string {
    return JSON.stringify(Tokenization.resolve(value, { scope: this.stack, resolver: new PathResolver(PAIRS), preparing: false }));
  }
}

/** Writes references as paths in the tree, which are unique among all stacks. */
class PathResolver extends DefaultTokenResolver {
  public resolveToken(token: IResolvable, context: IResolveContext, postProcessor: IPostProcessor): unknown {
    return Reference.isReference(token) ? `${token.target.node.path}.${token.displayName}` : super.resolveToken(token, context, postProcessor);
  }
}
