import { App, Aspects, CfnParameter, Fn, Stack, Stage } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import * as sqs from 'aws-cdk-lib/aws-sqs';

import contract from '../../../../lambda/contract/iam.json';
import { DeferredEventStore, MaintenanceWindow, MaintenanceWindowFunction, type MaintenanceWindowFunctionProps } from '../../../../src';
import { BASIC, guarded, newStack, synthError } from '../app';

const ENV = { account: '111111111111', region: 'eu-west-1' };
const OWN = 'arn:aws:iam::111111111111:role/team/own';
const ELSEWHERE = 'arn:aws:iam::222222222222:role/own';
const TRUST = { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') };
const READ = contract.function.parameters.actions;
const KEEP = contract.function.events.actions;
const HIDE = contract.functionWithFifoQueues.queues.actions;
const ALL = [READ, KEEP];

const concrete = () => newStack('Orders', { env: ENV });
const imported = (stack: Stack) => iam.Role.fromRoleArn(stack, 'Own', OWN, { mutable: false });
const fifo = (stack: Stack) => new SqsEventSource(new sqs.Queue(stack, 'Fifo', { fifo: true }));

/** The statements that an error prints. */
function printed(stack: Stack): Record<string, any>[] {
  const error = synthError(stack);
  return JSON.parse(error.slice(error.indexOf('\n{'), error.lastIndexOf('\n}') + 2)).Statement as Record<string, any>[];
}

/** The actions of what is missing, statement by statement. */
function missing(stack: Stack): string[][] {
  return printed(stack).map(({ Action }) => [Action].flat());
}

function synthesize(stack: Stack): void {
  (stack.node.root as App).synth();
}

/** Allows more than is needed. */
function generous(...resources: string[]): iam.PolicyStatement {
  return new iam.PolicyStatement({ actions: ['ssm:Get*', 'DynamoDB:*'], resources: resources.length === 0 ? ['*'] : resources });
}

describe('a role that the app gives nothing to is an error', () => {
  test.each<[string, (stack: Stack) => iam.IRole]>([
    ['imported as immutable', imported],
    ['imported as immutable by its name', (stack) => iam.Role.fromRoleName(stack, 'Own', 'own', { mutable: false })],
    [
      'imported as immutable by a parameter',
      (stack) => iam.Role.fromRoleArn(stack, 'Own', new CfnParameter(stack, 'Arn').valueAsString, { mutable: false }),
    ],
    ['imported as immutable by an export', (stack) => iam.Role.fromRoleArn(stack, 'Own', Fn.importValue('own'), { mutable: false })],
    [
      'immutable, with grants in the policies of resources',
      (stack) => iam.Role.fromRoleArn(stack, 'Own', OWN, { mutable: false, addGrantsToResources: true }),
    ],
    ['without policy updates', (stack) => new iam.Role(stack, 'Own', TRUST).withoutPolicyUpdates()],
    ['without policy updates, with a name', (stack) => new iam.Role(stack, 'Own', { ...TRUST, roleName: 'own' }).withoutPolicyUpdates()],
    ['of another account', (stack) => iam.Role.fromRoleArn(stack, 'Own', ELSEWHERE)],
  ])('%s', (_, role) => {
    const stack = concrete();
    guarded(stack, 'Fn', { role: role(stack) });
    expect(missing(stack)).toEqual(ALL);
  });

  test('made before, for Role.customizeRoles', () => {
    const app = new App();
    const paths = ['Fn/ServiceRole', 'CdkPatientLambdaPlanner/Role', 'CdkPatientLambdaStore/Replayer/Role'];
    iam.Role.customizeRoles(app, { usePrecreatedRoles: Object.fromEntries(paths.map((path, index) => [`Orders/${path}`, `made${index}`])) });
    const stack = new Stack(app, 'Orders', { env: ENV });
    guarded(stack, 'Fn');
    expect(missing(stack)).toEqual(ALL);
  });

  test('looked up, and found in another account', () => {
    const stack = concrete();
    const key = `cc-api-provider:account=${ENV.account}:exactIdentifier=own:propertiesToReturn.0=Arn:region=${ENV.region}:typeName=AWS$:$:IAM$:$:Role`;
    stack.node.setContext(key, [{ Arn: ELSEWHERE }]);
    const role = iam.Role.fromLookup(stack, 'Own', { roleName: 'own' });
    expect(role.roleArn).toBe(ELSEWHERE);
    guarded(stack, 'Fn', { role });
    expect(missing(stack)).toEqual(ALL);
  });

  test('for guard() and guardAll(), and for each of two functions', () => {
    const [one, all] = [concrete(), concrete()];
    for (const stack of [one, all]) {
      const role = imported(stack);
      new lambda.Function(stack, 'A', { ...BASIC, role });
      new lambda.Function(stack, 'B', { ...BASIC, role });
    }
    MaintenanceWindowFunction.guard(one.node.findChild('A') as lambda.Function);
    MaintenanceWindowFunction.guardAll(all);
    expect(synthError(one)).toContain("[Orders/A] no policy that synth can see gives the function's role");
    expect(synthError(one)).not.toContain('[Orders/B]');
    expect(synthError(all)).toMatch(/\[Orders\/A\] no policy.*\[Orders\/B\] no policy/s);
  });
});

describe('what the error says', () => {
  test('names the function, the role, what to do, and a policy that can be pasted', () => {
    const stack = concrete();
    const maintenanceWindow = new MaintenanceWindow(stack, 'Window', { windowName: 'database' });
    const fn = guarded(stack, 'Fn', { role: imported(stack), maintenanceWindow });
    const error = synthError(stack);
    expect(error).toContain(`[Orders/Fn] no policy that synth can see gives the function's role 'Orders/Own' (${OWN}) the permissions below`);
    expect(error).toContain('give it these where it is made and set permissionsGrantedElsewhere to true');
    const table = stack.getLogicalId(fn.deferredEvents.table.node.defaultChild as lambda.CfnFunction);
    expect(printed(stack)).toEqual([
      {
        Effect: 'Allow',
        Action: 'ssm:GetParameters',
        Resource: 'arn:${AWS::Partition}:ssm:eu-west-1:111111111111:parameter/cdk-patient-lambda/windows/${AWS::StackName}/database/operator',
      },
      {
        Effect: 'Allow',
        Action: KEEP,
        Resource: `\${${table}.Arn}`,
        Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [`${fn.functionKey}#*`] } },
      },
    ]);
  });

  test("names another stack's resources with their stack, and leaves what can't be a text an intrinsic function", () => {
    const app = new App();
    const shared = new Stack(app, 'Shared', { env: ENV });
    const stack = new Stack(app, 'Orders', { env: ENV });
    const deferredEvents = new DeferredEventStore(shared, 'Store', { encryptionKey: kms.Key.fromKeyArn(shared, 'Key', Fn.importValue('key')) });
    guarded(stack, 'Fn', { role: imported(stack), deferredEvents, maintenanceWindow: new MaintenanceWindow(shared, 'Window', { windowName: 'w' }) });
    const [window, table, key] = printed(stack);
    expect(window.Resource).toContain('parameter/cdk-patient-lambda/windows/Shared/w/operator');
    expect(table.Resource).toMatch(/^\$\{Shared\.StoreTable[0-9A-F]{8}\.Arn\}$/);
    expect(key).toMatchObject({ Action: contract.customerKey.key.actions, Resource: { 'Fn::ImportValue': 'key' } });
  });

  test('names a role of the app by path and reference, and one of an escape hatch by what it wrote', () => {
    const [own, hatch] = [concrete(), concrete()];
    guarded(own, 'Fn', { role: new iam.Role(own, 'Own', TRUST).withoutPolicyUpdates() });
    (guarded(hatch, 'Fn').node.defaultChild as lambda.CfnFunction).addPropertyOverride('Role', OWN);
    expect(synthError(own)).toMatch(/role 'Orders\/ImmutableRoleOwn' \(\$\{Own[0-9A-F]{8}\.Arn\}\)/);
    expect(synthError(hatch)).toContain(`the function's role ${OWN} the permissions`);
  });

  test('lists only what is missing', () => {
    const stack = concrete();
    const role = new iam.Role(stack, 'Own', { ...TRUST, inlinePolicies: { window: new iam.PolicyDocument({ statements: [generous()] }) } });
    guarded(stack, 'Fn', { role: role.withoutPolicyUpdates() }).addEventSource(fifo(stack));
    expect(missing(stack)).toEqual([HIDE]);
  });
});

