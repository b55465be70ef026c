import { CfnResource, DefaultTokenResolver, IPostProcessor, IResolvable, IResolveContext, Reference, Stack, Tokenization } from 'aws-cdk-lib';

/** What a resource has in its template, escape hatches included, with references as {@link referenceTo} writes them. */
export interface Rendered {
  readonly [property: string]: unknown;
}

/** One text, for properties are checked to be what they should: an intrinsic function in it as JSON. */
const TEXTS = {
  join: (left: unknown, right: unknown): unknown => [left, right].map((part) => (typeof part === 'string' ? part : JSON.stringify(part))).join(''),
};

/** A reference to a resource by its path in the tree, which is unique among all stacks, and `Ref` or an attribute's name. */
export function referenceTo({ node }: { readonly node: { readonly path: string } }, attribute: string): string {
  return `<${node.path}.${attribute}>`;
}

/** The properties of a resource in its template. */
export function renderedProperties(resource: CfnResource): Rendered {
  const template = (resource as unknown as { _toCloudFormation(): object })._toCloudFormation();
  const rendered = Tokenization.resolve(template, { scope: Stack.of(resource), resolver: new ReferencesAsPaths(TEXTS), preparing: false }) as {
    readonly Resources?: Readonly<Record<string, { readonly Properties?: Rendered }>>;
  };
  return Object.values(rendered.Resources ?? {})[0]?.Properties ?? {};
}

class ReferencesAsPaths extends DefaultTokenResolver {
  public resolveToken(token: IResolvable, context: IResolveContext, postProcessor: IPostProcessor): unknown {
    return Reference.isReference(token) ? referenceTo(token.target, token.displayName) : super.resolveToken(token, context, postProcessor);
  }
}
