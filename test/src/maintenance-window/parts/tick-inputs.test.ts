import { createHash } from 'node:crypto';

import { App, Aspects, Aws, CfnParameter, Duration, Fn, NestedStack, Stack } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import * as schedulerTargets from 'aws-cdk-lib/aws-scheduler-targets';
import { SynthesisMessageLevel } from 'aws-cdk-lib/cx-api';

import contract from '../../../../lambda/contract/maintenance-window/coalescing.json';
import { CoalesceBy, DeferralAction, type MaintenanceWindowFunction, type MaintenanceWindowFunctionProps } from '../../../../src';
import { guarded, newStack, resourceOf } from '../app';

const VARIABLE = 'PATIENT_LAMBDA_TICK_INPUTS';
const MINUTE = events.Schedule.rate(Duration.minutes(1));
const EVERY_MINUTE = scheduler.ScheduleExpression.rate(Duration.minutes(1));

const digest = (text: string) => createHash('sha256').update(text).digest('base64url').slice(0, 12);
const inputsOf = (fn: MaintenanceWindowFunction) => resourceOf(fn).Properties.Environment.Variables[VARIABLE] as string | undefined;
const digests = (...texts: string[]) => texts.map(digest).sort().join(',');

function rule(scope: Stack, fn: lambda.IFunction, event?: events.RuleTargetInput, id = 'Rule') {
  return new events.Rule(scope, id, { schedule: MINUTE, targets: [new targets.LambdaFunction(fn, { event })] });
}

function written(scope: Stack, arn: string, input: string, id = 'Rule') {
  new events.CfnRule(scope, id, { scheduleExpression: 'rate(1 minute)', targets: [{ id: 'T', arn, input }] });
}

test.each(contract.vectors)('digests are what the gates make of the bytes: $body', ({ body, digest: expected }) => {
  expect(digest(body)).toBe(expected);
});

describe('the input of a rule', () => {
  test.each<[string, (fn: MaintenanceWindowFunction) => lambda.IFunction]>([
    ['a function', (fn) => fn],
    ['its alias', (fn) => fn.addAlias('live')],
    ['its current version', (fn) => fn.currentVersion],
  ])('with a schedule, for %s, is known', (_, target) => {
    const stack = newStack();
    const fn = guarded(stack, 'Fn');
    rule(stack, target(fn), events.RuleTargetInput.fromObject({ task: 'sweep', deep: true }));
    expect(inputsOf(fn)).toBe(digests('{"task":"sweep","deep":true}'));
  });

  test('is known from another stack, from a nested one and from one that names the function', () => {
    const app = new App();
    const [stack, other] = [new Stack(app, 'Orders'), new Stack(app, 'Clock')];
    const fn = guarded(stack, 'Fn', { functionName: 'orders' });
    rule(other, fn, events.RuleTargetInput.fromText('from another'));
    rule(new NestedStack(stack, 'Nested'), fn, events.RuleTargetInput.fromText('from nested'));
    rule(other, lambda.Function.fromFunctionName(other, 'Named', 'orders'), events.RuleTargetInput.fromText('by name'), 'ByName');
    written(other, `arn:${Aws.PARTITION}:lambda:${Aws.REGION}:${Aws.ACCOUNT_ID}:function:orders:live`, '"by arn"', 'ByArn');
    expect(inputsOf(fn)).toBe(digests('"from another"', '"from nested"', '"by name"', '"by arn"'));
  });

  test('is known where the target is an intrinsic function, of the template alone', () => {
    const stack = newStack();
    const fn = guarded(stack, 'Fn');
    written(stack, Fn.getAtt(stack.getLogicalId(fn.node.defaultChild as lambda.CfnFunction), 'Arn').toString(), '"written"');
    expect(inputsOf(fn)).toBe(digest('"written"'));
  });

  test('is known as it is and as compact JSON: whether the service keeps its spaces is not known', () => {
    const stack = newStack();
    const fn = guarded(stack, 'Fn');
    written(stack, fn.functionArn, '{ "task": "sweep" }');
    expect(inputsOf(fn)).toBe(digests('{ "task": "sweep" }', '{"task":"sweep"}'));
  });

  test('is known when another aspect makes the rule, after the function was seen', () => {
    const stack = newStack();
    const fn = guarded(stack, 'Fn');
    const last = new Stack(stack.node.root, 'Last');
    Aspects.of(last).add({ visit: (node) => void (node === last && rule(last, fn, events.RuleTargetInput.fromText('late'))) });
    expect(inputsOf(fn)).toBe(digest('"late"'));
  });

  test('is in the template whatever the order in which rules are made', () => {
    const made = (names: readonly string[]) => {
      const stack = newStack();
      const fn = guarded(stack, 'Fn');
      names.forEach((name) => rule(stack, fn, events.RuleTargetInput.fromText(name), name));
      return inputsOf(fn);
    };
    expect(made(['A', 'B', 'C'])).toBe(made(['C', 'A', 'B']));
  });
});

