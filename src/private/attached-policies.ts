import { CfnResource, Stack, Stage, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { IConstruct } from 'constructs';

import { byPath, propertiesByPath, textOf } from './by-path';

/** A role as a template names it, in what {@link byPath} gives. */
export interface NamedRole {
  readonly arn: unknown;
  /** Undefined when synth can't tell. */
  readonly name: unknown;
  /** The account that it is in, as an id or a token, when its ARN does not tell. */
  readonly account: string;
}

/** Where the ARN of a role has its account. */
const ACCOUNT_IN_ARN = /:iam::(\d{12}):role\//;

/**
 * The ARN of a role that is not known yet: the CDK looks it up after this synth, or only reports what roles would need (`customizeRoles`) and makes a
 * template that can't be deployed.
 */
const PENDING_ARN = /:role(?:\/DUMMY_ARN)?$/;

/** A statement of a template. */
interface Given {
  readonly Effect?: unknown;
  readonly Action?: unknown;
  readonly Resource?: unknown;
  readonly Condition?: unknown;
}

/** A policy of a template, and one of the roles that it is attached to. */
interface Attachment {
  readonly policy: CfnResource;
  /** The name of a role, as JSON. */
  readonly role: string;
  readonly statements: readonly Given[];
}

/** What templates attach to roles. To render it for each function would take seconds in a large app. */
interface Scan {
  readonly attachments: readonly Attachment[];
  /** By references to roles of the app, the names that they are given. */
  readonly givenNames: ReadonlyMap<string, string>;
  /** The lists of statements for which it was asked. */
  readonly asked: Set<readonly iam.PolicyStatement[]>;
}

/** An account has one, which a policy that was written by hand names and the CDK does not. */
const PARTITION = /^arn:(?:[^:]*AWS::Partition|[^:]*):/;

const SCANS = new WeakMap<IConstruct, Scan>();

/**
 * Those of some statements of which an action on a resource is in no policy that the templates of the app attach to a role: in whatever stack, by
 * reference or by name, inline or managed. What is rendered counts, and not what was granted: of a role that can't be changed the CDK says that it
 * was. Policies of AWS and of other apps are not seen, nor are denials and boundaries. None while the role is not known yet.
 *
 * @param asker a construct of the app
 * @param needed the same list in each synth
 */
export function notAttached(asker: IConstruct, role: NamedRole, needed: readonly iam.PolicyStatement[]): iam.PolicyStatement[] {
  if (PENDING_ARN.test(textOf(role.arn) ?? '')) {
    return [];
  }
  // Of a stage that is synthesized later the policies are not finished, and what is rendered is frozen: only when there is no other way
  const scopes = [...new Set([Stage.of(asker) ?? asker.node.root, asker.node.root])];
  return scopes.reduce<iam.PolicyStatement[]>(
    (missing, scope) => {
      return missing.length === 0 ? missing : missingIn(scanFor(scope, needed), role, missing);
    },
    [...needed],
  );
}

function missingIn({ attachments, givenNames }: Scan, { arn, name, account }: NamedRole, needed: iam.PolicyStatement[]): iam.PolicyStatement[] {
  const nameOf = (role: string) => givenNames.get(role) ?? role;
  const own = name === undefined ? [] : attachments.filter(({ role }) => nameOf(role) === nameOf(JSON.stringify(name)));
  const [, inArn = account] = ACCOUNT_IN_ARN.exec(textOf(arn) ?? '') ?? [];
  const inAccount = own.filter(({ policy }) => mayBeSame(Stack.of(policy).account, inArn));
  return needed.filter((statement) => !isIn(inAccount, statement));
}

/** Who asks again has come to another synth. */
function scanFor(scope: IConstruct, needed: readonly iam.PolicyStatement[]): Scan {
  let scan = SCANS.get(scope);
  if (!scan || scan.asked.has(needed)) {
    scan = scanOf(scope.node.findAll().filter((construct) => CfnResource.isCfnResource(construct)));
    SCANS.set(scope, scan);
  }
  scan.asked.add(needed);
  return scan;
}

function scanOf(resources: readonly CfnResource[]): Scan {
  const ofType = (type: string) =>
    resources.filter(({ cfnResourceType }) => cfnResourceType === type).map((policy) => ({ policy, properties: propertiesByPath(policy) }));
  const roles = ofType(iam.CfnRole.CFN_RESOURCE_TYPE_NAME);
  const managed = ofType(iam.CfnManagedPolicy.CFN_RESOURCE_TYPE_NAME);
  const attached = [
    ...[...ofType(iam.CfnPolicy.CFN_RESOURCE_TYPE_NAME), ...managed].flatMap(({ policy, properties }) =>
      listOf(properties.Roles).map((role) => attachment(policy, role, properties.PolicyDocument)),
    ),
    ...ofType(iam.CfnRolePolicy.CFN_RESOURCE_TYPE_NAME).map(({ policy, properties }) =>
      attachment(policy, properties.RoleName, properties.PolicyDocument),
    ),
    ...roles.flatMap(({ policy: role, properties }) => {
      const inline = listOf(properties.Policies).map((policy) => attachment(role, refTo(role), (policy as Inline).PolicyDocument));
      const arns = new Set(listOf(properties.ManagedPolicyArns).map((arn) => JSON.stringify(arn)));
      const named = managed.filter(({ policy }) => arns.has(JSON.stringify(refTo(policy))));
      return [...inline, ...named.map(({ policy, properties: { PolicyDocument } }) => attachment(policy, refTo(role), PolicyDocument))];
    }),
  ];
  const names = roles.flatMap(({ policy: role, properties: { RoleName } }) => {
    return typeof RoleName === 'string' ? [[JSON.stringify(refTo(role)), JSON.stringify(RoleName)] as const] : [];
  });
  return { attachments: attached, givenNames: new Map(names), asked: new Set() };
}

interface Inline {
  readonly PolicyDocument?: unknown;
}

function attachment(policy: CfnResource, role: unknown, document: unknown): Attachment {
  const { Statement: statements } = (document ?? {}) as { readonly Statement?: unknown };
  return { policy, role: JSON.stringify(role), statements: listOf(statements) as Given[] };
}

function refTo({ node }: CfnResource): unknown {
  return { Ref: `${node.path}.Ref` };
}

/** Whether each action on each resource is allowed under no other condition. Policies are put together by the CDK, so that no statement need be found as it was. */
function isIn(attachments: readonly Attachment[], { actions, resources, conditions }: iam.PolicyStatement): boolean {
  const policies = attachments.map(({ policy, statements }) => {
    const needed = byPath({ resources, conditions }, policy) as { readonly resources: unknown[]; readonly conditions: unknown };
    return { needed, allowed: statements.filter(({ Effect, Condition }) => Effect === 'Allow' && isNoNarrower(Condition, needed.conditions)) };
  });
  return actions.every((action) =>
    resources.every((_, index) =>
      policies.some(({ needed, allowed }) =>
        allowed.some(
          ({ Action, Resource }) =>
            listOf(Action).some((pattern) => matches(pattern, action, 'i')) &&
            listOf(Resource).some((pattern) => matches(pattern, needed.resources[index])),
        ),
      ),
    ),
  );
}

function isNoNarrower(given: unknown, needed: unknown): boolean {
  return given === undefined || comparable(given) === comparable(needed);
}

/** IAM takes a list of one for what is in it. */
function comparable(condition: unknown): string {
  return JSON.stringify(condition, (_, value: unknown) => {
    if (Array.isArray(value)) {
      return value.length === 1 ? (value[0] as unknown) : value;
    }
    return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value;
  });
}

/** Whether a pattern of IAM, with `*` and `?`, covers a value. What only the deployment puts together is compared as it is written. */
function matches(pattern: unknown, value: unknown, flags = ''): boolean {
  const [patternText, text] = [pattern, value].map((one) => textOf(one)?.replace(PARTITION, 'arn:'));
  if (patternText === undefined || text === undefined) {
    return JSON.stringify(pattern) === JSON.stringify(value);
  }
  const expression = patternText
    .replace(/[\\^$.+()[\]{}|]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${expression}$`, `s${flags}`).test(text);
}

function listOf(value: unknown): readonly unknown[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

/** Whether two accounts may be the same. */
function mayBeSame(one: string, other: string): boolean {
  return one === other || Token.isUnresolved(one) || Token.isUnresolved(other);
}
