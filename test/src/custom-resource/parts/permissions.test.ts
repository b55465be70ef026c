import { Duration, NestedStack, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';

import contract from '../../../../lambda/contract/iam.json';
import {
  type LongRunningCodeOptions,
  type LongRunningFunctionHandler,
  LongRunningHandler,
  LongRunningProvider,
  type LongRunningProviderProps,
} from '../../../../src';
import { newStack, resources } from '../../maintenance-window/app';
import { CODE, code, functionOf, longRunning, only, problems } from '../template';

const RESPONDER = { 'Fn::GetAtt': ['CdkPatientLambdaResponderFunctionD65FE059', 'Arn'] };
const LOGS = { 'Fn::GetAtt': ['CdkPatientLambdaResponderLogsB734542F', 'Arn'] };
const OWN_STACK = { Ref: 'AWS::StackId' };

interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

/** Statements of a template as the contract writes them, in no order. */
function written(statements: Statement[]): unknown[] {
  expect(statements.map(({ Effect }) => Effect)).toEqual(statements.map(() => 'Allow'));
  const all = statements.map(({ Action, Resource, Condition: condition }) => {
    return { actions: [Action].flat(), resources: [Resource].flat(), ...(condition ? { condition } : {}) };
  });
  return inNoOrder(all);
}

type Role = Record<string, { actions: string[]; resources: string[]; condition?: object }>;

/** The statements of some roles of the contract with their blanks filled in, in no order. */
function expected(roles: Role[], values: Record<string, unknown>): unknown[] {
  const all = roles.flatMap((role) =>
    Object.values(role).map(({ actions, resources: named, condition }) => ({
      actions,
      resources: named.map((name) => (name in values ? values[name] : name)).flat(),
      ...(condition
        ? { condition: { StringEquals: { 'kms:ViaService': { 'Fn::Join': ['', ['secretsmanager.', { Ref: 'AWS::Region' }, '.amazonaws.com']] } } } }
        : {}),
    })),
  );
  return inNoOrder(all);
}

function inNoOrder(statements: object[]): unknown[] {
  return statements
    .map((statement) => JSON.stringify(statement))
    .sort()
    .map((text) => JSON.parse(text) as unknown);
}

function inline(stack: Stack, role: RegExp): unknown[] {
  const [, { Properties }] = Object.entries(resources(stack)).find(([id, { Type }]) => Type === 'AWS::IAM::Role' && role.test(id))!;
  expect(Properties.ManagedPolicyArns).toBeUndefined();
  return written(Properties.Policies.flatMap((policy: any) => policy.PolicyDocument.Statement));
}

function attached(stack: Stack, id: RegExp): unknown[] {
  const [, { Properties }] = Object.entries(resources(stack)).find(([name, { Type }]) => Type === 'AWS::IAM::Policy' && id.test(name))!;
  return written(Properties.PolicyDocument.Statement);
}

function provided(options: Partial<LongRunningCodeOptions> = {}, stack = newStack(), props: Partial<LongRunningProviderProps> = {}): Stack {
  const provider = new LongRunningProvider(stack, 'P', { handler: code(options), ...props });
  longRunning(stack, 'Any', { handler: LongRunningHandler.fromProvider(provider) });
  return stack;
}

const EARLY = { '<own log group>:*': LOGS, '<responder>': RESPONDER, '<its stack>': OWN_STACK, '<stacks>': [] };

/** What the function that the construct makes is granted before it is made. */
const early = (values: Record<string, unknown> = {}, ...further: Role[]) =>
  expected([contract.ownLogs, contract.longRunningFunction, ...further], { ...EARLY, ...values });

test('the function may write its log, call the responder and read its stack: inline in its role, before it is made', () => {
  expect(inline(provided(), /^PRole/)).toEqual(early());
});

test('further stacks are read when they are named', () => {
  const stackArns = ['arn:aws:cloudformation:eu-west-1:123456789012:stack/Orders/*'];
  expect(inline(provided({}, newStack(), { stackArns }), /^PRole/)).toEqual(early({ '<stacks>': stackArns }));
});

test("a log group of the user's own is the only one it may write to", () => {
  const stack = newStack();
  provided({ logGroup: logs.LogGroup.fromLogGroupName(stack, 'Own', '/own') }, stack);
  const arn = {
    'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':logs:', { Ref: 'AWS::Region' }, ':', { Ref: 'AWS::AccountId' }, ':log-group:/own:*']],
  };
  expect(inline(stack, /^PRole/)).toEqual(early({ '<own log group>:*': arn }));
  expect(functionOf(stack).Properties.LoggingConfig).toEqual({ LogGroup: '/own' });
  expect((stack.node.findChild('P') as LongRunningProvider).logGroup!.logGroupName).toBe('/own');
});

test('secrets and their keys, and no others; of a name alone with the suffix that Secrets Manager adds', () => {
  const stack = newStack();
  const key = new kms.Key(stack, 'Key');
  const secrets = [
    new secretsmanager.Secret(stack, 'Made', { encryptionKey: key }),
    secretsmanager.Secret.fromSecretNameV2(stack, 'Named', 'orders/db'),
  ];
  provided({}, stack, { secrets });
  const ids = Object.keys(resources(stack));
  const named = {
    'Fn::Join': [
      '',
      ['arn:', { Ref: 'AWS::Partition' }, ':secretsmanager:', { Ref: 'AWS::Region' }, ':', { Ref: 'AWS::AccountId' }, ':secret:orders/db-??????'],
    ],
  };
  expect(inline(stack, /^PRole/)).toEqual(
    early(
      {
        '<secrets>': [{ Ref: ids.find((id) => id.startsWith('Made'))! }, named],
        '<keys of the secrets>': { 'Fn::GetAtt': [ids.find((id) => id.startsWith('Key'))!, 'Arn'] },
      },
      contract.longRunningFunctionWithSecrets,
    ),
  );
  const withoutKey = [secretsmanager.Secret.fromSecretNameV2(newStack(), 'Named', 'x')];
  expect(JSON.stringify(inline(provided({}, newStack(), { secrets: withoutKey }), /^PRole/))).not.toContain('kms:');
});

test('network interfaces on anything, in a network alone', () => {
  const stack = newStack();
  const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-1', availabilityZones: ['a'], privateSubnetIds: ['subnet-1'] });
  const securityGroups = [ec2.SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-1')];
  provided({ vpc, securityGroups, vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS } }, stack);
  expect(inline(stack, /^PRole/)).toEqual(early({}, contract.longRunningFunctionInVpc));
  expect(functionOf(stack).Properties.VpcConfig).toEqual({ SecurityGroupIds: ['sg-1'], SubnetIds: ['subnet-1'] });
  const responder = Object.entries(resources(stack)).find(([id]) => id.startsWith('CdkPatientLambdaResponderFunction'))![1];
  expect(responder.Properties.VpcConfig).toBeUndefined();
});

test("nothing on anything otherwise; X-Ray's writes when it is traced", () => {
  expect(JSON.stringify(resources(provided()))).not.toContain('"*"');
  expect(attached(provided({ tracing: lambda.Tracing.ACTIVE }), /^PRoleDefaultPolicy/)).toEqual([
    { actions: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], resources: ['*'] },
  ]);
});

