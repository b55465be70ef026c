import { App, CfnOutput, CfnParameter, Duration, Lazy, NestedStack, Stack, Stage, Tags } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

import { MaintenanceWindow } from '../../../src';
import { deployed, guarded, newStack, resources, statements } from './app';

test("is one custom resource that names the operator's parameter, and no AWS::SSM::Parameter", () => {
  const stack = newStack();
  const window = new MaintenanceWindow(stack, 'Window');
  const template = Template.fromStack(stack);
  template.hasResourceProperties('Custom::CdkPatientLambdaWindow', {
    OperatorParameterName: stack.resolve(window.operatorParameterName),
    ServiceTimeout: '300',
  });
  template.resourceCountIs('AWS::SSM::Parameter', 0);
});

test("hands the app's tags and its own to the parameter, and no member when there are none", () => {
  const stack = newStack();
  const window = new MaintenanceWindow(stack, 'Window');
  Tags.of(stack.node.root).add('team', 'orders');
  Tags.of(window).add('cost', 'night');
  const tagged = Template.fromStack(stack).findResources('Custom::CdkPatientLambdaWindow');
  expect(Object.values(tagged)[0].Properties.Tags).toEqual([
    { Key: 'cost', Value: 'night' },
    { Key: 'team', Value: 'orders' },
  ]);
  const plain = newStack('Plain');
  new MaintenanceWindow(plain, 'Window');
  expect(Object.values(Template.fromStack(plain).findResources('Custom::CdkPatientLambdaWindow'))[0].Properties).not.toHaveProperty('Tags');
});

test("its parameter's name stays what it is when the stack is put into a stage", () => {
  const plain = new MaintenanceWindow(newStack('Orders'), 'Window');
  const staged = new MaintenanceWindow(new Stack(new Stage(new App(), 'Production'), 'Orders', { stackName: 'Orders' }), 'Window');
  const name = deployed(plain.stack, plain.operatorParameterName);
  expect(deployed(staged.stack, staged.operatorParameterName)).toBe(name);
  expect(name).toMatch(/^\/cdk-patient-lambda\/windows\/Orders\/Window[0-9a-f]{8}\/operator$/);
});

describe("the stack's name in that of the parameter", () => {
  const nameIn = (stack: Stack, window: MaintenanceWindow) => {
    new CfnOutput(stack, 'Name', { value: window.operatorParameterName });
    (stack.node.root as App).synth();
    return Template.fromStack(stack).toJSON().Outputs.Name.Value['Fn::Join']?.[1][1] ?? Template.fromStack(stack).toJSON().Outputs.Name.Value;
  };

  test('is what the stack is deployed as, so that two deployments of one template differ', () => {
    const stack = newStack();
    expect(nameIn(stack, new MaintenanceWindow(stack, 'Window'))).toEqual({ Ref: 'AWS::StackName' });
  });

  test("is the top-level stack's in nested ones", () => {
    const stack = newStack();
    const nested = new NestedStack(stack, 'Nested');
    const reference = nameIn(nested, new MaintenanceWindow(nested, 'Window')) as { Ref: string };
    const { Parameters } = Object.values(resources(stack)).find(({ Type }) => Type === 'AWS::CloudFormation::Stack')!.Properties;
    expect(Parameters[reference.Ref]).toEqual({ Ref: 'AWS::StackName' });
  });

  test('is written out in another stack, and imported from none', () => {
    const stack = newStack();
    const window = new MaintenanceWindow(stack, 'Window');
    const other = new Stack(stack.node.root, 'Other');
    expect(nameIn(other, window)).toMatch(/^\/cdk-patient-lambda\/windows\/Orders\/Window[0-9a-f]{8}\/operator$/);
    expect(Template.fromStack(stack).toJSON().Outputs).toBeUndefined();
  });
});

test('windows in nested stacks have names of their own', () => {
  const stack = newStack();
  const windows = ['A', 'B'].map((id) => new MaintenanceWindow(new NestedStack(stack, id), 'Window'));
  windows.push(new MaintenanceWindow(stack, 'AWindow'));
  expect(new Set(windows.map(({ operatorParameterName }) => operatorParameterName.split('/')[4])).size).toBe(3);
});

describe('windowName', () => {
  test("is in the parameter's name, wherever the window is in the stack", () => {
    const stack = newStack();
    const window = new MaintenanceWindow(new Construct(stack, 'Deep'), 'Window', { windowName: 'database' });
    expect(deployed(stack, window.operatorParameterName)).toBe('/cdk-patient-lambda/windows/Orders/database/operator');
  });

  test.each(['', 'a/b', 'a b', 'a'.repeat(65), Lazy.string({ produce: () => 'late' })])('%p is refused', (windowName) => {
    expect(() => new MaintenanceWindow(newStack(), 'Window', { windowName })).toThrow(
      "'Orders/Window': windowName must be 1 to 64 letters, digits, '.', '_' or '-', known at synth",
    );
  });

  test('is unique in the top-level stack', () => {
    const stack = newStack();
    new MaintenanceWindow(new NestedStack(stack, 'Nested'), 'Window', { windowName: 'database' });
    new MaintenanceWindow(new Stack(stack.node.root, 'Other'), 'Window', { windowName: 'database' });
    new MaintenanceWindow(new Stack(stack, 'Within'), 'Window', { windowName: 'database' });
    expect(() => new MaintenanceWindow(stack, 'Window', { windowName: 'database' })).toThrow(
      "'Orders/Window': windowName 'database' is that of 'Orders/Nested/Window' in the same stack: share it, or give another name",
    );
  });
});

