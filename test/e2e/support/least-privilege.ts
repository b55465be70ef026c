import {
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
} from '@aws-sdk/client-iam';
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';

import type { Bed } from '../../../local/bed';

export interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: string | string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | string[]>>>>;
}

/** What the role of a function allows on the bed: its own policies, without what AWS manages. Ask while its stack stands. */
export async function statementsOf(bed: Bed, functionName: string): Promise<Statement[]> {
  const { Role } = await new LambdaClient(bed.clientConfig).send(new GetFunctionConfigurationCommand({ FunctionName: functionName }));
  const RoleName = Role!.split('/').at(-1)!;
  const iam = new IAMClient(bed.clientConfig);
  const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
  const inline = await Promise.all(
    PolicyNames.map(async (PolicyName) => {
      return (await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }))).PolicyDocument!;
    }),
  );
  const { AttachedPolicies = [] } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
  const own = AttachedPolicies.filter(({ PolicyArn }) => !PolicyArn!.startsWith('arn:aws:iam::aws:'));
  const attached = await Promise.all(
    own.map(async ({ PolicyArn }) => {
      const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn }));
      return (await iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId: Policy!.DefaultVersionId }))).PolicyVersion!.Document!;
    }),
  );
  return [...inline, ...attached].flatMap((document) => JSON.parse(decodeURIComponent(document)).Statement as Statement[]);
}

const list = (value: string | string[]) => [value].flat();

/**
 * What a function asked for that the statements don't allow, as `<action> <resource>`, a line for each that IAM asks for.
 *
 * Of conditions those on the leading keys of DynamoDB's items are judged; all others count as met.
 */
export function notAllowed(bed: Bed, functionName: string, statements: readonly Statement[]): string[] {
  return bed
    .requests()
    .filter((request) => request.functionName === functionName)
    .flatMap(({ permissions, leadingKeys }) => permissions.map((permission) => ({ ...permission, leadingKeys })))
    .filter(
      ({ action, resource, leadingKeys }) =>
        !statements.some(
          ({ Effect, Action, Resource, Condition }) =>
            Effect === 'Allow' &&
            list(Action).some((pattern) => matches(pattern, action ?? '')) &&
            list(Resource).some((pattern) => matches(pattern, resource)) &&
            keysAllowed(Condition, leadingKeys),
        ),
    )
    .map(({ action, resource }) => `${action} ${resource}`);
}

function keysAllowed(conditions: Statement['Condition'] = {}, keys: readonly string[]): boolean {
  const like = conditions['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'];
  const equal = conditions['ForAllValues:StringEquals']?.['dynamodb:LeadingKeys'];
  return keys.every(
    (key) => (like === undefined || list(like).some((pattern) => matches(pattern, key))) && (equal === undefined || list(equal).includes(key)),
  );
}

function matches(pattern: string, text: string): boolean {
  return new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
  ).test(text);
}