test('the next execution is the very ARN that CloudFormation invokes, in a policy that comes after the function, as is the responder', () => {
  const stack = provided();
  expect(attached(stack, /^PInvokeSelf/)).toEqual(
    expected([contract.longRunningSelf], { '<service token>': { 'Fn::GetAtt': ['PFunctionCC954752', 'Arn'] }, '<responder>': RESPONDER }),
  );
  const aliased = newStack();
  const alias = new lambda.Function(aliased, 'Fn', { ...CODE, timeout: Duration.minutes(15) }).addAlias('live');
  const provider = new LongRunningProvider(aliased, 'P', { handler: LongRunningHandler.fromFunction(alias) });
  longRunning(aliased, 'Any', { handler: LongRunningHandler.fromProvider(provider) });
  expect(attached(aliased, /^PInvokeSelf/)).toEqual(
    expected([contract.longRunningSelf], { '<service token>': { Ref: only(aliased, 'AWS::Lambda::Alias')[0] }, '<responder>': RESPONDER }),
  );
});

test('a function made elsewhere has the same, but for its log, in the policy that comes before it', () => {
  const stack = newStack();
  longRunning(stack, 'Any', {
    handler: LongRunningHandler.fromFunction(new lambda.Function(stack, 'Fn', { ...CODE, timeout: Duration.minutes(15) })),
  });
  expect(attached(stack, /^FnServiceRoleDefaultPolicy/)).toEqual(expected([contract.longRunningFunction], EARLY));
  expect(functionOf(stack).DependsOn).toEqual(expect.arrayContaining([expect.stringMatching(/^FnServiceRoleDefaultPolicy/)]));
});

test('the responder may write its log and nothing else', () => {
  expect(inline(provided(), /^CdkPatientLambdaResponderRole/)).toEqual(expected([contract.ownLogs], { '<own log group>:*': LOGS }));
});

