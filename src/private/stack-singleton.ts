import { Stack } from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';

/** The one construct with this id directly under the stack of `scope`; made on first use. */
export function stackSingleton<T extends Construct>(scope: IConstruct, id: string, make: (stack: Stack) => T): T {
  const stack = Stack.of(scope);
  return (stack.node.tryFindChild(id) as T | undefined) ?? make(stack);
}
