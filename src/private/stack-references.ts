import { CfnResource, DefaultTokenResolver, IResolvable, IResolveContext, Reference, Stack, Tokenization } from 'aws-cdk-lib';

/** The stack that is deployed by itself: the outermost one around a nested stack. */
export function deployedStack(stack: Stack): Stack {
  return stack.nestedStackParent ? deployedStack(stack.nestedStackParent) : stack;
}

/**
 * Whether a stack needs another one to be deployed before it: by references in its templates, or because the app says so, over others as well.
 *
 * @param resources all of the app
 * @param from a stack that is not nested, as `to`
 */
export function dependsOn(from: Stack, to: Stack, resources: readonly CfnResource[]): boolean {
  const seen = new Set<Stack>([from]);
  for (const stack of seen) {
    // What is added while a set is gone through is gone through as well
    [...stack.dependencies, ...referredStacks(stack, resources)].forEach((other) => seen.add(deployedStack(other)));
  }
  return seen.has(to);
}

function referredStacks(stack: Stack, resources: readonly CfnResource[]): Stack[] {
  const collector = new StackCollector();
  for (const resource of resources.filter((one) => deployedStack(Stack.of(one)) === stack)) {
    const { cfnProperties, rawOverrides } = resource as unknown as { readonly cfnProperties?: unknown; readonly rawOverrides?: unknown };
    // Not the whole resource, whose logical id may be made from what others are
    Tokenization.resolve([cfnProperties, rawOverrides], { scope: resource, resolver: collector, preparing: false });
  }
  return [...collector.stacks];
}

class StackCollector extends DefaultTokenResolver {
  public readonly stacks = new Set<Stack>();

  constructor() {
    super({ join: () => '' });
  }

  public resolveToken(token: IResolvable, context: IResolveContext, postProcessor: Parameters<DefaultTokenResolver['resolveToken']>[2]): unknown {
    if (Reference.isReference(token)) {
      this.stacks.add(Stack.of(token.target));
      return { Ref: token.displayName };
    }
    return super.resolveToken(token, context, postProcessor);
  }
}
