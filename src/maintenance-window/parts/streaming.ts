import { CfnResource, Stack, Token } from 'aws-cdk-lib';
import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { IConstruct } from 'constructs';

import { partsOf, propertiesByPath, Rendered } from '../../private/by-path';
import { STREAMING } from '../../private/contract.generated';

type Source = (typeof STREAMING.sources)[number];

/** What API Gateway calls of Lambda's, with the function between. */
const INTEGRATION = /:lambda:path\/[^/]+\/functions\/(.+)\/(response-streaming-)?invocations$/;
/** The name or the reference at the end of an ARN or alone, and a qualifier after it. */
const NAMED = /^(?:.*:function:)?(<[^>]+>|[^<>:]+)(?::(.+))?$/;
const { unqualified, version } = STREAMING.qualifiers;

/**
 * The value of the variable that tells by which qualifiers a function is invoked where its responses are streamed: function URLs and methods of REST
 * APIs anywhere in the app. Undefined when there are none. A second question about the same function is answered anew.
 */
export function streamingVariable(fn: lambda.Function): string | undefined {
  const { endpoints, qualified } = scanFor(fn);
  const targets = new Targets(fn, qualified);
  const found = new Map<Source, Set<string>>();
  for (const { source, target, qualifier } of endpoints) {
    const invoked = targets.qualifierOf(target, qualifier);
    if (invoked !== undefined) {
      found.set(source, new Set([...(found.get(source) ?? []), invoked]));
    }
  }
  if (found.size === 0) {
    return undefined;
  }
  const value = Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([source, qualifiers]) => [source, [...qualifiers].sort()]));
  const text = JSON.stringify(value);
  return Token.isUnresolved(text) ? Stack.of(fn).toJsonString(value) : text;
}

/** What streams the responses of a function. */
interface Endpoint {
  readonly source: Source;
  /** A function, an alias or a version, as rendered. */
  readonly target: unknown;
  readonly qualifier?: string;
}

/** An alias or a version. */
interface Qualified {
  readonly reference: string;
  readonly target: unknown;
  readonly qualifier: string;
}

/** What of an app matters to all its functions. To render it for each would take seconds in a large one. */
interface Scan {
  readonly endpoints: readonly Endpoint[];
  readonly qualified: readonly Qualified[];
  /** The functions that were answered by it. */
  readonly asked: Set<IConstruct>;
}

const SCANS = new WeakMap<IConstruct, Scan>();

/** Each phase of synth asks once for each function: who asks again has come to another one. */
function scanFor(fn: lambda.Function): Scan {
  const { root } = fn.node;
  let scan = SCANS.get(root);
  if (!scan || scan.asked.has(fn)) {
    const all = root.node.findAll().filter((construct) => CfnResource.isCfnResource(construct));
    scan = { endpoints: all.flatMap(endpointsOf), qualified: all.flatMap(qualifiedBy), asked: new Set() };
    SCANS.set(root, scan);
  }
  scan.asked.add(fn);
  return scan;
}

function endpointsOf(resource: CfnResource): Endpoint[] {
  switch (resource.cfnResourceType) {
    case lambda.CfnUrl.CFN_RESOURCE_TYPE_NAME: {
      const { InvokeMode: mode, TargetFunctionArn: target, Qualifier: rendered } = propertiesByPath(resource);
      const qualifier = literalOr(rendered, (resource as lambda.CfnUrl).qualifier);
      return mode === lambda.InvokeMode.RESPONSE_STREAM ? [{ source: 'function-url', target, qualifier }] : [];
    }
    case apigateway.CfnMethod.CFN_RESOURCE_TYPE_NAME: {
      const { Uri: uri, ResponseTransferMode: mode } = (propertiesByPath(resource).Integration ?? {}) as Rendered;
      const [, target, streams] = INTEGRATION.exec(textOf(uri)) ?? [];
      return streams !== undefined || mode === apigateway.ResponseTransferMode.STREAM ? [{ source: 'api-gateway-rest', target }] : [];
    }
  }
  return [];
}

function qualifiedBy(resource: CfnResource): Qualified[] {
  const isAlias = resource.cfnResourceType === lambda.CfnAlias.CFN_RESOURCE_TYPE_NAME;
  if (!isAlias && resource.cfnResourceType !== lambda.CfnVersion.CFN_RESOURCE_TYPE_NAME) {
    return [];
  }
  const { FunctionName: target, Name: name } = propertiesByPath(resource);
  const qualifier = isAlias ? literalOr(name, (resource as lambda.CfnAlias).name) : version;
  return qualifier === undefined ? [] : [{ reference: referenceTo(resource, 'Ref'), target, qualifier }];
}

/** Tells a function, its aliases and its versions by what names them: a reference, the literal name, or an ARN with either. */
class Targets {
  /** By what is named, the qualifier that is invoked. */
  private readonly qualifiers = new Map<string, string>();

  constructor(fn: lambda.Function, qualified: readonly Qualified[]) {
    const resource = fn.node.defaultChild as lambda.CfnFunction;
    const { FunctionName: name } = propertiesByPath(resource);
    for (const named of [referenceTo(resource, 'Ref'), referenceTo(resource, 'Arn'), ...(typeof name === 'string' ? [name] : [])]) {
      this.qualifiers.set(named, unqualified);
    }
    for (const { reference, target, qualifier } of qualified) {
      if (this.qualifierOf(target) === unqualified) {
        this.qualifiers.set(reference, qualifier);
      }
    }
  }

  /**
   * Undefined when it is another function that is named.
   *
   * @param target a function, an alias or a version, rendered
   * @param qualifier a property beside it
   */
  public qualifierOf(target: unknown, qualifier?: string): string | undefined {
    const [, named = '', own = qualifier] = NAMED.exec(textOf(target)) ?? [];
    const found = this.qualifiers.get(named);
    return found === unqualified && own !== undefined ? spelled(own) : found;
  }
}

/** A property as one text, also where CloudFormation is to put it together: a reference in it has brackets, so that it is told from a name. */
function textOf(rendered: unknown): string {
  const { Ref: reference } = (rendered ?? {}) as { readonly Ref?: unknown };
  return partsOf(rendered)?.map(textOf).join('') ?? (typeof reference === 'string' ? `<${reference}>` : String(rendered));
}

function referenceTo(resource: CfnResource, attribute: string): string {
  return textOf({ Ref: `${resource.node.path}.${attribute}` });
}

function spelled(qualifier: string): string {
  return /^[0-9]+$/.test(qualifier) ? version : qualifier;
}

/** A text of the template; a name that only the deployment knows stays the token that it was. */
function literalOr(rendered: unknown, token: string | undefined): string | undefined {
  return typeof rendered === 'string' ? rendered : token;
}
