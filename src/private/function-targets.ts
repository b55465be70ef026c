import { CfnResource, Fn, Stack, Token } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { IConstruct } from 'constructs';

import { byPath, partsOf, textOf } from './by-path';
import { isResourceOf, ResourceType } from './resource-type';

/** Of an alias or a version, after a function's name or ARN. */
const QUALIFIER = /^:[\w$-]+$/;

/** Where an ARN of a function has its name. */
const NAME_IN_ARN = 6;

/** Tells the resources of the app that name a function, one of its versions or one of its aliases as their target. */
export class FunctionTargets {
  private readonly stack: Stack;
  private readonly all: IConstruct[];
  /** By paths in the tree. */
  private readonly references: Set<string>;
  private readonly aliases: lambda.IFunction[];

  constructor(private readonly fn: lambda.Function) {
    this.stack = Stack.of(fn);
    this.all = fn.node.root.node.findAll();
    // Versions and aliases both name their function as `lambda`
    const qualified = this.all.filter((construct) => 'lambda' in construct && construct.lambda === fn) as unknown as lambda.IFunction[];
    this.aliases = qualified.filter((construct) => 'aliasName' in construct);
    this.references = new Set([fn, ...qualified].flatMap(namesOf).map((name) => JSON.stringify(withoutQualifier(byPath(name, this.stack)))));
  }

  /** The resources of a CloudFormation type that target the function by the given property. */
  public find<T extends CfnResource>(type: ResourceType<T>, targetOf: (resource: T) => string): T[] {
    return this.ofType(type).filter((resource) => this.isNamedBy(targetOf(resource), resource));
  }

  /** The resources of a CloudFormation type, whatever they target. */
  public ofType<T extends CfnResource>(type: ResourceType<T>): T[] {
    return this.all.filter((construct) => isResourceOf(construct, type));
  }

  /**
   * Whether a value is a name or an ARN of the function.
   *
   * @param value of a property of the resource
   */
  public isNamedBy(value: unknown, resource: CfnResource): boolean {
    const target = byPath(value, resource);
    if (target === undefined) {
      return false;
    }
    if (this.references.has(JSON.stringify(withoutQualifier(target)))) {
      return true;
    }
    const text = textOf(target);
    return text === undefined ? this.isWritten(target, resource) : this.isLiterally(text, resource);
  }

  /** As an intrinsic function that was written by hand. In the template of a nested stack the same text may mean another function. */
  private isWritten(target: unknown, resource: CfnResource): boolean {
    // Not by a version's: its logical id is made from all that the function is, which may be asking just now
    const written = () => [this.fn, ...this.aliases].flatMap(namesOf).map((name) => JSON.stringify(this.stack.resolve(name)));
    return Stack.of(resource) === this.stack && written().includes(JSON.stringify(target));
  }

  /** By the name that the function is given, or an ARN with it. */
  private isLiterally(text: string, resource: CfnResource): boolean {
    const { functionName } = this.fn.node.defaultChild as lambda.CfnFunction;
    const name: unknown = this.stack.resolve(functionName);
    const [, arn, found] = /^(?:(.*:)?function:)?([\w-]+)(?::[\w$-]+)?$/.exec(text) ?? [];
    if (typeof name !== 'string' || found !== name) {
      return false;
    }
    const { region: own, account: ownAccount } = Stack.of(resource);
    const [, region, account] = /^arn:[\w-]+:lambda:([\w-]+):(\d+):$/.exec(arn ?? '') ?? [undefined, own, ownAccount];
    return isSame(region, this.stack.region) && isSame(account, this.stack.account);
  }
}

function namesOf({ functionName, functionArn }: lambda.IFunction): string[] {
  // A function that another stack imports by its ARN goes by the name in it
  return [functionName, functionArn, Fn.select(NAME_IN_ARN, Fn.split(':', functionArn))];
}

/** A name or an ARN with an alias or a version after it, that of the function itself; what is one reference stays. */
function withoutQualifier(target: unknown): unknown {
  const [name, qualifier] = partsOf(target) ?? [];
  return typeof qualifier === 'string' && QUALIFIER.test(qualifier) ? name : target;
}

/** Whether two values of an environment may be the same. */
function isSame(one: string, other: string): boolean {
  return one === other || Token.isUnresolved(one) || Token.isUnresolved(other);
}
