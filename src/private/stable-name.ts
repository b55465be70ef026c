import { createHash } from 'node:crypto';

import { Lazy, ScopedAws, Stack } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';

/** Keeps keys and parameter names readable; what is cut off still counts in the hash. */
const MOST_READABLE = 100;
const HASH_CHARACTERS = 8;

/**
 * `<top-level stack's name>/<name>`, unique in an account and Region: letters, digits, `-` and one `/`.
 *
 * The name comes from the path below the stack and not from the app's root, as `Names.uniqueId` would take it: rows and parameters live longer than
 * a deployment, so that putting a stack into a stage must not orphan them.
 */
export function stableName(construct: IConstruct): string {
  return `${topLevelStack(construct).stackName}/${stablePath(construct)}`;
}

/** What of the name is the construct's own: unique in its top-level stack, letters and digits. */
export function stablePath(construct: IConstruct): string {
  const stack = topLevelStack(construct);
  const ids = construct.node.scopes.slice(construct.node.scopes.indexOf(stack) + 1).map(({ node }) => node.id);
  const readable = ids
    .join('')
    .replace(/[^A-Za-z0-9]/g, '')
    .slice(0, MOST_READABLE);
  const hash = createHash('sha256').update(ids.join('/')).digest('hex').slice(0, HASH_CHARACTERS);
  return `${readable}${hash}`;
}

/**
 * The name under which the construct's top-level stack is deployed: two deployments of one template differ in it. Other stacks, which name in their
 * templates what they import anyway, have it in letters.
 */
export function deployedStackName(construct: IConstruct): string {
  const stack = topLevelStack(construct);
  return Lazy.uncachedString({
    produce: ({ scope }) => (topLevelStack(scope) === stack ? new ScopedAws(stack).stackName : stack.stackName),
  });
}

/** The stack that a construct is deployed with: the outermost one of nested stacks. */
export function topLevelStack(construct: IConstruct): Stack {
  let stack = Stack.of(construct);
  while (stack.nestedStackParent) {
    stack = stack.nestedStackParent;
  }
  return stack;
}
