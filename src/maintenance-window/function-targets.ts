import { Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { IConstruct } from 'constructs';

/** Tells the resources that name a function, one of its versions or one of its aliases as their target. */
export class FunctionTargets {
  private readonly stack: Stack;
  private readonly all: IConstruct[];
  private readonly names: Set<string>;

  constructor(private readonly fn: lambda.Function) {
    this.stack = Stack.of(fn);
    this.all = this.stack.node.findAll();
    const qualified = this.all.filter((construct) => this.isQualified(construct)) as unknown as lambda.IFunction[];
    this.names = new Set([fn, ...qualified].flatMap(({ functionName, functionArn }) => [this.text(functionName), this.text(functionArn)]));
  }

  /** The resources of a CloudFormation type that target the function by the given property. */
  public find<T extends IConstruct>(isResource: (construct: IConstruct) => construct is T, targetOf: (resource: T) => string): T[] {
    return this.all.filter(isResource).filter((resource) => this.names.has(this.text(targetOf(resource))) || this.isBelow(resource));
  }

  private isBelow(construct: IConstruct): boolean {
    return construct.node.scopes.some((scope) => scope === this.fn || this.isQualified(scope));
  }

  /** Versions and aliases both name their function as `lambda`. */
  private isQualified(construct: IConstruct): boolean {
    return 'lambda' in construct && construct.lambda === this.fn;
  }

  private text(value: unknown): string {
    return JSON.stringify(this.stack.resolve(value));
  }
}
