import { IConstruct } from 'constructs';

/**
 * What is wrong with a construct, as its author wrote it: names the construct by its path, the property and its value, and what to write instead.
 *
 * aws-cdk-lib's own class of this name is internal, and its parameters have changed between minor versions.
 */
export class ValidationError extends Error {
  public readonly name = 'ValidationError';

  constructor(scope: IConstruct, problem: string) {
    super(`'${scope.node.path}': ${problem}`);
  }
}
