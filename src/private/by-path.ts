import { DefaultTokenResolver, IPostProcessor, IResolvable, IResolveContext, Reference, Tokenization } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';

/** Parts of a text, side by side. */
const PAIRS = { join: (left: unknown, right: unknown): unknown => [left, right] };

/** A reference to a resource or a parameter, by its path in the tree, which is unique among all stacks. */
interface PathReference {
  readonly $path: string;
}

/**
 * A value with its references as paths. Unlike resolving for a template it asks no resource for its logical id, which of a version is made from all that
 * its function is. A text of several parts is nested lists of them. What is resolved already stays as it is.
 */
export function byPath(value: unknown, scope: IConstruct): unknown {
  return Tokenization.resolve(value, { scope, resolver: new PathResolver(PAIRS), preparing: false });
}

/** What {@link byPath} gives as one text, undefined when an intrinsic function is in it but that of a pseudo parameter. */
export function textOf(value: unknown): string | undefined {
  if (Array.isArray(value)) {
    const parts = value.map(textOf);
    return parts.includes(undefined) ? undefined : parts.join('');
  }
  if (typeof value === 'object' && value !== null) {
    const { $path, Ref: name } = value as Partial<PathReference & Record<'Ref', string>>;
    return $path ?? (name?.startsWith('AWS::') ? name : undefined);
  }
  return typeof value === 'string' ? value : undefined;
}

class PathResolver extends DefaultTokenResolver {
  public resolveToken(token: IResolvable, context: IResolveContext, postProcessor: IPostProcessor): unknown {
    return Reference.isReference(token)
      ? { $path: `${token.target.node.path}.${token.displayName}` }
      : super.resolveToken(token, context, postProcessor);
  }
}
