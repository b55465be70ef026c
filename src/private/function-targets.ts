import { Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { IConstruct } from 'constructs';

/** Tells the resources that name a function, one of its versions or one of its aliases as their target. */
export class FunctionTargets {
  private readonly stack: Stack;
  private readonly all: IConstruct[];
  private readonly names: Set<string>;

  constructor(fn: lambda.Function) {
    this.stack = Stack.of(fn);
    this.all = this.stack.node.findAll();
    // Versions and aliases both name their function as `lambda`
    const qualified = this.all.filter((construct) => 'lambda' in construct && construct.lambda === fn) as unknown as lambda.IFunction[];
    this.names = new Set([fn, ...qualified].flatMap(({ functionName, functionArn }) => [this.text(functionName), this.text(functionArn)]));
  }

  /** The resources of a CloudFormation type that target the function by the given property. */
  public find<T extends IConstruct>(isResource: (construct: IConstruct) => construct is T, targetOf: (resource: T) => string): T[] {
    return this.all.filter(isResource).filter((resource) => this.names.has(this.text(targetOf(resource))));
  }

  private text(value: unknown): string {
    return JSON.stringify(this.stack.resolve(value));
  }
}
