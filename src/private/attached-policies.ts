import { CfnResource, Stack, Stage, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { IConstruct } from 'constructs';

import { byPath, textOf } from './by-path';
import { templateProperties } from './template-properties';

/** A role as a template names it, in what {@link byPath} gives. */
export interface NamedRole {
  readonly arn: unknown;
  /** As its construct has it; undefined when there is none. Else the ARN tells. */
  readonly name: unknown;
  /** The account that it is in, as an id or a token, when its ARN does not tell. */
  readonly account: string;
}

const ACCOUNT_IN_ARN = /:iam::(\d{12}):role\//;
const NAME_IN_ARN = /:role\/(?:.*\/)?([^/]+)$/;

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
  const { root } = asker.node;
  const stage = Stage.of(asker) ?? root;
  const missing = missingIn(scanFor(stage, needed), role, needed);
  // Of a stage that is synthesized later the policies are not finished, and what is rendered is frozen: only when there is no other way
  return missing.length === 0 || stage === root ? missing : missingIn(scanFor(root, needed), role, missing);
}

function missingIn({ attachments, givenNames }: Scan, role: NamedRole, needed: readonly iam.PolicyStatement[]): iam.PolicyStatement[] {
  const given = (name: string) => givenNames.get(name) ?? name;
  const names = [role.name, nameOf(role.arn)].filter((name) => name !== undefined).map((name) => given(JSON.stringify(name)));
  const [, account = role.account] = ACCOUNT_IN_ARN.exec(textOf(role.arn) ?? '') ?? [];
  const own = attachments.filter((attached) => names.includes(given(attached.role)) && mayBeSame(Stack.of(attached.policy).account, account));
  return needed.filter((statement) => !isIn(own, statement));
}

/** The name of a role by its ARN: a reference or a text. */
function nameOf(arn: unknown): unknown {
  const { Ref: reference } = (arn ?? {}) as { readonly Ref?: string };
  return reference?.endsWith('.Arn') ? { Ref: reference.replace(/Arn$/, 'Ref') } : NAME_IN_ARN.exec(textOf(arn) ?? '')?.[1];
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
    resources.filter(({ cfnResourceType }) => cfnResourceType === type).map((resource) => ({ resource, properties: templateProperties(resource) }));
  const roles = ofType(iam.CfnRole.CFN_RESOURCE_TYPE_NAME);
  const managed = ofType(iam.CfnManagedPolicy.CFN_RESOURCE_TYPE_NAME);
  const attachments = [
    ...[...ofType(iam.CfnPolicy.CFN_RESOURCE_TYPE_NAME), ...managed].flatMap(({ resource, properties: { Roles, PolicyDocument } }) => {
      return listOf(Roles).map((role) => attachment(resource, role, PolicyDocument));
    }),
    ...ofType(iam.CfnRolePolicy.CFN_RESOURCE_TYPE_NAME).map(({ resource, properties: { RoleName, PolicyDocument } }) => {
      return attachment(resource, RoleName, PolicyDocument);
    }),
    ...roles.flatMap(({ resource: role, properties }) => {
      const inline = listOf(properties.Policies).map((policy) => attachment(role, refTo(role), (policy as Inline).PolicyDocument));
      const arns = new Set(listOf(properties.ManagedPolicyArns).map((arn) => JSON.stringify(arn)));
      const named = managed.filter(({ resource }) => arns.has(JSON.stringify(refTo(resource))));
      return [...inline, ...named.map(({ resource, properties: { PolicyDocument } }) => attachment(resource, refTo(role), PolicyDocument))];
    }),
  ];
  const names = roles.flatMap(({ resource: role, properties: { RoleName } }) => {
    return typeof RoleName === 'string' ? [[JSON.stringify(refTo(role)), JSON.stringify(RoleName)] as const] : [];
  });
  return { attachments, givenNames: new Map(names), asked: new Set() };
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

/** Whether each action on each resource is allowed under no other condition. The CDK puts statements together, so that none need be found as it was. */
function isIn(attachments: readonly Attachment[], statement: iam.PolicyStatement): boolean {
  const { actions, resources } = statement;
  const conditions: unknown = statement.conditions;
  const policies = attachments.map(({ policy, statements }) => {
    // As it is in the policy's stack, where a token may give another value
    const needed = byPath({ resources, conditions }, policy) as { readonly resources: unknown[]; readonly conditions: unknown };
    const allowing = statements.filter(({ Effect, Condition }) => Effect === 'Allow' && isNoNarrower(Condition, needed.conditions));
    return (action: string, index: number) =>
      allowing.some(({ Action, Resource }) => anyMatches(Action, action, 'i') && anyMatches(Resource, needed.resources[index]));
  });
  return actions.every((action) => resources.every((_, index) => policies.some((allows) => allows(action, index))));
}

function isNoNarrower(given: unknown, needed: unknown): boolean {
  return given === undefined || comparable(given) === comparable(needed);
}

/** IAM takes a list of one for what is in it. */
function comparable(condition: unknown): string {
  return JSON.stringify(condition, (_, value: unknown): unknown => {
    if (Array.isArray(value)) {
      const list: readonly unknown[] = value;
      return list.length === 1 ? list[0] : list;
    }
    return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value;
  });
}

function anyMatches(patterns: unknown, value: unknown, flags?: string): boolean {
  return listOf(patterns).some((pattern) => matches(pattern, value, flags));
}

/** Whether a pattern of IAM, with `*` and `?`, covers a value. What only the deployment puts together is compared as it is written. */
function matches(pattern: unknown, value: unknown, flags = ''): boolean {
  if (pattern === '*') {
    return true;
  }
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
