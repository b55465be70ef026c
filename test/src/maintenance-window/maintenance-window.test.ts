import { App, CfnParameter, Duration, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';

import { MaintenanceWindow } from '../../../src';
import { newStack, resources, statements } from './app';

test("is one custom resource that names the operator's parameter, and no AWS::SSM::Parameter", () => {
  const stack = newStack();
  const window = new MaintenanceWindow(stack, 'Window');
  const template = Template.fromStack(stack);
  template.hasResourceProperties('Custom::CdkPatientLambdaWindow', {
    OperatorParameterName: window.operatorParameterName,
    ServiceTimeout: '300',
  });
  template.resourceCountIs('AWS::SSM::Parameter', 0);
});

test("its parameter's name stays what it is when the stack is put into a stage", () => {
  const plain = new MaintenanceWindow(newStack('Orders'), 'Window');
  const staged = new MaintenanceWindow(new Stack(new Stage(new App(), 'Production'), 'Orders', { stackName: 'Orders' }), 'Window');
  expect(staged.operatorParameterName).toBe(plain.operatorParameterName);
  expect(plain.operatorParameterName).toMatch(/^\/cdk-patient-lambda\/windows\/Orders\/Window[0-9a-f]{8}\/operator$/);
});

test("windows in nested stacks have names of their own under the top-level stack's", () => {
  const stack = newStack();
  const names = ['A', 'B'].map((id) => new MaintenanceWindow(new NestedStack(stack, id), 'Window').operatorParameterName);
  names.push(new MaintenanceWindow(stack, 'AWindow').operatorParameterName);
  expect(new Set(names).size).toBe(3);
  expect(names.every((name) => name.startsWith('/cdk-patient-lambda/windows/Orders/'))).toBe(true);
});

test('windows of one stack share one planner', () => {
  const stack = newStack();
  new MaintenanceWindow(stack, 'A');
  new MaintenanceWindow(stack, 'B');
  const tokens = Object.values(resources(stack))
    .filter(({ Type }) => Type === 'Custom::CdkPatientLambdaWindow')
    .map(({ Properties }) => Properties.ServiceToken);
  expect(tokens).toHaveLength(2);
  expect(tokens[0]).toEqual(tokens[1]);
});

describe('longestWindow', () => {
  test('is 12 hours unless said otherwise', () => {
    expect(new MaintenanceWindow(newStack(), 'Window').longestWindow.toHours()).toBe(12);
    expect(new MaintenanceWindow(newStack(), 'Window', { longestWindow: Duration.days(2) }).longestWindow.toHours()).toBe(48);
  });

  test.each([Duration.seconds(59), Duration.millis(90_500)])('of %s is refused', (longestWindow) => {
    expect(() => new MaintenanceWindow(newStack(), 'Window', { longestWindow })).toThrow(
      'longestWindow must be a whole number of seconds of at least 60',
    );
  });
});

describe("by its parameter's name", () => {
  const NAME = '/cdk-patient-lambda/windows/Platform/Night1a2b3c4d/operator';

  test('makes nothing, and can be operated', () => {
    const stack = newStack();
    const window = MaintenanceWindow.fromParameterName(stack, 'Window', NAME, { longestWindow: Duration.hours(3) });
    expect([window.operatorParameterName, window.longestWindow.toHours()]).toEqual([NAME, 3]);
    window.grantOperate(new iam.Role(stack, 'Person', { assumedBy: new iam.AccountRootPrincipal() }));
    expect(JSON.stringify(statements(stack, /^PersonDefaultPolicy/))).toContain(`parameter${NAME}`);
    expect(Object.values(resources(stack)).map(({ Type }) => Type)).toEqual(['AWS::IAM::Role', 'AWS::IAM::Policy']);
  });

  test.each(['/elsewhere/operator', '/cdk-patient-lambda/windows/Platform/Night/planned', ''])(
    'refuses %p, which the replayer could not read',
    (name) => {
      expect(() => MaintenanceWindow.fromParameterName(newStack(), 'Window', name)).toThrow(
        `parameterName must be /cdk-patient-lambda/windows/<stack>/<window>/operator, got '${name}'`,
      );
    },
  );

  test('takes a name that only the deployment knows', () => {
    const stack = newStack();
    const name = new CfnParameter(stack, 'Name').valueAsString;
    expect(MaintenanceWindow.fromParameterName(stack, 'Window', name).operatorParameterName).toBe(name);
  });
});