describe('of a stack', () => {
  test('is one, and what guarded functions share unless they have another', () => {
    const stack = newStack();
    const window = MaintenanceWindow.ofStack(stack, { longestWindow: Duration.hours(4), windowName: 'night' });
    expect(MaintenanceWindow.ofStack(new Construct(stack, 'Deep'))).toBe(window);
    expect(MaintenanceWindow.ofStack(stack, {})).toBe(window);
    expect(guarded(stack, 'Fn').maintenanceWindow).toBe(window);
    expect([window.longestWindow.toHours(), window.node.path]).toEqual([4, 'Orders/CdkPatientLambdaWindow']);
    expect(MaintenanceWindow.ofStack(new NestedStack(stack, 'Nested'))).not.toBe(window);
  });

  test('may be asked for with the same options again, however they are written', () => {
    const stack = newStack();
    const window = MaintenanceWindow.ofStack(stack, { longestWindow: Duration.hours(4), windowName: 'night' });
    expect(MaintenanceWindow.ofStack(stack, { windowName: 'night', longestWindow: Duration.minutes(240) })).toBe(window);
  });

  test('with other options is an error that names both', () => {
    const stack = newStack();
    guarded(stack, 'Fn');
    expect(() => MaintenanceWindow.ofStack(stack, { longestWindow: Duration.hours(4) })).toThrow(
      "'Orders/CdkPatientLambdaWindow': ofStack was called for 'Orders' with the options { longestWindow: PT4H }, but it was made with {}: " +
        "give the options in the first call, before the stack's first guarded function, and the same or none afterwards",
    );
  });
});

test('is told apart from others', () => {
  const stack = newStack();
  const imported = MaintenanceWindow.fromMaintenanceWindowAttributes(stack, 'Theirs', { stackName: 'Platform', windowName: 'night' });
  expect([new MaintenanceWindow(stack, 'Window'), imported, stack].map((one) => MaintenanceWindow.isMaintenanceWindow(one))).toEqual([
    true,
    false,
    false,
  ]);
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

describe('of another app', () => {
  const NAME = '/cdk-patient-lambda/windows/Platform/night/operator';

  test.each([{ operatorParameterName: NAME }, { stackName: 'Platform', windowName: 'night' }])(
    'by %j makes nothing, and can be operated',
    (attrs) => {
      const stack = newStack();
      const window = MaintenanceWindow.fromMaintenanceWindowAttributes(stack, 'Window', { ...attrs, longestWindow: Duration.hours(3) });
      expect([window.operatorParameterName, window.longestWindow.toHours()]).toEqual([NAME, 3]);
      window.grantOperate(new iam.Role(stack, 'Person', { assumedBy: new iam.AccountRootPrincipal() }));
      expect(JSON.stringify(statements(stack, /^PersonDefaultPolicy/))).toContain(`parameter${NAME}`);
      expect(Object.values(resources(stack)).map(({ Type }) => Type)).toEqual(['AWS::IAM::Role', 'AWS::IAM::Policy']);
    },
  );

  test('has the name that the app which makes it gives it', () => {
    const platform = newStack('Platform');
    const window = new MaintenanceWindow(platform, 'Window', { windowName: 'night' });
    expect(deployed(platform, window.operatorParameterName)).toBe(NAME);
  });

  test.each(['/elsewhere/operator', '/cdk-patient-lambda/windows/Platform/Night/planned', '/cdk-patient-lambda/windows/Night/operator', ''])(
    'refuses %p, which the replayer could not read',
    (operatorParameterName) => {
      expect(() => MaintenanceWindow.fromMaintenanceWindowAttributes(newStack(), 'Window', { operatorParameterName })).toThrow(
        `operatorParameterName must be /cdk-patient-lambda/windows/<stack name>/<window name>/operator, got '${operatorParameterName}'`,
      );
    },
  );

  test.each([{}, { stackName: 'Platform' }, { windowName: 'night' }, { operatorParameterName: NAME, windowName: 'night' }])(
    'refuses %j, which does not say what it is',
    (attrs) => {
      expect(() => MaintenanceWindow.fromMaintenanceWindowAttributes(newStack(), 'Window', attrs)).toThrow(
        "'Orders/Window': give either operatorParameterName or both stackName and windowName",
      );
    },
  );

  test('takes a name that only the deployment knows', () => {
    const stack = newStack();
    const operatorParameterName = new CfnParameter(stack, 'Name').valueAsString;
    const window = MaintenanceWindow.fromMaintenanceWindowAttributes(stack, 'Window', { operatorParameterName });
    expect(window.operatorParameterName).toBe(operatorParameterName);
  });
});
