import { App, CfnWaitConditionHandle, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Construct } from 'constructs';

import contract from '../../../../lambda/contract/names.json';
import { MaintenanceWindow } from '../../../../src';
import { depth } from '../../custom-resource/template';
import { guarded, newStack, resourceOf, resources, statements, type TemplateResource } from '../app';

const { mirror, windows, stackId } = contract.plannerEnvironment;

function ofType(stack: Stack, type: string): [id: string, TemplateResource][] {
  return Object.entries(resources(stack)).filter(([, { Type }]) => Type === type);
}

/** The planner's function in a stack's template. */
function planner(stack: Stack): [id: string, TemplateResource] {
  const [found, ...more] = ofType(stack, 'AWS::Lambda::Function').filter(([id]) => id.startsWith('CdkPatientLambdaPlanner'));
  expect(more).toEqual([]);
  return found;
}

const variables = (stack: Stack): Record<string, unknown> => planner(stack)[1].Properties.Environment.Variables;

const named = (scope: Construct, windowName: string) => new MaintenanceWindow(scope, windowName, { windowName });

describe('the mirror', () => {
  test('is a table by the name of the stack as it is deployed, on demand and recoverable, that goes with its stack', () => {
    const stack = newStack();
    named(stack, 'night');
    const [[id, { Properties: properties, ...rest }], ...others] = ofType(stack, 'AWS::DynamoDB::Table');
    expect(others).toEqual([]);
    expect(properties).toEqual({
      TableName: { 'Fn::Join': ['', ['cdk-patient-lambda-windows-', { Ref: 'AWS::StackName' }]] },
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
    expect(rest).toMatchObject({ DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete' });
    expect(variables(stack)[mirror]).toEqual({ Ref: id });
  });

  test('outlives its windows, as do the function and its role', () => {
    const stack = newStack();
    named(stack, 'night');
    const [[, window]] = ofType(stack, 'Custom::CdkPatientLambdaWindow');
    const [id, fn] = planner(stack);
    expect(window.Properties.ServiceToken).toEqual({ 'Fn::GetAtt': [id, 'Arn'] });
    expect(fn.Properties.Role).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^CdkPatientLambdaPlannerRole/), 'Arn'] });
    expect(ofType(stack, 'AWS::IAM::Policy')).toEqual([]);
  });
});

test("one rule calls the planner, when one of the stack's parameters changes and every minute, and one permission lets it", () => {
  const stack = newStack();
  named(stack, 'night');
  named(stack, 'day');
  const [id] = planner(stack);
  const rules = ofType(stack, 'AWS::Events::Rule');
  expect(rules.map(([, { Properties }]) => Properties)).toEqual([
    {
      Description: expect.any(String),
      EventPattern: {
        'source': ['aws.ssm'],
        'detail-type': ['Parameter Store Change'],
        'detail': {
          name: [{ prefix: { 'Fn::Join': ['', ['/cdk-patient-lambda/windows/', { Ref: 'AWS::StackName' }, '/']] } }],
          operation: ['Create', 'Update', 'Delete'],
        },
      },
      ScheduleExpression: 'rate(1 minute)',
      State: 'ENABLED',
      Targets: [
        {
          Arn: { 'Fn::GetAtt': [id, 'Arn'] },
          Id: expect.any(String),
          RetryPolicy: { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0 },
        },
      ],
    },
  ]);
  expect(ofType(stack, 'AWS::Lambda::Permission').map(([, { Properties }]) => Properties)).toEqual([
    {
      Action: 'lambda:InvokeFunction',
      FunctionName: { 'Fn::GetAtt': [id, 'Arn'] },
      Principal: 'events.amazonaws.com',
      SourceArn: { 'Fn::GetAtt': [rules[0][0], 'Arn'] },
    },
  ]);
});

describe('what the planner is told', () => {
  test('is the stack and all its windows, in the order of the tree, however late they come', () => {
    const stack = newStack();
    named(stack, 'b');
    named(new NestedStack(stack, 'Nested'), 'nested');
    named(new Construct(stack, 'Deep'), 'a');
    const unnamed = new MaintenanceWindow(stack, 'Window');
    expect(variables(stack)).toMatchObject({
      [windows]: `b,nested,a,${unnamed.operatorParameterName.split('/')[4]}`,
      [stackId]: { Ref: 'AWS::StackId' },
    });
  });

  test('are not the windows of a stack that is deployed by itself, though it was made within the first', () => {
    const stack = newStack();
    const inner = new Stack(stack, 'Inner');
    named(stack, 'night');
    named(inner, 'night');
    expect([variables(stack)[windows], variables(inner)[windows]]).toEqual(['night', 'night']);
  });

  test('are not windows that were taken out of the tree', () => {
    const stack = newStack();
    named(stack, 'a');
    named(stack, 'b');
    stack.node.tryRemoveChild('a');
    expect(variables(stack)[windows]).toBe('b');
  });
});

