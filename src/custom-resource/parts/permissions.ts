import { Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { IConstruct } from 'constructs';

import { IAM } from '../../private/contract.generated';
import { LongRunningProviderProps } from '../long-running-provider-props';

/** Of one stack or, with wildcards, of several. */
const STACK_ARN = /^arn:[^:]+:cloudformation:[^:]+:[^:]+:stack\/.+/;
/** Secrets Manager adds a hyphen and six characters to the name; a partial ARN ends before them. */
const ANY_SUFFIX = '-??????';

/**
 * What the function's role must allow before the function is there: an invoke config is refused when the role can't reach its destination.
 *
 * @param scope in the function's stack
 */
export function earlyStatements(scope: IConstruct, responder: lambda.IFunction, props: LongRunningProviderProps): iam.PolicyStatement[] {
  const { secrets = [], stacks = [] } = props;
  const name = stacks.find((stack) => !Token.isUnresolved(stack) && !STACK_ARN.test(stack));
  if (name !== undefined) {
    throw new Error(`stacks takes ARNs, as arn:aws:cloudformation:eu-west-1:123456789012:stack/Orders/*, got '${name}'`);
  }
  const [invokeResponder, describeStacks] = IAM.longRunningFunction;
  return [
    new iam.PolicyStatement({ actions: [...invokeResponder.actions], resources: [responder.functionArn] }),
    new iam.PolicyStatement({ actions: [...describeStacks.actions], resources: [Stack.of(scope).stackId, ...stacks] }),
    ...secretStatements(scope, secrets),
  ];
}

function secretStatements(scope: IConstruct, secrets: secretsmanager.ISecret[]): iam.PolicyStatement[] {
  if (secrets.length === 0) {
    return [];
  }
  const [read, decrypt] = IAM.longRunningFunctionWithSecrets;
  const arns = secrets.map(({ secretFullArn, secretArn }) => secretFullArn ?? `${secretArn}${ANY_SUFFIX}`);
  const keys = secrets.flatMap(({ encryptionKey }) => (encryptionKey ? [encryptionKey.keyArn] : []));
  return [
    new iam.PolicyStatement({ actions: [...read.actions], resources: arns }),
    ...(keys.length === 0
      ? []
      : [
          new iam.PolicyStatement({
            actions: [...decrypt.actions],
            resources: keys,
            conditions: { StringEquals: { 'kms:ViaService': `secretsmanager.${Stack.of(scope).region}.amazonaws.com` } },
          }),
        ]),
  ];
}

/** The network interfaces of a function in a VPC: these actions know no narrower resource. */
export function vpcStatement(): iam.PolicyStatement {
  const [{ actions }] = IAM.longRunningFunctionInVpc;
  return new iam.PolicyStatement({ actions: [...actions], resources: ['*'] });
}

/** The next execution of an operation: the very ARN that CloudFormation invokes. */
export function selfStatement(serviceToken: string): iam.PolicyStatement {
  const [{ actions }] = IAM.longRunningSelf;
  return new iam.PolicyStatement({ actions: [...actions], resources: [serviceToken] });
}
