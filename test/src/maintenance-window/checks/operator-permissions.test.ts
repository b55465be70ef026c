import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';

import contract from '../../../../lambda/contract/iam.json';
import { DeferredEventStore, MaintenanceWindow } from '../../../../src';
import { newStack, warnings } from '../app';

const ENV = { account: '111111111111', region: 'eu-west-1' };
const PERSON = { assumedBy: new iam.AccountRootPrincipal() };
const ARN = 'arn:aws:iam::111111111111:role/person';

const imported = (stack: Stack) => iam.Role.fromRoleArn(stack, 'Person', ARN, { mutable: false });

/** The actions of the statements that a warning prints. */
function printed(warning: string): string[][] {
  const policy = JSON.parse(warning.slice(warning.indexOf('\n{'), warning.lastIndexOf('\n}') + 2)) as { Statement: { Action: string | string[] }[] };
  return policy.Statement.map(({ Action }) => [Action].flat());
}

test.each<[string, (stack: Stack) => iam.IRole]>([
  ['imported as immutable', imported],
  ['without policy updates', (stack) => new iam.Role(stack, 'Person', PERSON).withoutPolicyUpdates()],
  ['of another account', (stack) => iam.Role.fromRoleArn(stack, 'Person', 'arn:aws:iam::222222222222:role/person')],
])('a role %s that is to operate window and store is a warning for each, with what it needs', (_, role) => {
  const stack = newStack('Orders', { env: ENV });
  const person = role(stack);
  new MaintenanceWindow(stack, 'Window').grantOperate(person);
  new DeferredEventStore(stack, 'Store', { encryptionKey: new kms.Key(stack, 'Key') }).grantOperate(person);
  const { index, table, replayer } = contract.storeOperator;
  expect(warnings(stack).map(printed)).toEqual([
    [contract.windowOperator.parameter.actions],
    [contract.customerKey.key, index, table, replayer].map(({ actions }) => actions),
  ]);
});

test('the warning names the role and can be acknowledged', () => {
  const stack = newStack('Orders', { env: ENV });
  new MaintenanceWindow(stack, 'Window').grantOperate(imported(stack));
  expect(warnings(stack)).toEqual([
    expect.stringMatching(
      /^grantOperate\(\) changes nothing for the role 'Orders\/Person' \(arn:aws:iam::111111111111:role\/person\).*\[ack: cdk-patient-lambda:operatorNotGranted\]$/s,
    ),
  ]);
});

test.each<[string, (stack: Stack) => iam.IGrantable]>([
  ['a role of the app', (stack) => new iam.Role(stack, 'Person', PERSON)],
  [
    'a role of another stack',
    (stack) => new iam.Role(new Stack(stack.node.root, 'People', { env: ENV }), 'Person', { ...PERSON, roleName: 'person' }),
  ],
  ['an imported role', (stack) => iam.Role.fromRoleArn(stack, 'Person', ARN)],
  ['a role that is looked up after this synth', (stack) => iam.Role.fromLookup(stack, 'Person', { roleName: 'person' })],
  ['an imported user', (stack) => iam.User.fromUserName(stack, 'Person', 'person')],
  ['a group', (stack) => new iam.Group(stack, 'People')],
  [
    'a role that has it from elsewhere in the app',
    (stack) => {
      const statements = [new iam.PolicyStatement({ actions: ['ssm:*', 'dynamodb:*', 'lambda:Invoke*'], resources: ['*'] })];
      const person = imported(stack);
      new iam.Policy(stack, 'Policy', { statements, roles: [person] });
      return person;
    },
  ],
])('%s is none', (_, person) => {
  const stack = newStack('Orders', { env: ENV });
  const grantee = person(stack);
  const window = MaintenanceWindow.fromMaintenanceWindowAttributes(stack, 'Window', { stackName: 'Platform', windowName: 'database' });
  const tableArn = 'arn:aws:dynamodb:eu-west-1:111111111111:table/events';
  const replayerArn = 'arn:aws:lambda:eu-west-1:111111111111:function:replayer';
  const store = DeferredEventStore.fromDeferredEventStoreAttributes(stack, 'Store', { storeId: 'Platform/Store', tableArn, replayerArn });
  window.grantOperate(grantee);
  store.grantOperate(grantee);
  expect(warnings(stack)).toEqual([]);
});

test('a principal that takes no policy is told by the grant, its key among them', () => {
  const stack = newStack('Orders', { env: ENV });
  const service = new iam.ServicePrincipal('ssm.amazonaws.com');
  const store = new DeferredEventStore(stack, 'Store', { encryptionKey: new kms.Key(stack, 'Key') });
  expect(store.grantOperate(service).principalStatements).toEqual([]);
  expect(store.grantOperate(service).success).toBe(false);
  expect(store.grantOperate(new iam.Role(stack, 'Person', PERSON)).principalStatements).toHaveLength(4);
});