describe('permissions that are needed late', () => {
  const add = (stack: Stack, fn: lambda.Function) =>
    Aspects.of(stack).add({
      visit: (node) => {
        if (node === stack) {
          fn.addEventSource(fifo(stack));
        }
      },
    });

  test('are part of the error: a FIFO queue of an aspect, the key of the store', () => {
    const stack = concrete();
    const deferredEvents = new DeferredEventStore(stack, 'Store', { encryptionKey: new kms.Key(stack, 'Key') });
    add(stack, guarded(stack, 'Fn', { role: imported(stack), deferredEvents }));
    expect(missing(stack)).toEqual([...ALL, contract.customerKey.key.actions, HIDE]);
  });

  test('are given to a role that can be changed', () => {
    const stack = concrete();
    add(stack, guarded(stack, 'Fn', { deferredEvents: new DeferredEventStore(stack, 'Store', { encryptionKey: new kms.Key(stack, 'Key') }) }));
    expect(() => synthesize(stack)).not.toThrow();
  });

  test('are missed when a function is guarded by the aspect of guardAll()', () => {
    const stack = concrete();
    MaintenanceWindowFunction.guardAll(stack);
    new lambda.Function(stack, 'Fn', { ...BASIC, role: imported(stack) }).addEventSource(fifo(stack));
    expect(missing(stack)).toEqual([...ALL, HIDE]);
  });
});

