import { App, Aspects, CfnParameter, Fn, Stack, Stage } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import * as sqs from 'aws-cdk-lib/aws-sqs';

import contract from '../../../../lambda/contract/iam.json';
import { DeferredEventStore, MaintenanceWindow, MaintenanceWindowFunction } from '../../../../src';
import { BASIC, guarded, synthError } from '../app';
import { ALL, concrete, ELSEWHERE, ENV, generous, imported, KEEP, MIRROR, missing, OWN, printed, READ, synthesize, TRUST } from '../roles';

const HIDE = contract.functionWithFifoQueues.queues.actions;

const fifo = (stack: Stack) => new SqsEventSource(new sqs.Queue(stack, 'Fifo', { fifo: true }));

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
      {
        Effect: 'Allow',
        Action: 'dynamodb:GetItem',
        Resource: 'arn:${AWS::Partition}:dynamodb:eu-west-1:111111111111:table/cdk-patient-lambda-windows-${AWS::StackName}',
        Condition: {
          'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['/cdk-patient-lambda/windows/${AWS::StackName}/database/operator'] },
        },
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
    expect(missing(stack)).toEqual([READ, KEEP, contract.customerKey.key.actions, MIRROR, HIDE]);
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
