import { CfnResource, Stack, Stage } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';

import { AppElements } from './app-elements';
import { mayBeIn } from './place';
import { referenceIn, referenceText, SEGMENT } from './reference-text';
import { ResourceType } from './resource-type';
import { templateProperty } from './template-properties';

/** A name or an ARN, whole or from the account on, of a function, a version or an alias. */
const NAMED = new RegExp(`^(?:arn:${SEGMENT}:lambda:(${SEGMENT}):(${SEGMENT}):function:|(?:(${SEGMENT}):)?function:)?(${SEGMENT})(?::${SEGMENT})?$`);

/** What a function goes by. */
interface Names {
  /** Undefined when it is given none. */
  readonly name?: string;
  /** To the function, its versions and its aliases. */
  readonly references: ReadonlySet<string>;
}

/**
 * Tells the resources of the app that name a function, one of its versions or one of its aliases as their target: in whatever stack, by a reference, by
 * what is written by hand, or by the name that the function is given.
 */
export class FunctionTargets {
  /** The elements of the app, for what else is named in it. */
  public readonly app: AppElements;
  private readonly resource: lambda.CfnFunction;
  private own?: Names;

  constructor(public readonly fn: lambda.Function) {
    this.app = new AppElements(fn.node.root);
    this.resource = fn.node.defaultChild as lambda.CfnFunction;
  }

  /**
   * The resources of a CloudFormation type that target the function.
   *
   * @param property by which they name their target, as in a template
   */
  public find<T extends CfnResource>(type: ResourceType<T>, property: string): T[] {
    return this.ofType(type).filter((resource) => this.isNamedBy(templateProperty(resource, property), resource));
  }

  /** The resources of a CloudFormation type, whatever they target. */
  public ofType<T extends CfnResource>(type: ResourceType<T>): T[] {
    return this.app.ofType(type);
  }

  /**
   * Whether a value is a name or an ARN of the function.
   *
   * @param value of a property of the resource
   */
  public isNamedBy(value: unknown, resource: CfnResource): boolean {
    if (this.isReferredBy(value, resource)) {
      return true;
    }
    const [, region, account, partial, name] = this.partsOf(value, resource);
    return name !== undefined && name === this.names.name && this.isHere({ region, account: account ?? partial }, resource);
  }

  /** Whether a value is that by a reference, which brings the function's stack before the resource's. */
  public isReferredBy(value: unknown, resource: CfnResource): boolean {
    const [, , , , name] = this.partsOf(value, resource);
    return name !== undefined && this.names.references.has(name);
  }

  private partsOf(value: unknown, resource: CfnResource): readonly (string | undefined)[] {
    return NAMED.exec(referenceText(value, resource, this.app) ?? '') ?? [];
  }

  /** Looked for when first needed: most apps have nothing of most types to compare with them. */
  private get names(): Names {
    if (!this.own) {
      const references = referencesTo(this.resource, ['Ref', 'Arn']);
      this.own = { name: nameOf(this.resource, this.app), references: new Set(references) };
      // By their resources, which may be made without constructs of their own
      const aliases = this.find(lambda.CfnAlias, 'FunctionName').flatMap((alias) => referencesTo(alias, ['Ref', 'AliasArn']));
      const versions = this.find(lambda.CfnVersion, 'FunctionName').flatMap((version) => referencesTo(version, ['Ref', 'FunctionArn']));
      this.own = { ...this.own, references: new Set([...references, ...aliases, ...versions]) };
    }
    return this.own;
  }

  /** Whether a name, which is unique in an account and Region, is this function's. */
  private isHere(place: { readonly region?: string; readonly account?: string }, resource: CfnResource): boolean {
    const { region, account } = Stack.of(resource);
    if (!mayBeIn(Stack.of(this.fn), { region: place.region ?? region, account: place.account ?? account })) {
      return false;
    }
    const stage = Stage.of(resource);
    const isOfOwnStage = stage === Stage.of(this.fn);
    // Stages of one app may have the same names, each for itself
    return isOfOwnStage || !this.ofType(lambda.CfnFunction).some((other) => Stage.of(other) === stage && nameOf(other, this.app) === this.names.name);
  }
}

function referencesTo(resource: CfnResource, attributes: readonly string[]): string[] {
  return attributes.map((attribute) => referenceIn(resource, attribute));
}

function nameOf(fn: lambda.CfnFunction, app: AppElements): string | undefined {
  return referenceText(templateProperty(fn, 'FunctionName'), fn, app);
}