test("a function of another stack reads the mirror of its window's stack, by name, and nothing is exported", () => {
  const platform = newStack('Platform');
  const orders = new Stack(platform.node.root, 'Orders');
  const fn = guarded(orders, 'Fn', { maintenanceWindow: named(platform, 'night') });
  (platform.node.root as App).synth();
  expect(Template.fromStack(platform).toJSON().Outputs).toBeUndefined();
  expect(JSON.stringify(statements(orders, /^FnServiceRole/))).toContain(':table/cdk-patient-lambda-windows-Platform"');
  expect(orders.dependencies).toEqual([platform]);
  expect(ofType(orders, 'Custom::CdkPatientLambdaWindow')).toEqual([]);
  expect(fn.node.scope!.node.tryFindChild('CdkPatientLambdaPlanner')).toBeUndefined();
});

describe('in nested stacks', () => {
  const OWN = /^AWS::(Lambda::Function|DynamoDB::Table|Events::Rule|IAM::Role)$/;

  test('windows go to the planner of the outermost stack', () => {
    const stack = newStack();
    const nested = new NestedStack(stack, 'Nested');
    const inner = new NestedStack(nested, 'Inner');
    named(inner, 'night');
    const [[, window]] = ofType(inner, 'Custom::CdkPatientLambdaWindow');
    expect(Object.values(resources(inner)).filter(({ Type }) => OWN.test(Type))).toEqual([]);
    expect(Object.values(resources(nested)).map(({ Type }) => Type)).toEqual(['AWS::CloudFormation::Stack']);
    // Handed down from stack to stack
    const [[, innermost]] = ofType(nested, 'AWS::CloudFormation::Stack');
    const [[, outer]] = ofType(stack, 'AWS::CloudFormation::Stack');
    const handed = innermost.Properties.Parameters[window.Properties.ServiceToken.Ref as string] as { Ref: string };
    expect(outer.Properties.Parameters[handed.Ref]).toEqual({ 'Fn::GetAtt': [planner(stack)[0], 'Arn'] });
    expect(variables(stack)[windows]).toBe('night');
  });

  test.each<[string, string]>([
    ['parent', 'parent'],
    ['parent', 'nested'],
    ['nested', 'parent'],
    ['nested', 'nested'],
  ])('a function in the %s is guarded by a window in the %s, and nothing goes in circles', (functionIn, windowIn) => {
    const parent = newStack();
    const stacks: Record<string, Stack> = { parent, nested: new NestedStack(parent, 'Nested') };
    new CfnWaitConditionHandle(stacks.nested, 'Any');
    const fn = guarded(stacks[functionIn], 'Fn', { maintenanceWindow: named(stacks[windowIn], 'night') });
    (parent.node.root as App).synth();
    for (const stack of Object.values(stacks)) {
      // Throws for a circle
      depth(resources(stack));
    }
    const stackName = functionIn === 'parent' ? 'AWS::StackName' : expect.stringContaining('referenceto');
    const operatorParameter = { 'Fn::Join': ['', ['/cdk-patient-lambda/windows/', { Ref: stackName }, '/night/operator']] };
    expect(resourceOf(fn).Properties.Environment.Variables).toMatchObject({ [contract.environment.operatorParameter]: operatorParameter });
    expect(statements(Stack.of(fn), /^FnServiceRoleDefaultPolicy/)).toContainEqual({
      Effect: 'Allow',
      Action: 'dynamodb:GetItem',
      Resource: { 'Fn::Join': ['', expect.arrayContaining([':table/cdk-patient-lambda-windows-', { Ref: stackName }])] },
      Condition: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [operatorParameter] } },
    });
    expect([planner(parent)[0], variables(parent)[windows]]).toEqual([expect.any(String), 'night']);
  });

  test('a stage in a stage changes nothing', () => {
    const stage = new Stage(new Stage(new App(), 'Outer'), 'Inner');
    const stack = new Stack(stage, 'Orders', { stackName: 'Orders' });
    named(stack, 'night');
    expect(variables(stack)[windows]).toBe('night');
    expect(Template.fromStack(stack).toJSON().Outputs).toBeUndefined();
  });
});
