import { Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct, IConstruct } from 'constructs';

import { allow } from '../../private/allow';
import { IAM } from '../../private/contract.generated';
import { ValidationError } from '../../private/validation-error';
import { LongRunningOperationOptions } from '../long-running-provider-props';

/** Of one stack or, with wildcards, of several. */
const STACK_ARN = /^arn:[^:]+:cloudformation:[^:]+:[^:]+:stack\/.+/;
/** Secrets Manager adds a hyphen and six characters to the name; a partial ARN ends before them. */
const ANY_SUFFIX = '-??????';

/**
 * What the function's role must allow before the function is there: an invoke config is refused when the role can't reach its destination.
 *
 * @param home in the function's stack
 * @throws ValidationError for a stack that is not an ARN
 */
export function earlyStatements(
  provider: IConstruct,
  home: IConstruct,
  responder: lambda.IFunction,
  { secrets = [], stackArns = [] }: LongRunningOperationOptions,
): iam.PolicyStatement[] {
  const name = stackArns.find((arn) => !Token.isUnresolved(arn) && !STACK_ARN.test(arn));
  if (name !== undefined) {
    throw new ValidationError(provider, `stackArns must be ARNs, as arn:aws:cloudformation:eu-west-1:123456789012:stack/Orders/*, got '${name}'`);
  }
  const permissions = IAM.longRunningFunction;
  return [
    allow(permissions.responder, [responder.functionArn]),
    allow(permissions.stacks, [Stack.of(home).stackId, ...stackArns]),
    ...secretStatements(home, secrets),
  ];
}

function secretStatements(scope: IConstruct, secrets: secretsmanager.ISecret[]): iam.PolicyStatement[] {
  const permissions = IAM.longRunningFunctionWithSecrets;
  const arns = secrets.map(({ secretFullArn, secretArn }) => secretFullArn ?? `${secretArn}${ANY_SUFFIX}`);
  const keys = secrets.flatMap(({ encryptionKey }) => (encryptionKey ? [encryptionKey.keyArn] : []));
  const throughSecrets = { StringEquals: { 'kms:ViaService': `secretsmanager.${Stack.of(scope).region}.amazonaws.com` } };
  return [
    ...(arns.length === 0 ? [] : [allow(permissions.secrets, arns)]),
    ...(keys.length === 0 ? [] : [allow(permissions.keys, keys, throughSecrets)]),
  ];
}

/** The network interfaces of a function in a VPC: these actions know no narrower resource. */
export function vpcStatement(): iam.PolicyStatement {
  return allow(IAM.longRunningFunctionInVpc.networkInterfaces, ['*']);
}

/**
 * Grants a role what its function needs from the start, and has the function wait for it.
 *
 * @param home in the function's stack
 * @param made gives the function, which is made after the grant where it is made of code
 */
export function grantEarly(home: Construct, role: iam.IRole, statements: iam.PolicyStatement[], made: () => lambda.Function): lambda.Function {
  if (Stack.of(role) === Stack.of(home)) {
    statements.forEach((statement) => role.addToPrincipalPolicy(statement));
    return made();
  }
  // A policy in the role's own stack would need this one, which needs the role
  const policy = new iam.Policy(home, 'LongRunningPolicy', { statements });
  role.attachInlinePolicy(policy);
  const fn = made();
  fn.node.defaultChild!.node.addDependency(policy);
  return fn;
}

/**
 * What outlives the resources: the next execution of an operation, by the very ARN that CloudFormation invokes, and the responder once more. When a
 * function loses its provider, what it was granted early goes with the update, before CloudFormation deletes the resources.
 */
export function lateStatements(serviceToken: string, responder: lambda.IFunction): iam.PolicyStatement[] {
  const permissions = IAM.longRunningSelf;
  return [allow(permissions.serviceToken, [serviceToken]), allow(permissions.responder, [responder.functionArn])];
}
