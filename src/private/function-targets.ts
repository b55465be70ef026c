import {
  CfnResource,
  DefaultTokenResolver,
  Fn,
  IPostProcessor,
  IResolvable,
  IResolveContext,
  Reference,
  Stack,
  Stage,
  Token,
  Tokenization,
} from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { IConstruct } from 'constructs';

/** Parts of a text, side by side. */
const PAIRS = { join: (left: unknown, right: unknown): unknown => [left, right] };
/** Where an ARN of a function has its name. */
const NAME_IN_ARN = 6;
/** A part of an ARN that only the deployment knows. */
const UNKNOWN = '*';

/** The class of a resource, as `lambda.CfnPermission`. */
interface ResourceType<T extends CfnResource> {
  readonly CFN_RESOURCE_TYPE_NAME: string;
  readonly prototype: T;
}

/** Tells the resources that name a function, one of its versions or one of its aliases as their target, in whichever stack of the app they are. */
export class FunctionTargets {
  private readonly stack: Stack;
  private readonly all: IConstruct[];
  private readonly names: Set<string>;
  /** The function's name, when the app chose it. */
  private readonly literalName?: string;

  constructor(fn: lambda.Function) {
    this.stack = Stack.of(fn);
    this.all = (Stage.of(fn) ?? this.stack).node.findAll();
    // Versions and aliases both name their function as `lambda`
    const qualified = this.all.filter((construct) => 'lambda' in construct && construct.lambda === fn) as unknown as lambda.IFunction[];
    this.names = new Set(
      [fn, ...qualified].flatMap(({ functionName, functionArn }) =>
        // A function that is imported by its ARN is known by the name in it
        [functionName, functionArn, Fn.select(NAME_IN_ARN, Fn.split(':', functionArn))].flatMap((value) => [
          this.inTemplate(value),
          this.byPath(value),
        ]),
      ),
    );
    const name: unknown = this.stack.resolve((fn.node.defaultChild as lambda.CfnFunction).functionName);
    this.literalName = typeof name === 'string' ? name : undefined;
  }

  /** The resources of a CloudFormation type that target the function by the given property. */
  public find<T extends CfnResource>(type: ResourceType<T>, targetOf: (resource: T) => string | undefined): T[] {
    const isOfType = (construct: IConstruct): construct is T =>
      CfnResource.isCfnResource(construct) && construct.cfnResourceType === type.CFN_RESOURCE_TYPE_NAME;
    return this.all.filter(isOfType).filter((resource) => {
      const target = targetOf(resource);
      return target !== undefined && (this.isNamed(resource, target) || this.isWritten(resource, target));
    });
  }

  /** By reference to the construct. */
  private isNamed(resource: CfnResource, target: string): boolean {
    // In another template, of a nested stack too, the same text may mean another function
    return this.names.has(this.byPath(target)) || (Stack.of(resource) === this.stack && this.names.has(this.inTemplate(target)));
  }

  /** By a name or an ARN that is written out. */
  private isWritten(resource: CfnResource, target: string): boolean {
    const { account, region } = Stack.of(resource);
    const parts = written(Stack.of(resource).resolve(target)).split(':');
    const at = parts.indexOf('function');
    const [name] = parts.slice(at + 1);
    const [arnRegion, arnAccount] = parts.length > NAME_IN_ARN ? parts.slice(3, 5) : [UNKNOWN, parts[at - 1] ?? UNKNOWN];
    return (
      name === this.literalName &&
      isSame(this.stack.region, arnRegion === UNKNOWN ? region : arnRegion) &&
      isSame(this.stack.account, arnAccount === UNKNOWN ? account : arnAccount)
    );
  }

  private inTemplate(value: unknown): string {
    return JSON.stringify(this.stack.resolve(value));
  }

  private byPath(value: unknown): string {
    return JSON.stringify(Tokenization.resolve(value, { scope: this.stack, resolver: new PathResolver(PAIRS), preparing: false }));
  }
}

/** The text of a value as it is in a template. */
function written(value: unknown): string {
  if (typeof value === 'string') {
    return value;
  }
  const [delimiter, parts] = ((value as Record<string, unknown> | undefined)?.['Fn::Join'] ?? []) as [string?, unknown[]?];
  return parts ? parts.map(written).join(delimiter) : UNKNOWN;
}

/** Whether two environments may be one. */
function isSame(one: string, other: string): boolean {
  return one === other || Token.isUnresolved(one) || Token.isUnresolved(other);
}

/** Writes references as paths in the tree, which are unique among all stacks. */
class PathResolver extends DefaultTokenResolver {
  public resolveToken(token: IResolvable, context: IResolveContext, postProcessor: IPostProcessor): unknown {
    return Reference.isReference(token) ? `${token.target.node.path}.${token.displayName}` : super.resolveToken(token, context, postProcessor);
  }
}