describe('the input of a schedule', () => {
  const schedule = (stack: Stack, fn: lambda.IFunction, input: scheduler.ScheduleTargetInput, when = EVERY_MINUTE) => {
    new scheduler.Schedule(stack, 'Schedule', { schedule: when, target: new schedulerTargets.LambdaInvoke(fn, { input }) });
  };

  test.each<[string, (fn: MaintenanceWindowFunction) => lambda.IFunction]>([
    ['a function', (fn) => fn],
    ['its alias', (fn) => fn.addAlias('live')],
  ])('of EventBridge Scheduler, for %s, is known', (_, target) => {
    const stack = newStack();
    const fn = guarded(stack, 'Fn');
    schedule(stack, target(fn), scheduler.ScheduleTargetInput.fromObject({ task: 'sweep' }));
    expect(inputsOf(fn)).toBe(digest('{"task":"sweep"}'));
  });

  test('that holds a time of its tick is not, for no two ticks are the same', () => {
    const stack = newStack();
    const fn = guarded(stack, 'Fn');
    schedule(stack, fn, scheduler.ScheduleTargetInput.fromObject({ at: scheduler.ContextAttribute.scheduledTime }));
    expect(inputsOf(fn)).toBeUndefined();
  });

  test('that fires once is not', () => {
    const stack = newStack();
    const fn = guarded(stack, 'Fn');
    const once = scheduler.ScheduleExpression.at(new Date('2027-01-01T00:00:00Z'));
    schedule(stack, fn, scheduler.ScheduleTargetInput.fromText('once'), once);
    expect(inputsOf(fn)).toBeUndefined();
  });
});

describe('no variable is set', () => {
  test.each<[string, (stack: Stack, fn: MaintenanceWindowFunction) => void]>([
    ['without a schedule', () => {}],
    ['for a rule whose events name it', (stack, fn) => rule(stack, fn)],
    [
      "for another function's rule",
      (stack, fn) => rule(stack, guarded(stack, 'Other', { deferredEvents: fn.deferredEvents }), events.RuleTargetInput.fromText('x')),
    ],
    [
      'for a rule with a pattern: what it sends has happened',
      (stack, fn) => {
        const event = events.RuleTargetInput.fromText('x');
        new events.Rule(stack, 'Rule', { eventPattern: { source: ['a'] }, schedule: MINUTE, targets: [new targets.LambdaFunction(fn, { event })] });
      },
    ],
    ['for an input that is made from the event', (stack, fn) => rule(stack, fn, events.RuleTargetInput.fromObject({ time: events.EventField.time }))],
    [
      'for an input that only the deployment knows',
      (stack, fn) => rule(stack, fn, events.RuleTargetInput.fromObject({ table: new CfnParameter(stack, 'Table').valueAsString })),
    ],
    ['for an input that is a parameter', (stack, fn) => written(stack, fn.functionArn, new CfnParameter(stack, 'Input').valueAsString)],
    [
      'for an input that names a version of the function',
      (stack, fn) => rule(stack, fn, events.RuleTargetInput.fromObject({ version: fn.currentVersion.version })),
    ],
    [
      'for a function of the same name elsewhere',
      (stack, fn) => {
        (fn.node.defaultChild as lambda.CfnFunction).functionName = 'orders';
        const there = new Stack(stack.node.root, 'There', { env: { region: 'eu-west-1' } });
        written(there, 'arn:aws:lambda:eu-west-1:111122223333:function:orders', '"x"');
      },
    ],
  ])('%s', (_, make) => {
    const stack = newStack('Orders', { env: { account: '111122223333', region: 'us-east-1' } });
    const fn = guarded(stack, 'Fn');
    make(stack, fn);
    expect(inputsOf(fn)).toBeUndefined();
  });
});

describe('schedules whose ticks stay apart', () => {
  const told = (make: (stack: Stack, fn: MaintenanceWindowFunction) => void, props: Partial<MaintenanceWindowFunctionProps> = {}) => {
    const stack = newStack();
    make(stack, guarded(stack, 'Fn', { timeout: Duration.seconds(30), ...props }));
    const assembly = (stack.node.root as App).synth();
    const infos = assembly.getStackByName('Orders').messages.filter(({ level }) => level === SynthesisMessageLevel.INFO);
    return infos.map(({ entry }) => entry.data as string).filter((text) => text.includes('ticksNotCoalesced'));
  };
  const unknown = (stack: Stack, fn: MaintenanceWindowFunction) => {
    rule(stack, fn, events.RuleTargetInput.fromObject({ table: new CfnParameter(stack, 'Table').valueAsString }));
  };
  const many = (count: number) => (stack: Stack, fn: MaintenanceWindowFunction) => {
    const inputs = Array.from({ length: count }, (_, number) => String(number));
    inputs.forEach((input) => written(stack, fn.functionArn, input, `Rule${input}`));
  };

  test('are told by name, with the remedy', () => {
    expect(told(unknown)).toEqual([
      expect.stringMatching(/'Orders\/Rule\/Resource' gives an input that only the deployment knows: .* set coalesceBy to CoalesceBy\.PAYLOAD/),
    ]);
  });

  test('are told by number when they are too many for the variable, and the others are known', () => {
    expect(told(many(66))).toEqual([expect.stringContaining('its schedules have 2 inputs more than the 64')]);
    expect(told(many(64))).toEqual([]);
    const stack = newStack();
    const fn = guarded(stack, 'Fn');
    many(66)(stack, fn);
    expect(inputsOf(fn)!.split(',')).toHaveLength(64);
  });

  test('are not told where nothing is to be done', () => {
    expect([
      ...told(unknown, { coalesceBy: CoalesceBy.PAYLOAD }),
      ...told(unknown, { deferral: { direct: DeferralAction.RUN } }),
      ...told((stack, fn) => rule(stack, fn, events.RuleTargetInput.fromText('known'))),
    ]).toEqual([]);
  });
});

test('coalescing by payload is a variable, and by rule none', () => {
  const variable = (coalesceBy?: CoalesceBy) =>
    resourceOf(guarded(newStack(), 'Fn', { coalesceBy })).Properties.Environment.Variables.PATIENT_LAMBDA_COALESCE_BY as unknown;
  expect([variable(), variable(CoalesceBy.RULE), variable(CoalesceBy.PAYLOAD)]).toEqual([undefined, undefined, 'PAYLOAD']);
});
