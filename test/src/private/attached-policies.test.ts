import { App, Aspects, Stack, Stage } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';

import { DeferredEventStore, type MaintenanceWindowFunction } from '../../../src';
import { guarded } from '../maintenance-window/app';
import { ALL, concrete, ELSEWHERE, ENV, generous, imported, KEEP, MIRROR, missing, OWN, READ, synthesize, TRUST } from '../maintenance-window/roles';

describe('what the templates attach to a role counts, wherever it was declared', () => {
  const role = (stack: Stack) => new iam.Role(stack, 'Own', TRUST);

  test.each<[string, (stack: Stack) => iam.IRole]>([
    [
      'inline',
      (stack) =>
        new iam.Role(stack, 'Own', {
          ...TRUST,
          inlinePolicies: { all: new iam.PolicyDocument({ statements: [generous()] }) },
        }).withoutPolicyUpdates(),
    ],
    [
      'in its default policy',
      (stack) => {
        const own = role(stack);
        own.addToPolicy(generous());
        return own.withoutPolicyUpdates();
      },
    ],
    [
      'by a policy of the same stack',
      (stack) => {
        const own = imported(stack);
        new iam.Policy(stack, 'Policy', { statements: [generous()], roles: [own] });
        return own;
      },
    ],
    [
      'by a policy of another stack, by name',
      (stack) => {
        const other = new Stack(stack.node.root, 'Roles', { env: ENV });
        new iam.CfnPolicy(other, 'Policy', {
          policyName: 'all',
          policyDocument: new iam.PolicyDocument({ statements: [generous()] }),
          roles: ['own'],
        });
        return imported(stack);
      },
    ],
    [
      'by the stack that makes it, where it is imported by name',
      (stack) => {
        const other = new Stack(stack.node.root, 'Roles', { env: ENV });
        new iam.Role(other, 'Own', { ...TRUST, roleName: 'own' }).addToPolicy(generous());
        return imported(stack);
      },
    ],
    [
      'by name in the stack that makes it',
      (stack) => {
        new iam.CfnRolePolicy(stack, 'Policy', {
          policyName: 'all',
          roleName: 'own',
          policyDocument: new iam.PolicyDocument({ statements: [generous()] }),
        });
        return new iam.Role(stack, 'Own', { ...TRUST, roleName: 'own' }).withoutPolicyUpdates();
      },
    ],
    [
      'by a managed policy that the role names',
      (stack) => {
        const policy = new iam.ManagedPolicy(stack, 'Policy', { statements: [generous()] });
        return new iam.Role(stack, 'Own', { ...TRUST, managedPolicies: [policy] }).withoutPolicyUpdates();
      },
    ],
    [
      'by a managed policy that names the role',
      (stack) => {
        const own = imported(stack);
        new iam.ManagedPolicy(stack, 'Policy', { statements: [generous()], roles: [own] });
        return own;
      },
    ],
    [
      'inline in a resource that was written by hand, by reference',
      (stack) => {
        const policies = [{ policyName: 'all', policyDocument: new iam.PolicyDocument({ statements: [generous()] }) }];
        const own = new iam.CfnRole(stack, 'Own', { assumeRolePolicyDocument: {}, policies });
        return iam.Role.fromRoleArn(stack, 'Imported', own.attrArn, { mutable: false });
      },
    ],
    [
      'by the import of a resource that was written by hand',
      (stack) => iam.Role.fromRoleArn(stack, 'Imported', new iam.CfnRole(stack, 'Own', { assumeRolePolicyDocument: {} }).attrArn),
    ],
  ])('%s', (_, own) => {
    const stack = concrete();
    guarded(stack, 'Fn', { role: own(stack) });
    expect(() => synthesize(stack)).not.toThrow();
  });

  test('statement by statement, written by hand', () => {
    const stack = concrete();
    const own = imported(stack);
    const fn = guarded(stack, 'Fn', { role: own });
    const parameters = 'arn:aws:ssm:eu-west-1:111111111111:parameter/cdk-patient-lambda/windows/*';
    const keys = (value: unknown) => ({ 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': value } });
    new iam.Policy(stack, 'Read', { roles: [own], statements: [new iam.PolicyStatement({ actions: READ, resources: [parameters] })] });
    const document = {
      Statement: [
        // What one list has in one statement may be in several
        {
          Effect: 'Allow',
          Action: ['dynamodb:Batch*', 'dynamodb:UpdateItem'],
          Resource: [fn.deferredEvents.table.tableArn],
          Condition: keys(`${fn.functionKey}#*`),
        },
        {
          Effect: 'Allow',
          Action: 'dynamodb:GetItem',
          Resource: 'arn:aws:dynamodb:eu-west-1:111111111111:table/cdk-patient-lambda-windows-*',
          Condition: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [fn.maintenanceWindow.operatorParameterName] } },
        },
        { Effect: 'Allow', Action: ['dynamodb:??tItem'], Resource: '*', Condition: keys([`${fn.functionKey}#*`]) },
      ],
    };
    new iam.CfnPolicy(stack, 'Keep', { policyName: 'keep', roles: ['own'], policyDocument: document });
    expect(() => synthesize(stack)).not.toThrow();
  });
});

