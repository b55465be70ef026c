import { App, Aws, CustomResource, Duration, Fn, NestedStack, Stack } from 'aws-cdk-lib';
import * as codedeploy from 'aws-cdk-lib/aws-codedeploy';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import * as cr from 'aws-cdk-lib/custom-resources';
import * as triggers from 'aws-cdk-lib/triggers';

import { DeferralAction, MaintenanceWindowFunction } from '../../../../src';
import { BASIC, guarded, newStack, warnings } from '../app';

type Make = (stack: Stack, fn: MaintenanceWindowFunction) => void;

const patient = (stack: Stack, direct?: DeferralAction, codedeployHook?: DeferralAction) => {
  return guarded(stack, 'Fn', { timeout: Duration.seconds(30), deferral: { direct, codedeployHook } });
};
const ids = (stack: Stack) => warnings(stack).map((warning) => /\[ack: cdk-patient-lambda:(\w+)\]/.exec(warning)?.[1]);

/** The ids of what is warned of a function, with or without an action for direct events and for hooks. */
function warned(make: Make, direct?: DeferralAction, codedeployHook?: DeferralAction): (string | undefined)[] {
  const stack = newStack();
  make(stack, patient(stack, direct, codedeployHook));
  return ids(stack);
}

const trigger: Make = (stack, handler) => new triggers.Trigger(stack, 'Migrate', { handler });
const machine = (stack: Stack, ...states: sfn.IChainable[]) => {
  const definition = states.reduce((before, next) => sfn.Chain.start(before).next(next));
  return new sfn.StateMachine(stack, 'Machine', { definitionBody: sfn.DefinitionBody.fromChainable(definition) });
};
const invoked = (stack: Stack, lambdaFunction: lambda.IFunction, props: Partial<tasks.LambdaInvokeProps> = {}) =>
  machine(stack, new tasks.LambdaInvoke(stack, 'Task', { lambdaFunction, ...props }));
const written = (stack: Stack, definitionString: string, definitionSubstitutions?: Record<string, string>) =>
  new sfn.CfnStateMachine(stack, 'Machine', { roleArn: 'arn:aws:iam::111122223333:role/r', definitionString, definitionSubstitutions });
const sdkCall = (stack: Stack, fn: lambda.IFunction, action: string, more: object = {}) =>
  new cr.AwsCustomResource(stack, 'Call', {
    onCreate: {
      service: 'Lambda',
      action,
      parameters: { FunctionName: fn.functionArn, ...more },
      physicalResourceId: cr.PhysicalResourceId.of('call'),
    },
    policy: cr.AwsCustomResourcePolicy.fromSdkCalls({ resources: cr.AwsCustomResourcePolicy.ANY_RESOURCE }),
  });
const deploymentGroup = (stack: Stack, hooks: object) => {
  const served = new lambda.Function(stack, 'Served', BASIC);
  new codedeploy.LambdaDeploymentGroup(stack, 'Deployments', { alias: served.addAlias('live'), ...hooks });
};

test.each<[string, string, Make]>([
  ['a Trigger', 'triggerTakesMarker', trigger],
  [
    'a Trigger of a guarded TriggerFunction',
    'triggerTakesMarker',
    (stack) => MaintenanceWindowFunction.guard(new triggers.TriggerFunction(stack, 'Migration', { ...BASIC, timeout: Duration.seconds(30) })),
  ],
  ['a task', 'stateMachineTakesMarker', (stack, fn) => invoked(stack, fn)],
  ["a task's alias", 'stateMachineTakesMarker', (stack, fn) => invoked(stack, fn.addAlias('live'))],
  ['a task that gives the bare reply', 'stateMachineTakesMarker', (stack, fn) => invoked(stack, fn, { payloadResponseOnly: true })],
  [
    'a task in a map in a parallel state',
    'stateMachineTakesMarker',
    (stack, fn) => {
      const each = new sfn.Map(stack, 'Each').itemProcessor(new tasks.LambdaInvoke(stack, 'Task', { lambdaFunction: fn }));
      machine(stack, new sfn.Pass(stack, 'First'), new sfn.Parallel(stack, 'Both').branch(each));
    },
  ],
  [
    'a task that is written by hand',
    'stateMachineTakesMarker',
    (stack, fn) => written(stack, `{"States":{"T":{"Type":"Task","Resource":"${fn.functionArn}"}}}`),
  ],
  [
    'a task that is written by hand, by name and alias',
    'stateMachineTakesMarker',
    (stack, fn) => {
      const resource = `arn:${Aws.PARTITION}:states:::aws-sdk:lambda:invoke`;
      written(stack, `{"States":{"T":{"Type":"Task","Resource":"${resource}","Arguments":{"FunctionName":"${fn.functionName}:live"}}}}`);
    },
  ],
  [
    'a definition in which the function is substituted',
    'stateMachineTakesMarker',
    (stack, fn) => written(stack, '{"States":{"T":{"Type":"Task","Resource":"${Function}"}}}', { Function: fn.functionArn }),
  ],
  [
    'a definition that CloudFormation puts together',
    'stateMachineTakesMarker',
    (stack, fn) => written(stack, Fn.sub('{"States":{"T":{"Type":"Task","Resource":"${Function}"}}}', { Function: fn.functionArn })),
  ],
  [
    'a definition with a reference that was written by hand',
    'stateMachineTakesMarker',
    (stack, fn) => {
      const logicalId = stack.resolve((fn.node.defaultChild as lambda.CfnFunction).logicalId) as string;
      const task = {
        Type: 'Task',
        Resource: 'arn:${AWS::Partition}:states:::lambda:invoke',
        Parameters: { FunctionName: `\${${logicalId}.Arn}:live` },
      };
      return written(stack, Fn.sub(JSON.stringify({ States: { T: task } })));
    },
  ],
  [
    'a definition that synth cannot read',
    'stateMachineTakesMarker',
    (stack, fn) => written(stack, Fn.sub('{"States":${States},"Function":"${Function}"}', { States: Fn.importValue('s'), Function: fn.functionArn })),
  ],
  ['a call of the SDK', 'sdkCallTakesMarker', (stack, fn) => sdkCall(stack, fn, 'invoke')],
  ['a call of the SDK by its command', 'sdkCallTakesMarker', (stack, fn) => sdkCall(stack, fn, 'InvokeCommand')],
  ['a hook before traffic', 'deploymentHookHeld', (stack, preHook) => deploymentGroup(stack, { preHook })],
  ['a hook after traffic', 'deploymentHookHeld', (stack, postHook) => deploymentGroup(stack, { postHook })],
])('%s is a warning', (_, id, make) => {
  expect(warned(make)).toEqual([id]);
});

