import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';

import { notAttached } from '../../private/attached-policies';
import { byPath, textOf } from '../../private/by-path';
import { NAMES } from '../../private/contract.generated';
import { policyText, roleText } from '../../private/policy-text';
import { templateProperties } from '../../private/template-properties';
import { MaintenanceWindowOptions } from '../maintenance-window-options';

/**
 * Errors for a role that has not got what the gate needs, as one that the app can't change: no window would hold the function, and nothing would say so.
 *
 * @param needed the same list in each synth
 */
export function checkRole(fn: lambda.Function, needed: readonly iam.PolicyStatement[], options: MaintenanceWindowOptions): string[] {
  if (options.permissionsGrantedElsewhere) {
    return [];
  }
  // What the template says, for an escape hatch may give the function another role
  const { Role: arn } = templateProperties(fn.node.defaultChild as lambda.CfnFunction);
  const role = fn.role && JSON.stringify(byPath(fn.role.roleArn, fn)) === JSON.stringify(arn) ? fn.role : undefined;
  const name = role && byPath(role.roleName, fn);
  const missing = notAttached(fn, { arn, name, account: Stack.of(fn).account }, needed);
  if (missing.length === 0) {
    return [];
  }
  const inWords = role ? roleText(role, fn) : (textOf(arn) ?? JSON.stringify(arn));
  return [
    `no policy that synth can see gives the function's role ${inWords} the permissions below, without which a maintenance window can't hold the ` +
      "function. When the app can't change the role (mutable: false, withoutPolicyUpdates(), customizeRoles(), a role of another account), give it " +
      'these where it is made and set permissionsGrantedElsewhere to true. ${...} is as in Fn::Sub in the template of ' +
      `'${Stack.of(fn).stackName}' [ack: ${NAMES.annotations.permissionsGrantedElsewhere}]\n${policyText(missing, fn)}`,
  ];
}