describe('no error', () => {
  const succeeds = (stack: Stack) => expect(() => synthesize(stack)).not.toThrow();

  test.each<[string, (stack: Stack) => void]>([
    ['MaintenanceWindowFunction', (stack) => guarded(stack, 'Fn', { role: imported(stack), permissionsGrantedElsewhere: true })],
    [
      'guard()',
      (stack) =>
        MaintenanceWindowFunction.guard(new lambda.Function(stack, 'Fn', { ...BASIC, role: imported(stack) }), { permissionsGrantedElsewhere: true }),
    ],
    [
      'guardAll()',
      (stack) => {
        new lambda.Function(stack, 'Fn', { ...BASIC, role: imported(stack) });
        MaintenanceWindowFunction.guardAll(stack, { permissionsGrantedElsewhere: true });
      },
    ],
  ])('when it is acknowledged in %s', (_, guard) => {
    const stack = concrete();
    guard(stack);
    succeeds(stack);
  });

  test.each<[string, (stack: Stack) => iam.IRole | undefined]>([
    ['of its own', () => undefined],
    ['that is given', (stack) => new iam.Role(stack, 'Own', TRUST)],
    ['with a name', (stack) => new iam.Role(stack, 'Own', { ...TRUST, roleName: 'own' })],
    ['that is made lazily', (stack) => new iam.LazyRole(stack, 'Own', TRUST)],
    ['imported', (stack) => iam.Role.fromRoleArn(stack, 'Own', OWN)],
    ['imported by its name', (stack) => iam.Role.fromRoleName(stack, 'Own', 'team/own')],
    ['imported by a parameter', (stack) => iam.Role.fromRoleArn(stack, 'Own', new CfnParameter(stack, 'Arn').valueAsString)],
    ['imported by an export', (stack) => iam.Role.fromRoleArn(stack, 'Own', Fn.importValue('own'))],
    [
      'imported by a name that only the deployment knows',
      (stack) => iam.Role.fromRoleName(stack, 'Own', new CfnParameter(stack, 'Name').valueAsString),
    ],
    ['that is looked up after this synth', (stack) => iam.Role.fromLookup(stack, 'Own', { roleName: 'own' })],
    [
      'with more statements than its policy can hold',
      (stack) => {
        const role = new iam.Role(stack, 'Own', TRUST);
        for (let index = 0; index < 100; index++) {
          role.addToPolicy(new iam.PolicyStatement({ actions: [`s3:Get${index}`], resources: [`arn:aws:s3:::${'x'.repeat(150)}${index}`] }));
        }
        return role;
      },
    ],
  ])('for a role %s', (_, role) => {
    const stack = concrete();
    guarded(stack, 'Fn', { role: role(stack) });
    succeeds(stack);
  });

  test('in a stack of any account and Region, with policies that are minimized', () => {
    const stack = new Stack(new App({ context: { '@aws-cdk/aws-iam:minimizePolicies': true } }), 'Orders');
    const fn = guarded(stack, 'Fn');
    fn.addToRolePolicy(new iam.PolicyStatement({ actions: READ, resources: ['arn:aws:ssm:eu-west-1:111111111111:parameter/mine'] }));
    guarded(stack, 'Shared', { role: fn.role });
    succeeds(stack);
  });

  test('while Role.customizeRoles only reports', () => {
    const app = new App();
    iam.Role.customizeRoles(app, { preventSynthesis: false });
    const stack = new Stack(app, 'Orders');
    guarded(stack, 'Fn');
    succeeds(stack);
  });

  test('in a stage that is synthesized before others', () => {
    const app = new App();
    for (const id of ['A', 'B']) {
      guarded(new Stack(new Stage(app, id), 'Orders'), 'Fn');
    }
    expect(() => app.synth()).not.toThrow();
  });
});

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
        const other = new Stack(stack.node.root as App, 'Roles', { env: ENV });
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
        const other = new Stack(stack.node.root as App, 'Roles', { env: ENV });
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
      'by a stage that is synthesized later',
      (stack) => {
        const other = new Stack(new Stage(stack.node.root, 'Platform'), 'Roles', { env: ENV });
        new iam.Role(other, 'Own', { ...TRUST, roleName: 'own' }).addToPolicy(generous());
        return imported(stack);
      },
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
        { Effect: 'Allow', Action: 'dynamodb:*Item', Resource: [fn.deferredEvents.table.tableArn], Condition: keys(`${fn.functionKey}#*`) },
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
    ['other actions', [statement({ actions: ['ssm:GetParameter', 'dynamodb:Get*'] })], ALL],
    ['other resources', [generous(table)], ALL],
    ['some of the actions', [statement({ actions: ['ssm:*', 'dynamodb:PutItem'] })], [KEEP]],
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
        const other = new Stack(stack.node.root as App, 'Roles', { env: { ...ENV, account: '222222222222' } });
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
  test.each<[string, Partial<MaintenanceWindowFunctionProps>, (fn: MaintenanceWindowFunction, policy: iam.CfnPolicy) => void, string[][]]>([
    ['a policy that lost its statements', {}, (_, policy) => policy.addPropertyOverride('PolicyDocument.Statement', []), ALL],
    ['a policy that lost one', {}, (_, policy) => policy.addPropertyDeletionOverride('PolicyDocument.Statement.0'), [READ]],
    ['a policy that was given to another role', {}, (_, policy) => policy.addPropertyOverride('Roles', ['other']), ALL],
    ['a policy that was removed', {}, (fn) => fn.role!.node.tryRemoveChild('DefaultPolicy'), ALL],
    ['a function that was given another role', {}, (fn) => ((fn.node.defaultChild as lambda.CfnFunction).role = OWN), ALL],
  ])('%s', (_, props, change, expected) => {
    const stack = concrete();
    const fn = guarded(stack, 'Fn', props);
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
