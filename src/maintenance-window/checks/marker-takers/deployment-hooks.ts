import { CfnResource } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';

import { FunctionTargets } from '../../../private/function-targets';

/** Aliases whose deployments CodeDeploy lets a function judge, before or after traffic is shifted: `LambdaDeploymentGroup` with `preHook` or `postHook`. */
export function aliasesWithHook(targets: FunctionTargets): CfnResource[] {
  return targets.ofType(lambda.CfnAlias).filter((alias) => {
    const { beforeAllowTrafficHook: before, afterAllowTrafficHook: after } = alias.cfnOptions.updatePolicy?.codeDeployLambdaAliasUpdate ?? {};
    return [before, after].some((hook) => targets.isNamedBy(hook, alias));
  });
}
