import { Annotations, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { IConstruct } from 'constructs';

import { notAttached } from '../../private/attached-policies';
import { byPath } from '../../private/by-path';
import { NAMES } from '../../private/contract.generated';
import { policyText, roleText } from '../../private/policy-text';

/**
 * Warns when a role has not got what it was granted, as one that the app can't change: who operates a window would learn of it when it is needed.
 *
 * @param scope the window or the store
 */
export function warnOfOperator(scope: IConstruct, { grantPrincipal: principal }: iam.IGrantable, granted: readonly iam.PolicyStatement[]): void {
  if (isRole(principal)) {
    scope.node.addValidation({
      validate: () => {
        warnOfRole(scope, principal, granted);
        return [];
      },
    });
  }
}

function warnOfRole(scope: IConstruct, role: iam.IRole, granted: readonly iam.PolicyStatement[]): void {
  const { roleArn, roleName, principalAccount: account = Stack.of(scope).account } = role;
  const missing = notAttached(scope, { arn: byPath(roleArn, scope), name: byPath(roleName, scope), account }, granted);
  if (missing.length > 0) {
    Annotations.of(scope).addWarningV2(
      NAMES.annotations.operatorNotGranted,
      `grantOperate() changes nothing for the role ${roleText(role, scope)}, as no policy that synth can see gives it the permissions below: when the ` +
        "app can't change it (mutable: false, withoutPolicyUpdates(), customizeRoles(), a role of another account), give it these where it is made. " +
        `\${...} is as in Fn::Sub in the template of '${Stack.of(scope).stackName}'\n${policyText(missing, scope)}`,
    );
  }
}

function isRole(principal: iam.IPrincipal): principal is iam.IRole {
  return 'roleArn' in principal && 'roleName' in principal;
}