describe('what does not allow it does not count', () => {
  const table = 'arn:aws:dynamodb:eu-west-1:111111111111:table/other';
  const statement = (props: iam.PolicyStatementProps) => new iam.PolicyStatement({ resources: ['*'], ...props });

  test.each<[string, iam.PolicyStatement[], string[][]]>([
    ['other actions', [statement({ actions: ['ssm:GetParameter', 'dynamodb:Batch*'] })], ALL],
    ['other resources', [generous(table)], ALL],
    ['some of the actions', [statement({ actions: ['ssm:*', 'dynamodb:PutItem'] })], [KEEP, MIRROR]],
    ['a condition', [statement({ actions: ['*'], conditions: { Bool: { 'aws:SecureTransport': 'true' } } })], ALL],
    [
      "another function's keys",
      [statement({ actions: ['dynamodb:*'], conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['Orders/Other#*'] } } })],
      ALL,
    ],
    ['a denial', [statement({ actions: ['*'], effect: iam.Effect.DENY })], ALL],
    ['the rest of what is not named', [new iam.PolicyStatement({ notActions: ['s3:*'], resources: ['*'] })], ALL],
  ])('%s', (_, statements, expected) => {
    const stack = concrete();
    const own = imported(stack);
    new iam.Policy(stack, 'Policy', { statements, roles: [own] });
    guarded(stack, 'Fn', { role: own });
    expect(missing(stack)).toEqual(expected);
  });

  test.each<[string, (stack: Stack) => void]>([
    [
      'a policy of another role',
      (stack) => new iam.Policy(stack, 'Policy', { statements: [generous()], roles: [new iam.Role(stack, 'Other', TRUST)] }),
    ],
    [
      'a policy of a role of that name in another account',
      (stack) => {
        const other = new Stack(stack.node.root, 'Roles', { env: { ...ENV, account: '222222222222' } });
        new iam.Role(other, 'Own', { ...TRUST, roleName: 'own' }).addToPolicy(generous());
      },
    ],
    [
      'a policy of a user of that name',
      (stack) => new iam.Policy(stack, 'Policy', { statements: [generous()], users: [iam.User.fromUserName(stack, 'User', 'own')] }),
    ],
  ])('%s', (_, declare) => {
    const stack = concrete();
    declare(stack);
    guarded(stack, 'Fn', { role: imported(stack) });
    expect(missing(stack)).toEqual(ALL);
  });

  test("a policy that the app attaches in its own account to a role of another's", () => {
    const stack = concrete();
    const role = iam.Role.fromRoleArn(stack, 'Own', ELSEWHERE);
    new iam.Policy(stack, 'Policy', { statements: [generous()], roles: [role] });
    guarded(stack, 'Fn', { role });
    expect(missing(stack)).toEqual(ALL);
  });
});

describe('what is rendered counts', () => {
  test.each<[string, (fn: MaintenanceWindowFunction, policy: iam.CfnPolicy) => void, string[][]]>([
    ['a policy that lost its statements', (_, policy) => policy.addPropertyOverride('PolicyDocument.Statement', []), ALL],
    ['a policy that lost one', (_, policy) => policy.addPropertyDeletionOverride('PolicyDocument.Statement.0'), [READ]],
    ['a policy that was given to another role', (_, policy) => policy.addPropertyOverride('Roles', ['other']), ALL],
    ['a policy that was removed', (fn) => fn.role!.node.tryRemoveChild('DefaultPolicy'), ALL],
    ['a function that was given another role', (fn) => ((fn.node.defaultChild as lambda.CfnFunction).role = OWN), ALL],
  ])('%s', (_, change, expected) => {
    const stack = concrete();
    const fn = guarded(stack, 'Fn');
    change(fn, fn.role!.node.findChild('DefaultPolicy').node.defaultChild as iam.CfnPolicy);
    expect(missing(stack)).toEqual(expected);
  });

  test('a function that was given another role which has it', () => {
    const stack = concrete();
    const other = new iam.Role(stack, 'Other', TRUST);
    other.addToPolicy(generous());
    (guarded(stack, 'Fn').node.defaultChild as lambda.CfnFunction).role = other.roleArn;
    expect(() => synthesize(stack)).not.toThrow();
  });
});

describe('stages', () => {
  const stackOf = (app: App, stage: string) => new Stack(new Stage(app, stage), 'Orders', { env: ENV });

  test('that are synthesized later count too', () => {
    const app = new App();
    const [first, later] = ['A', 'B'].map((stage) => stackOf(app, stage));
    new iam.Role(later, 'Own', { ...TRUST, roleName: 'own' }).addToPolicy(generous());
    guarded(first, 'Fn', { role: imported(first) });
    expect(() => app.synth()).not.toThrow();
  });

  test('are left alone until then when there is no need to look', () => {
    const app = new App();
    const [first, later] = ['A', 'B'].map((stage) => stackOf(app, stage));
    const statement = generous();
    new iam.Role(later, 'Own', TRUST).addToPolicy(statement);
    Aspects.of(later).add({ visit: (node) => node === later && statement.addActions('s3:GetObject') });
    guarded(first, 'Fn');
    expect(() => app.synth()).not.toThrow();
  });
});

test('a policy that comes between two synths counts in the second', () => {
  const stack = concrete();
  const role = imported(stack);
  guarded(stack, 'Fn', { role });
  expect(missing(stack)).toEqual(ALL);
  new iam.Policy(stack, 'Policy', { statements: [generous()], roles: [role] });
  expect(() => synthesize(stack)).not.toThrow();
});

test("a policy of another stack than the function's is read as it is there", () => {
  const stack = concrete();
  const other = new Stack(stack.node.root, 'Roles', { env: ENV });
  guarded(stack, 'Fn', { role: new iam.Role(other, 'Own', TRUST), deferredEvents: new DeferredEventStore(other, 'Store') });
  expect(() => synthesize(stack)).not.toThrow();
});
