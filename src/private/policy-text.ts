import { CfnElement, DefaultTokenResolver, IPostProcessor, IResolvable, IResolveContext, Reference, Stack, Tokenization } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { IConstruct } from 'constructs';

/** Texts; an intrinsic function in one as JSON. */
const TEXTS = {
  join: (left: unknown, right: unknown): unknown =>
    [left, right].map((part) => (typeof part === 'string' ? part : placeholder(JSON.stringify(part)))).join(''),
};

/** Statements as a policy that one can paste, with references as {@link asSub} writes them. */
export function policyText(statements: readonly iam.PolicyStatement[], scope: IConstruct): string {
  const rendered = statements.map((statement) => asSub(statement.toStatementJson(), scope));
  return JSON.stringify({ Version: '2012-10-17', Statement: rendered }, undefined, 2);
}

/** A role by its path and its ARN. */
export function roleText({ node, roleArn }: iam.IRole, scope: IConstruct): string {
  const arn = asSub(roleArn, scope);
  return `'${node.path}' (${typeof arn === 'string' ? arn : JSON.stringify(arn)})`;
}

/**
 * References in the form of `Fn::Sub`: `${AWS::Region}`, `${LogicalId}`, `${LogicalId.Arn}`. Before the logical id of a resource in another stack than
 * the scope's is that stack's name and a dot. An intrinsic function that is a value by itself stays one.
 */
function asSub(value: unknown, scope: IConstruct): unknown {
  return Tokenization.resolve(value, { scope, resolver: new SubResolver(TEXTS), preparing: false });
}

class SubResolver extends DefaultTokenResolver {
  public resolveToken(token: IResolvable, context: IResolveContext, postProcessor: IPostProcessor): unknown {
    if (Reference.isReference(token)) {
      return placeholder(nameOf(token, Stack.of(context.scope)));
    }
    const resolved: unknown = super.resolveToken(token, context, postProcessor);
    const { Ref: pseudo } = (resolved ?? {}) as { readonly Ref?: string };
    return pseudo === undefined ? resolved : placeholder(pseudo);
  }
}

function nameOf({ target, displayName: attribute }: Reference, from: Stack): string {
  if (attribute.startsWith('AWS::') || !CfnElement.isCfnElement(target)) {
    return attribute;
  }
  const stack = Stack.of(target);
  const id = stack.resolve(target.logicalId) as string;
  return [...(stack === from ? [] : [stack.stackName]), id, ...(attribute === 'Ref' ? [] : [attribute])].join('.');
}

function placeholder(name: string): string {
  return `\${${name}}`;
}
