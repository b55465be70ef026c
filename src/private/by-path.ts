import { DefaultTokenResolver, IPostProcessor, IResolvable, IResolveContext, Reference, Stack, Tokenization } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';

/** Texts that only the deployment puts together, in CloudFormation's form. */
interface Join {
  readonly 'Fn::Join': readonly [separator: string, parts: readonly unknown[]];
}

/**
 * A value with its references as paths. Unlike resolving for a template it asks no resource for its logical id, which of a version is made from all that
 * its function is. A text of several parts is one `Fn::Join` of them. What is resolved already stays as it is.
 */
export function byPath(value: unknown, scope: IConstruct): unknown {
  return Tokenization.resolve(value, { scope, resolver: new PathResolver({ join: (...parts) => joined(parts) }), preparing: false });
}

/** The parts of a text, undefined when it is not one of several. */
export function partsOf(value: unknown): readonly unknown[] | undefined {
  const [separator, parts] = ((value ?? {}) as Partial<Join>)['Fn::Join'] ?? [];
  return parts?.flatMap((part, index) => (index > 0 && separator !== '' ? [separator, part] : [part]));
}

/** What {@link byPath} gives as one text, undefined when an intrinsic function is in it but those of references, pseudo parameters and joins. */
export function textOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) {
    return typeof value === 'string' ? value : undefined;
  }
  const parts = partsOf(value)?.map(textOf);
  if (parts) {
    return parts.includes(undefined) ? undefined : parts.join('');
  }
  const { Ref: name } = value as { readonly Ref?: string };
  // What was written by hand refers to a logical id, which has neither
  return name !== undefined && /[.:]/.test(name) ? name : undefined;
}

/** Parts as one text, those of texts in it among them. */
function joined(parts: readonly unknown[]): unknown {
  const flat = parts.flatMap((part) => partsOf(part) ?? [part]).filter((part) => part !== '');
  return flat.length === 1 ? flat[0] : { 'Fn::Join': ['', flat] };
}

/**
 * Whether a property in the template, with references as paths, says what it should: by the same references, or by the logical ids that
 * somebody wrote by hand.
 *
 * @param expected of a construct in the same stack
 */
export function isRendered(rendered: unknown, expected: unknown, scope: IConstruct): boolean {
  const text = JSON.stringify(rendered);
  return text === JSON.stringify(byPath(expected, scope)) || text === JSON.stringify(Stack.of(scope).resolve(expected));
}

/**
 * What a text of JSON says, whose parts {@link byPath} gave: references stay what they are, whether they are a whole text in it or a part of one.
 *
 * @returns undefined when it is not JSON that can be read at synth
 */
export function jsonByPath(value: unknown): unknown {
  const references: unknown[] = [];
  const text = withPlaceholders(value, references);
  if (text === undefined) {
    return undefined;
  }
  try {
    return JSON.parse(text, (_, member: unknown) => (typeof member === 'string' ? withReferences(member, references) : member)) as unknown;
  } catch {
    return undefined;
  }
}

/** Holds the place of a reference in a text; no JSON has such a character unescaped. */
const PLACEHOLDER = /\uE000(\d+)\uE001/;

function withPlaceholders(value: unknown, references: unknown[]): string | undefined {
  if (typeof value !== 'object') {
    return value as string | undefined;
  }
  const parts = partsOf(value)?.map((part) => withPlaceholders(part, references));
  return parts ? parts.join('') : `\uE000${references.push(value) - 1}\uE001`;
}

function withReferences(text: string, references: readonly unknown[]): unknown {
  const parts = text.split(PLACEHOLDER);
  return parts.length === 1 ? text : joined(parts.map((part, index) => (index % 2 === 1 ? references[Number(part)] : part)));
}

class PathResolver extends DefaultTokenResolver {
  public resolveToken(token: IResolvable, context: IResolveContext, postProcessor: IPostProcessor): unknown {
    // In the form of an intrinsic function, which stays one where properties are checked or written as JSON
    return Reference.isReference(token)
      ? { Ref: `${token.target.node.path}.${token.displayName}` }
      : super.resolveToken(token, context, postProcessor);
  }
}
