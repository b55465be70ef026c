import { App, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import * as sqs from 'aws-cdk-lib/aws-sqs';

import contract from '../../../../lambda/contract/iam.json';
import { DeferredEventStore, MaintenanceWindow } from '../../../../src';
import { guarded, newStack, statements } from '../app';

const ENV = { account: '111111111111', region: 'eu-west-1' };
const ARN = (service: string, rest: string) => `arn:<partition>:${service}:${ENV.region}:${ENV.account}:${rest}`;

type Role = Record<string, object>;

/** The statements of some roles of the contract with their blanks filled in, in no order. */
function expected(roles: readonly Role[], blanks: Record<string, string>): object[] {
  const text = Object.entries({ '<region>': ENV.region, '<account>': ENV.account, ...blanks }).reduce(
    (result, [blank, value]) => result.split(blank).join(value),
    JSON.stringify(roles.flatMap((role) => Object.values(role))),
  );
  return inNoOrder(JSON.parse(text) as object[]);
}

function inNoOrder(statements: object[]): object[] {
  return statements
    .map((statement) => JSON.stringify(statement))
    .sort()
    .map((text) => JSON.parse(text) as object);
}

/** A synthesized statement in the form of the contract. */
function actual(statement: any): object {
  const list = (value: unknown) => (Array.isArray(value) ? value : [value]);
  return {
    actions: list(statement.Action),
    resources: list(statement.Resource).map(flat),
    ...(statement.Condition ? { condition: conditionOf(statement.Condition) } : {}),
  };
}

/** Keys as text. */
function conditionOf(condition: Record<string, Record<string, any>>): object {
  return Object.fromEntries(
    Object.entries(condition).map(([operator, keys]) => [
      operator,
      Object.fromEntries(Object.entries(keys).map(([key, values]) => [key, Array.isArray(values) ? values.map(flat) : values])),
    ]),
  );
}

/** ARNs as text; a reference as the name of what it refers to. */
function flat(value: any): string {
  if (typeof value === 'string') {
    return value;
  }
  if (value['Fn::Join']) {
    return value['Fn::Join'][1].map(flat).join('');
  }
  if (value['Fn::GetAtt']) {
    return `{${value['Fn::GetAtt'][0].replace(/[0-9A-F]{8}$/, '')}}`;
  }
  if (value['Fn::ImportValue']) {
    return `{${value['Fn::ImportValue']}}`;
  }
  const pseudo: Record<string, string> = { 'AWS::Partition': '<partition>', 'AWS::StackName': 'Orders' };
  return pseudo[value.Ref] ?? `{${value.Ref}}`;
}

function policiesOf(stack: Stack, roleId: RegExp): object[] {
  return inNoOrder(statements(stack, roleId).map(actual));
}

test("a function may read its parameter and its window's item, and write and read rows of its own key", () => {
  const stack = newStack('Orders', { env: ENV });
  const fn = guarded(stack, 'Fn');
  expect(policiesOf(stack, /^FnServiceRoleDefaultPolicy/)).toEqual(
    expected([contract.function, contract.functionWithMirror], {
      // Windows have no planned parameter before they can have a schedule
      '"<operator parameter>","<planned parameter>"': `"${ARN('ssm', `parameter${flat(stack.resolve(fn.maintenanceWindow.operatorParameterName))}`)}"`,
      '<table>': '{CdkPatientLambdaStoreTable}',
      '<functionKey>': fn.functionKey,
      '<mirror>': ARN('dynamodb', 'table/cdk-patient-lambda-windows-Orders'),
      '<operator parameter>': flat(stack.resolve(fn.maintenanceWindow.operatorParameterName)),
    }),
  );
});

test('the replayer may do what the contract lists, and write its log', () => {
  const stack = newStack('Orders', { env: ENV });
  const store = new DeferredEventStore(stack, 'Store');
  expect(policiesOf(stack, /^StoreReplayerRole/)).toEqual(
    expected([contract.ownLogs, contract.replayer], {
      '<own log group>:*': '{StoreReplayerLogs}',
      '<table>': '{StoreTable}',
      '<store id>': store.storeId,
    }),
  );
});

test('the planner may make, read, mirror and remove the parameters of its stack, and tell the event bus', () => {
  const stack = newStack('Orders', { env: ENV });
  new MaintenanceWindow(stack, 'Window');
  expect(policiesOf(stack, /^CdkPatientLambdaPlannerRole/)).toEqual(
    expected([contract.ownLogs, contract.planner], {
      '<own log group>:*': '{CdkPatientLambdaPlannerLogs}',
      "<parameters of its stack's windows>": ARN('ssm', 'parameter/cdk-patient-lambda/windows/Orders/*'),
      '<mirror>': '{CdkPatientLambdaPlannerMirror}',
    }),
  );
});

test('an operator gets what the command needs', () => {
  const stack = newStack('Orders', { env: ENV });
  const person = new iam.Role(stack, 'Person', { assumedBy: new iam.AccountRootPrincipal() });
  const window = new MaintenanceWindow(stack, 'Window');
  window.grantOperate(person);
  new DeferredEventStore(stack, 'Store').grantOperate(person);
  expect(policiesOf(stack, /^PersonDefaultPolicy/)).toEqual(
    expected([contract.windowOperator, contract.storeOperator], {
      '<operator parameter>': ARN('ssm', `parameter${flat(stack.resolve(window.operatorParameterName))}`),
      '<table>': '{StoreTable}',
      '<replayer>': '{StoreReplayerFunction}',
    }),
  );
});

test("a customer's key may be used through DynamoDB alone, and its own policy stays as it is", () => {
  const app = new App();
  const shared = new Stack(app, 'Shared', { env: ENV });
  const stack = new Stack(app, 'Orders', { env: ENV });
  const key = new kms.Key(shared, 'Key');
  const policy = JSON.stringify(shared.resolve((key.node.defaultChild as kms.CfnKey).keyPolicy));
  const store = new DeferredEventStore(shared, 'Store', { encryptionKey: key });
  guarded(stack, 'Fn', { deferredEvents: store });
  const person = new iam.Role(stack, 'Person', { assumedBy: new iam.AccountRootPrincipal() });
  store.grantOperate(person);

  const { actions, condition } = contract.customerKey.key;
  for (const [where, role] of [
    [stack, /^FnServiceRoleDefaultPolicy/],
    [shared, /^StoreReplayerRole/],
    [stack, /^PersonDefaultPolicy/],
  ] as const) {
    expect(policiesOf(where, role)).toContainEqual({
      actions,
      resources: [expect.stringContaining('Key')],
      condition: JSON.parse(JSON.stringify(condition).replace('<region>', ENV.region)),
    });
  }
  expect(JSON.stringify(shared.resolve((key.node.defaultChild as kms.CfnKey).keyPolicy))).toBe(policy);
});

describe('visibility of messages that are left in FIFO queues', () => {
  const VISIBILITY = contract.functionWithFifoQueues.queues.actions;
  const own = (stack: Stack) => policiesOf(stack, /^FnServiceRoleDefaultPolicy/).filter((one: any) => one.actions.join() === VISIBILITY.join());

  test('is granted for mapped FIFO queues, each once, and for nothing else', () => {
    const stack = newStack('Orders', { env: ENV });
    const fn = guarded(stack, 'Fn');
    const fifo = new sqs.Queue(stack, 'Fifo', { fifo: true });
    fn.addEventSource(new SqsEventSource(fifo));
    fn.addEventSource(new SqsEventSource(new sqs.Queue(stack, 'Standard')));
    fn.addEventSourceMapping('Named', { eventSourceArn: 'arn:aws:sqs:eu-west-1:111111111111:named.fifo' });
    fn.addEventSourceMapping('Other', { eventSourceArn: 'arn:aws:sqs:eu-west-1:111111111111:named' });
    expect(own(stack)).toEqual([{ actions: VISIBILITY, resources: ['{Fifo}', 'arn:aws:sqs:eu-west-1:111111111111:named.fifo'] }]);
  });

  test('is granted for mappings of an alias, and of a queue in another stack', () => {
    const app = new App();
    const queues = new Stack(app, 'Queues', { env: ENV });
    const stack = new Stack(app, 'Orders', { env: ENV });
    const fn = guarded(stack, 'Fn');
    const alias = new lambda.Alias(stack, 'Live', { aliasName: 'live', version: fn.currentVersion });
    alias.addEventSource(new SqsEventSource(new sqs.Queue(queues, 'Fifo', { fifo: true })));
    expect(own(stack)).toEqual([{ actions: VISIBILITY, resources: [expect.stringMatching(/Fifo|ImportValue/)] }]);
  });

  test('is granted for a mapping that stands by itself', () => {
    const stack = newStack('Orders', { env: ENV });
    const fn = guarded(stack, 'Fn');
    new lambda.EventSourceMapping(stack, 'Mapping', { target: fn, eventSourceArn: new sqs.Queue(stack, 'Fifo', { fifo: true }).queueArn });
    expect(own(stack)).toEqual([{ actions: VISIBILITY, resources: ['{Fifo}'] }]);
  });

  test("is not granted for another function's queue", () => {
    const stack = newStack('Orders', { env: ENV });
    guarded(stack, 'Fn');
    guarded(stack, 'Other').addEventSource(new SqsEventSource(new sqs.Queue(stack, 'Fifo', { fifo: true })));
    expect(own(stack)).toEqual([]);
  });
});
