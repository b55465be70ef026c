import { CfnResource, Stack, Stage } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';

import { AppElements } from './app-elements';
import { mayBeIn } from './place';
import { referenceIn, referenceText, SEGMENT } from './reference-text';
import { ResourceType } from './resource-type';
import { templateProperty } from './template-properties';

/** A name or an ARN, whole or from the account on, of a function, a version or an alias. */
const NAMED = new RegExp(`^(?:arn:${SEGMENT}:lambda:(${SEGMENT}):(${SEGMENT}):function:|(?:(${SEGMENT}):)?function:)?(${SEGMENT})(?::${SEGMENT})?$`);

/**
 * Tells the resources of the app that name a function, one of its versions or one of its aliases as their target: in whatever stack, by a reference, by
 * what is written by hand, or by the name that the function is given.
 */
export class FunctionTargets {
  /** The elements of the app, for what else is named in it. */
  public readonly app: AppElements;
  /** To the function, its versions and its aliases. */
  private readonly references: Set<string>;
  /** Undefined when it is given none. */
  private readonly name?: string;

  constructor(public readonly fn: lambda.Function) {
    this.app = new AppElements(fn.node.root);
    const resource = fn.node.defaultChild as lambda.CfnFunction;
    this.references = new Set(['Ref', 'Arn'].map((attribute) => referenceIn(resource, attribute)));
    this.name = nameOf(resource, this.app);
    // Of the resources, for those of an alias or a version may be made without a construct of their own
    for (const alias of this.find(lambda.CfnAlias, 'FunctionName')) {
      ['Ref', 'AliasArn'].forEach((attribute) => this.references.add(referenceIn(alias, attribute)));
    }
    for (const version of this.find(lambda.CfnVersion, 'FunctionName')) {
      ['Ref', 'FunctionArn'].forEach((attribute) => this.references.add(referenceIn(version, attribute)));
    }
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
    const text = referenceText(value, resource, this.app);
    const [, region, account, partial, name] = NAMED.exec(text ?? '') ?? [];
    if (name === undefined) {
      return false;
    }
    return this.references.has(name) || (name === this.name && this.isHere({ region, account: account ?? partial }, resource));
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
    return isOfOwnStage || !this.ofType(lambda.CfnFunction).some((other) => Stage.of(other) === stage && nameOf(other, this.app) === this.name);
  }
}

function nameOf(fn: lambda.CfnFunction, app: AppElements): string | undefined {
  return referenceText(templateProperty(fn, 'FunctionName'), fn, app);
}