test.each<[string, Make]>([
  ['a Trigger that does not wait', (stack, handler) => new triggers.Trigger(stack, 'T', { handler, invocationType: triggers.InvocationType.EVENT })],
  ['a task that does not wait', (stack, fn) => invoked(stack, fn, { invocationType: tasks.LambdaInvocationType.EVENT })],
  [
    'a task with a token, which waits for the replay',
    (stack, fn) => {
      const payload = sfn.TaskInput.fromObject({ token: sfn.JsonPath.taskToken });
      invoked(stack, fn, { integrationPattern: sfn.IntegrationPattern.WAIT_FOR_TASK_TOKEN, payload });
    },
  ],
  ['a task of another function', (stack) => invoked(stack, new lambda.Function(stack, 'Other', BASIC))],
  ['an input that is no task', (stack, fn) => machine(stack, new sfn.Pass(stack, 'P', { result: sfn.Result.fromObject({ Fn: fn.functionArn }) }))],
  ['a call of the SDK that does not wait', (stack, fn) => sdkCall(stack, fn, 'invoke', { InvocationType: 'Event' })],
  ['a call of the SDK that does not invoke', (stack, fn) => sdkCall(stack, fn, 'getFunction')],
  [
    "CDK's Provider, which hears of an error",
    (stack, fn) => {
      const provider = new cr.Provider(stack, 'Provider', { onEventHandler: fn });
      new CustomResource(stack, 'Resource', { serviceToken: provider.serviceToken });
    },
  ],
  ['a deployment group without a hook', (stack) => deploymentGroup(stack, {})],
])('%s is none', (_, make) => {
  expect(warned(make)).toEqual([]);
});

test.each<[string, Make]>([
  ['a Trigger', trigger],
  ['a task', (stack, fn) => invoked(stack, fn)],
  ['a call of the SDK', (stack, fn) => sdkCall(stack, fn, 'invoke')],
])('%s is none of a function that defers no direct events', (_, make) => {
  expect([...warned(make, DeferralAction.REJECT), ...warned(make, DeferralAction.RUN)]).toEqual([]);
});

test('a hook is none of a function that runs hooks, whatever it does with direct events', () => {
  const hook: Make = (stack, preHook) => deploymentGroup(stack, { preHook });
  expect([warned(hook, undefined, DeferralAction.RUN), warned(hook, DeferralAction.RUN)]).toEqual([[], ['deploymentHookHeld']]);
});

test('they are found whichever stack has them, by reference and by name, and before the guard as after it', () => {
  const app = new App();
  const [stack, other] = [new Stack(app, 'Orders'), new Stack(app, 'Flow')];
  const fn = new lambda.Function(stack, 'Fn', { ...BASIC, functionName: 'orders', timeout: Duration.seconds(30) });
  invoked(other, lambda.Function.fromFunctionName(other, 'Named', 'orders'));
  new triggers.Trigger(other, 'Migrate', { handler: fn });
  MaintenanceWindowFunction.guard(fn);
  sdkCall(new NestedStack(stack, 'Nested'), fn, 'invoke');
  expect(ids(stack)).toEqual(['triggerTakesMarker', 'sdkCallTakesMarker', 'stateMachineTakesMarker']);
});

test('each names its caller and the remedy', () => {
  const stack = newStack();
  const fn = patient(stack);
  trigger(stack, fn);
  invoked(stack, fn);
  deploymentGroup(stack, { preHook: fn });
  expect(warnings(stack)).toEqual([
    expect.stringMatching(/^'Orders\/Migrate\/Default\/Default' takes .* set deferral\.direct to DeferralAction\.REJECT, .* or to RUN/),
    expect.stringMatching(
      /^'Orders\/Machine\/Resource' takes .* DeferralAction\.REJECT and let the task retry MaintenanceWindowActive, or .* with a task token/,
    ),
    expect.stringMatching(
      /^'Orders\/Served\/Aliaslive\/Resource' lets this function judge .* set deferral\.codedeployHook to DeferralAction\.RUN, or give/,
    ),
  ]);
});
