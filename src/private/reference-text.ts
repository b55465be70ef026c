import { CfnElement, Stack, Token } from 'aws-cdk-lib';

import { AppElements } from './app-elements';
import { byPath } from './by-path';

/** Where an ARN of a function has its name: what is selected there from a reference is what the reference names. */
const NAME_IN_ARN = 6;

/** A pseudo parameter, of a template or of a certain stack. */
const PSEUDO = /(?:^|\.)(AWS::\w+)$/;
/** A reference alone. */
const WHOLE = /^<[^<>]*>$/;

/** What a reference of {@link referenceText} looks like, or a text without a colon, as part of a pattern. */
export const SEGMENT = '(?:<[^<>]*>|[^:<>])+';

/** A reference in what {@link referenceText} gives. */
export function referenceIn({ node }: CfnElement, attribute: string): string {
  return `<${node.path}.${attribute}>`;
}

/**
 * A value of a template as one text: the same one for whatever says the same, by a reference of the CDK's, by intrinsic functions that were written by hand
 * or by an export. A reference in it is `<path.attribute>`, a pseudo parameter whose value synth does not know `<AWS::...>`.
 *
 * @param scope whose template the value is in
 * @returns undefined when only the deployment will know it
 */
export function referenceText(value: unknown, scope: CfnElement, app: AppElements): string | undefined {
  return textOf(byPath(value, scope), scope, app);
}

interface Intrinsics {
  readonly 'Ref'?: unknown;
  readonly 'Fn::GetAtt'?: unknown;
  readonly 'Fn::Join'?: readonly [separator: unknown, parts: unknown];
  readonly 'Fn::Sub'?: unknown;
  readonly 'Fn::Select'?: readonly [index: unknown, list: unknown];
  readonly 'Fn::Split'?: readonly [separator: unknown, text: unknown];
  readonly 'Fn::ImportValue'?: unknown;
}

function textOf(value: unknown, scope: CfnElement, app: AppElements): string | undefined {
  if (typeof value === 'string' || typeof value === 'number') {
    return String(value);
  }
  const { Ref: name, ...functions } = (value ?? {}) as Intrinsics;
  if (typeof name === 'string') {
    return /[.:]/.test(name) ? referred(name, scope, app) : written(name, 'Ref', scope, app);
  }
  if (functions['Fn::GetAtt'] !== undefined) {
    const [logicalId, ...attribute] = [functions['Fn::GetAtt']].flat().map(String).join('.').split('.');
    return written(logicalId, attribute.join('.'), scope, app);
  }
  if (functions['Fn::Join']) {
    const [separator, parts] = functions['Fn::Join'];
    const texts = Array.isArray(parts) ? parts.map((part) => textOf(part, scope, app)) : [undefined];
    return texts.includes(undefined) ? undefined : texts.join(String(separator));
  }
  if (functions['Fn::Sub'] !== undefined) {
    return substituted(functions['Fn::Sub'], scope, app);
  }
  if (functions['Fn::Select']) {
    return selected(functions['Fn::Select'], scope, app);
  }
  if (functions['Fn::ImportValue'] !== undefined) {
    const exported = app.exportedAs(textOf(functions['Fn::ImportValue'], scope, app) ?? '');
    return exported && referenceText(exported.value, exported.scope, app);
  }
  return undefined;
}

/** @param name of a pseudo parameter, or the path of an element and an attribute */
function referred(name: string, scope: CfnElement, app: AppElements): string | undefined {
  const [, pseudo] = PSEUDO.exec(name) ?? [];
  if (pseudo !== undefined) {
    return pseudoText(pseudo, Stack.of(scope));
  }
  const passed = name.endsWith('.Ref') ? app.passedFor(name.slice(0, -'.Ref'.length)) : undefined;
  return passed?.value === undefined ? `<${name}>` : textOf(passed.value, passed.scope, app);
}

function pseudoText(name: string, { region, account, stackName }: Stack): string {
  const known = new Map([
    ['AWS::Region', region],
    ['AWS::AccountId', account],
    ['AWS::StackName', stackName],
  ]).get(name);
  return known === undefined || Token.isUnresolved(known) ? `<${name}>` : known;
}

/** @param logicalId as somebody wrote it into the template of the scope's stack */
function written(logicalId: string, attribute: string, scope: CfnElement, app: AppElements): string | undefined {
  const element = app.withLogicalId(logicalId, Stack.of(scope));
  return element && referred(`${element.node.path}.${attribute}`, scope, app);
}

/** @param argument a text, or a text and values by their names in it */
function substituted(argument: unknown, scope: CfnElement, app: AppElements): string | undefined {
  const [template, values = {}] = (Array.isArray(argument) ? argument : [argument]) as [unknown, Readonly<Record<string, unknown>>?];
  const text = textOf(template, scope, app);
  let known = text !== undefined;
  const result = text?.replace(/\$\{([^}]*)\}/g, (_, name: string) => {
    if (name.startsWith('!')) {
      return `\${${name.slice(1)}}`;
    }
    const value = name in values ? values[name] : name.includes('.') ? { 'Fn::GetAtt': name } : { Ref: name };
    const part = textOf(value, scope, app);
    known &&= part !== undefined;
    return part ?? '';
  });
  return known ? result : undefined;
}

function selected([index, list]: readonly [unknown, unknown], scope: CfnElement, app: AppElements): string | undefined {
  if (Array.isArray(list)) {
    return textOf(list[Number(index)], scope, app);
  }
  const [separator, whole] = ((list ?? {}) as Intrinsics)['Fn::Split'] ?? [];
  const text = textOf(whole, scope, app);
  if (text === undefined || separator !== ':') {
    return undefined;
  }
  if (WHOLE.test(text)) {
    return Number(index) === NAME_IN_ARN ? text : undefined;
  }
  // A colon within a reference is none of the text's
  return text.match(/(?:<[^<>]*>|[^:<>])+|(?<=:)(?=:)/g)?.[Number(index)];
}