describe("a role of the user's", () => {
  const trust = { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') };

  test('is granted the same', () => {
    const stack = newStack();
    provided({ role: new iam.Role(stack, 'Own', trust) }, stack);
    expect(attached(stack, /^OwnDefaultPolicy/)).toEqual(early());
    expect(functionOf(stack).DependsOn).toEqual(expect.arrayContaining([expect.stringMatching(/^OwnDefaultPolicy/)]));
    expect(Object.values(resources(stack)).filter(({ Type }) => Type === 'AWS::IAM::Role')).toHaveLength(2);
  });

  test('that is imported is granted the same by policies of the stack', () => {
    const stack = newStack();
    provided({ role: iam.Role.fromRoleArn(stack, 'Own', 'arn:aws:iam::123456789012:role/own') }, stack);
    expect(attached(stack, /^OwnPolicy/)).toEqual(early());
    expect(functionOf(stack).DependsOn).toEqual(expect.arrayContaining([expect.stringMatching(/^OwnPolicy/)]));
  });

  test("that can't be changed is left alone, and the resource still follows the invoke config", () => {
    const stack = newStack();
    provided({ role: iam.Role.fromRoleArn(stack, 'Own', 'arn:aws:iam::123456789012:role/own', { mutable: false }) }, stack);
    expect(problems(stack)).toBe('');
    expect(Object.values(resources(stack)).filter(({ Type }) => Type === 'AWS::IAM::Policy')).toEqual([]);
    expect(only(stack, 'Custom::LongRunning')[1].DependsOn).toEqual([expect.stringMatching(/^PFunctionEventInvokeConfig/)]);
  });
});

describe('a role of another stack', () => {
  const trust = { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') };
  const roleIn = (stack: Stack) => new iam.Role(stack, 'Own', trust);

  test.each<[string, (stack: Stack, role: iam.IRole) => LongRunningFunctionHandler, RegExp]>([
    ['a function that the construct makes', (_, role) => code({ role }), /^PFunction[0-9A-F]/],
    [
      'a function made elsewhere',
      (stack, role) => LongRunningHandler.fromFunction(new lambda.Function(stack, 'Fn', { ...CODE, timeout: Duration.minutes(15), role })),
      /^Fn[0-9A-F]/,
    ],
  ])('is granted what %s needs by a policy in its stack, which the function waits for', (_, handler, id) => {
    const stack = newStack();
    const provider = new LongRunningProvider(stack, 'P', { handler: handler(stack, roleIn(new Stack(stack.node.root, 'Roles'))) });
    longRunning(stack, 'Any', { handler: LongRunningHandler.fromProvider(provider) });
    expect(problems(stack)).toBe('');
    const granted = attached(stack, /LongRunningPolicy/);
    expect(granted).toEqual(expect.arrayContaining(expected([contract.longRunningFunction], EARLY)));
    const [, made] = Object.entries(resources(stack)).find(([name, { Type }]) => Type === 'AWS::Lambda::Function' && id.test(name))!;
    expect(made.DependsOn).toEqual([expect.stringMatching(/LongRunningPolicy/)]);
  });

  test('is granted the same in a nested stack by a policy of that', () => {
    const parent = newStack();
    const nested = new NestedStack(parent, 'Nested');
    provided({ role: roleIn(parent) }, nested);
    expect(problems(parent)).toBe('');
    expect(attached(nested, /LongRunningPolicy/)).toEqual(early());
  });

  test("that can't be changed is left alone", () => {
    const stack = newStack();
    provided({ role: roleIn(new Stack(stack.node.root, 'Roles')).withoutPolicyUpdates() }, stack);
    expect(problems(stack)).toBe('');
    expect(Object.values(resources(stack)).filter(({ Type }) => Type === 'AWS::IAM::Policy')).toEqual([]);
  });
});

test('every role takes a permissions boundary', () => {
  const stack = newStack();
  iam.PermissionsBoundary.of(stack).apply(iam.ManagedPolicy.fromManagedPolicyName(stack, 'Boundary', 'boundary'));
  provided({}, stack);
  const roles = Object.values(resources(stack)).filter(({ Type }) => Type === 'AWS::IAM::Role');
  expect(roles).toHaveLength(2);
  expect(roles.every(({ Properties }) => JSON.stringify(Properties.PermissionsBoundary).includes('boundary'))).toBe(true);
});

test("a key for the variables, concurrency, memory, architecture, layers and description are the function's", () => {
  const stack = newStack();
  provided(
    {
      environmentEncryption: kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-west-1:123456789012:key/1'),
      reservedConcurrentExecutions: 3,
      memorySize: 512,
      architecture: lambda.Architecture.ARM_64,
      layers: [lambda.LayerVersion.fromLayerVersionArn(stack, 'Layer', 'arn:aws:lambda:eu-west-1:123456789012:layer:own:1')],
      description: 'Restores',
    },
    stack,
  );
  expect(functionOf(stack).Properties).toMatchObject({
    KmsKeyArn: 'arn:aws:kms:eu-west-1:123456789012:key/1',
    ReservedConcurrentExecutions: 3,
    MemorySize: 512,
    Architectures: ['arm64'],
    Layers: ['arn:aws:lambda:eu-west-1:123456789012:layer:own:1', { Ref: 'CdkPatientLambdaHandlerLayerFCF9109F' }],
    Description: 'Restores',
  });
  expect(functionOf(provided()).Properties).toMatchObject({ MemorySize: 256, Architectures: ['x86_64'] });
});
