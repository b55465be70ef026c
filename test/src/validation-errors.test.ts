import fs from 'node:fs';
import { join, sep } from 'node:path';

import { Duration, Lazy, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';

import {
  type Deferral,
  DeferralAction,
  DeferredEventStore,
  type DeferredEventStoreProps,
  MaintenanceWindow,
  MaintenanceWindowFunction,
  type MaintenanceWindowFunctionProps,
  Replay,
} from '../../src';
import { CODE } from './custom-resource/template';
import { WRONG_CUSTOM_RESOURCES } from './custom-resource/wrong-uses';
import { guarded, newStack } from './maintenance-window/app';
import { far, near, plain, type Wrong } from './wrong-use';

const SOURCES = join(__dirname, '..', '..', 'src');

const seconds = () => Duration.seconds(Lazy.number({ produce: () => 60 }));
const token = () => Lazy.number({ produce: () => 1 });

function onFunction(
  property: string,
  value: string,
  remedy: string,
  props: Partial<MaintenanceWindowFunctionProps>,
  use = (fn: MaintenanceWindowFunction): unknown => fn,
): Wrong {
  return { path: 'Orders/Fn', property, value, remedy, build: (stack) => use(guarded(stack, 'Fn', props)) };
}

function onStore(property: string, value: string, remedy: string, props: DeferredEventStoreProps): Wrong {
  return { path: 'Orders/Store', property, value, remedy, build: (stack) => new DeferredEventStore(stack, 'Store', props) };
}

const WRONG: readonly Wrong[] = [
  onFunction('cacheTtl', '500 millis', 'a whole number of seconds of at least 1', { cacheTtl: Duration.millis(500) }),
  onFunction('cacheTtl', 'a token', 'a whole number of seconds of at least 1', { cacheTtl: seconds() }),
  onFunction('leadTime', '1 second 500 millis', 'a whole number of seconds of at least 0', { leadTime: Duration.millis(1500) }),
  onFunction('duplicateCheckFor', '1 milli', 'a whole number of seconds of at least 0', { duplicateCheckFor: Duration.millis(1) }),
  onFunction('fifoVisibilityTimeout', '11 hours 1 second', 'a whole number of seconds from 0 to 39600', {
    fifoVisibilityTimeout: Duration.seconds(39_601),
  }),
  onFunction('metric', "'Replayed'", 'call windowGuard.metricReplayed()', {}, (fn) => fn.metric('Replayed')),
  onFunction('functionKey', "'a#b'", "1 to 64 letters, digits, '.', '_', '/' or '-'", { functionKey: 'a#b' }),
  onFunction('deferral.sqss', 'RUN', 'use one of cloudformation, cloudformationMacro,', { deferral: { sqss: DeferralAction.RUN } as Deferral }),
  onFunction('deferral.kinesis', 'REJECT', 'it may be LEAVE or DEFER or RUN', { deferral: { kinesis: DeferralAction.REJECT } }),
  onFunction('rejection.statusCode', '302', 'a whole number from 400 to 599', { rejection: { statusCode: 302 } }),
  onFunction('rejection.statusCode', '600', 'a whole number from 400 to 599', { rejection: { statusCode: 600 } }),
  onFunction('rejection.statusCode', '503.5', 'a whole number from 400 to 599', { rejection: { statusCode: 503.5 } }),
  onFunction('rejection.statusCode', 'a token', 'a whole number from 400 to 599', { rejection: { statusCode: token() } }),
  onFunction('rejection.headers', "'Retry After'", 'must be one that HTTP allows', { rejection: { headers: { 'Retry After': '1' } } }),
  onFunction('rejection.headers', "'X-A'", 'be there once whatever its case', { rejection: { headers: { 'X-A': '1', 'x-a': '2' } } }),
  onFunction('rejection.headers.X-A', '"1\\r\\n2"', 'printable ASCII in one line', { rejection: { headers: { 'X-A': '1\r\n2' } } }),
  onFunction('rejection', '2049 bytes', 'at most 2048', { rejection: { body: 'é'.repeat(1019) } }),
  onFunction('alwaysRun', '21 patterns', 'give at most 20', { alwaysRun: Array<string>(21).fill('GET /') }),
  onFunction('alwaysRun', "'/health'", 'a method in capitals', { alwaysRun: ['GET /*', '/health'] }),
  onFunction('alwaysRun', "'GET /*/a'", "'*' at its end or nowhere", { alwaysRun: ['GET /*/a'] }),
  onFunction('alwaysRun', "'get /'", 'a method in capitals', { alwaysRun: ['get /'] }),
  onFunction('alwaysRun', '2056 bytes', 'at most 2048', { alwaysRun: [`GET /${'a'.repeat(2047)}`] }),
  onFunction('runtime', 'nodejs18.x', 'older than nodejs20.x: use that or a newer one', { runtime: lambda.Runtime.NODEJS_18_X }),
  onFunction('durableConfig', 'a durable function', 'leave durableConfig out', { durableConfig: { executionTimeout: Duration.hours(1) } }),
  onFunction('environment variable', 'PATIENT_LAMBDA_TABLE', 'remove it', { environment: { PATIENT_LAMBDA_TABLE: 'x' } }),
  onFunction('environment variable', 'PATIENT_LAMBDA_DISABLED', 'remove it from the template', { environment: { PATIENT_LAMBDA_DISABLED: 'true' } }),
  {
    path: 'Orders/Fn',
    property: 'runtime',
    value: 'java21',
    remedy: 'Node.js and Python are',
    build: (stack) => guarded(stack, 'Fn', { runtime: lambda.Runtime.JAVA_21, code: lambda.Code.fromAsset(__dirname) }),
  },
  {
    path: 'Orders/Fn',
    property: 'this function',
    value: 'is guarded by a maintenance window already',
    remedy: 'guard it once',
    build: (stack) => MaintenanceWindowFunction.guard(guarded(stack, 'Fn')),
  },
  {
    path: 'Orders/Fn/AliasLive',
    property: 'this function',
    value: 'it is an alias',
    remedy: "give its function 'Orders/Fn'",
    build: (stack) => MaintenanceWindowFunction.guard(plain(stack).addAlias('Live')),
  },
  {
    path: 'Orders/Fn/CurrentVersion',
    property: 'this function',
    value: 'it is a version',
    remedy: "give its function 'Orders/Fn'",
    build: (stack) => MaintenanceWindowFunction.guard(plain(stack).currentVersion),
  },
  {
    path: 'Orders/Theirs',
    property: 'this function',
    value: 'it is imported',
    remedy: 'guard it in the app that makes it',
    build: (stack) => MaintenanceWindowFunction.guard(lambda.Function.fromFunctionName(stack, 'Theirs', 'theirs')),
  },
  {
    path: 'Orders/One',
    property: 'this function',
    value: 'a SingletonFunction',
    remedy: 'give a lambda.Function',
    build: (stack) => MaintenanceWindowFunction.guard(new lambda.SingletonFunction(stack, 'One', { ...CODE, uuid: 'one' })),
  },
  {
    path: 'Orders/CdkPatientLambdaPlanner/Function',
    property: 'this function',
    value: 'belongs to cdk-patient-lambda',
    remedy: 'leave it out',
    build: (stack) => {
      new MaintenanceWindow(stack, 'Window');
      MaintenanceWindowFunction.guard(stack.node.findChild('CdkPatientLambdaPlanner').node.findChild('Function') as lambda.Function);
    },
  },
  {
    path: 'Orders/Fn',
    property: 'this function',
    value: "can't run at the edge",
    remedy: 'use a lambda.Function',
    build: (stack) => guarded(stack, 'Fn')._checkEdgeCompatibility(),
  },
  {
    path: 'Orders/Fn',
    property: 'CfnFunction',
    value: 'was removed or replaced',
    remedy: 'remove what does so',
    build: (stack) => {
      guarded(stack, 'Fn').node.tryRemoveChild('Resource');
      Template.fromStack(stack);
    },
  },
  {
    path: 'Orders/Fn',
    property: 'handler',
    value: "'run.sh'",
    remedy: 'Give a handler that is a function',
    build: (stack) => guarded(stack, 'Fn', { handler: 'run.sh' }),
  },
  {
    path: 'Orders/Fn',
    property: 'AWS_LAMBDA_EXEC_WRAPPER',
    value: '/opt/bootstrap',
    remedy: 'take the adapter away',
    build: (stack) => guarded(stack, 'Fn', { environment: { AWS_LAMBDA_EXEC_WRAPPER: '/opt/bootstrap' } }),
  },
  {
    path: 'Near/Fn',
    property: 'deferredEvents',
    value: "'Far/Store' is in us-east-1",
    remedy: "must be in the function's region eu-west-1",
    build: (stack) => guarded(near(stack), 'Fn', { deferredEvents: new DeferredEventStore(far(stack), 'Store') }),
  },
  {
    path: 'Orders/Window',
    property: 'longestWindow',
    value: '59 seconds',
    remedy: 'a whole number of seconds of at least 60',
    build: (stack) => new MaintenanceWindow(stack, 'Window', { longestWindow: Duration.seconds(59) }),
  },
  {
    path: 'Orders/Window',
    property: 'operatorParameterName',
    value: "'/elsewhere'",
    remedy: 'must be /cdk-patient-lambda/windows/<stack name>/<window name>/operator',
    build: (stack) => MaintenanceWindow.fromMaintenanceWindowAttributes(stack, 'Window', { operatorParameterName: '/elsewhere' }),
  },
  {
    path: 'Orders/Window',
    property: 'windowName',
    value: 'give either operatorParameterName',
    remedy: 'or both stackName and windowName',
    build: (stack) => MaintenanceWindow.fromMaintenanceWindowAttributes(stack, 'Window', { stackName: 'Platform' }),
  },
  {
    path: 'Orders/Window',
    property: 'windowName',
    value: "'a/b'",
    remedy: "must be 1 to 64 letters, digits, '.', '_' or '-'",
    build: (stack) => new MaintenanceWindow(stack, 'Window', { windowName: 'a/b' }),
  },
  {
    path: 'Orders/Window',
    property: 'windowName',
    value: "'night' is that of 'Orders/Other'",
    remedy: 'share it, or give another name',
    build: (stack) => {
      new MaintenanceWindow(stack, 'Other', { windowName: 'night' });
      new MaintenanceWindow(stack, 'Window', { windowName: 'night' });
    },
  },
  {
    path: 'Orders/W55',
    property: 'PATIENT_LAMBDA_WINDOWS',
    value: "the stack's 56 windows take 3639 bytes",
    remedy: 'give the windows a short windowName, let functions share one, or put some of them into another stack',
    build: (stack) => {
      for (let i = 0; i < 56; i++) {
        new MaintenanceWindow(stack, `W${i}`, { windowName: String(i).padEnd(64, 'x') });
      }
    },
  },
  {
    path: 'Orders/CdkPatientLambdaWindow',
    property: 'longestWindow',
    value: '{ longestWindow: PT4H }, but it was made with {}',
    remedy: 'give the options in the first call',
    build: (stack) => {
      guarded(stack, 'Fn');
      MaintenanceWindow.ofStack(stack, { longestWindow: Duration.hours(4) });
    },
  },
  {
    path: 'Orders/Theirs',
    property: 'replayerArn',
    value: 'grantOperate needs',
    remedy: 'give it in fromDeferredEventStoreAttributes',
    build: (stack) => {
      const tableArn = 'arn:aws:dynamodb:eu-west-1:111111111111:table/deferred';
      const store = DeferredEventStore.fromDeferredEventStoreAttributes(stack, 'Theirs', { storeId: 'Platform/Store', tableArn });
      store.grantOperate(new iam.AccountRootPrincipal());
    },
  },
  {
    path: 'Orders/Store',
    property: 'removalPolicy',
    value: 'given together with table',
    remedy: "set it on the table 'Orders/Kept'",
    build: (stack) => {
      const table = dynamodb.Table.fromTableName(stack, 'Kept', 'deferred');
      new DeferredEventStore(stack, 'Store', { table, removalPolicy: RemovalPolicy.DESTROY });
    },
  },
  onStore('keepFinishedFor', '6 days', 'a whole number of seconds of at least 604800', { keepFinishedFor: Duration.days(6) }),
  onStore('maxConcurrency', '1.5', 'a whole number above 0', { replay: Replay.automatic({ maxConcurrency: 1.5 }) }),
  onStore('maxConcurrency', 'a token', 'a whole number above 0', { replay: Replay.automatic({ maxConcurrency: token() }) }),
  onStore('rate', '-0.5', 'a number above 0', { replay: Replay.manual({ rate: -0.5 }) }),
  ...WRONG_CUSTOM_RESOURCES,
  {
    path: 'Orders/CdkPatientLambdaPlanner',
    property: 'maintenance-window/planner',
    value: 'does not exist',
    remedy: "run 'npm run bundle'",
    build: (stack) => {
      jest.spyOn(fs, 'existsSync').mockReturnValue(false);
      new MaintenanceWindow(stack, 'Window');
    },
  },
];

function refusal(build: (stack: Stack) => unknown): Error {
  try {
    build(newStack());
  } catch (error) {
    return error as Error;
  } finally {
    jest.restoreAllMocks();
  }
  throw new Error('accepted');
}

test.each(WRONG)('$property of $path, $value: the error names construct, property and value, and says what to write instead', (wrong) => {
  const { message, name } = refusal(wrong.build);
  expect(name).toBe('ValidationError');
  expect(message.startsWith(`'${wrong.path}': `)).toBe(true);
  for (const part of [wrong.property, wrong.value, wrong.remedy]) {
    expect(message).toContain(part);
  }
});

/** Where in src/ an error was made, as the first line of its stack says: `<file>:<line>`. */
function placeOf({ stack }: Error): string {
  return /^\s+at .*[/\\]([^/\\]+\.ts:\d+):\d+\)?$/m.exec(stack!)![1];
}

test('every place that refuses something is provoked above', () => {
  const files = fs.readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const places = files.flatMap((file) => {
    const lines = fs.readFileSync(join(SOURCES, file), 'utf8').split('\n');
    return lines.flatMap((line, index) => (line.includes('new ValidationError(') ? [`${file.split(sep).pop()}:${index + 1}`] : []));
  });
  expect(new Set(WRONG.map(({ build }) => placeOf(refusal(build))))).toEqual(new Set(places));
});

test('nothing is refused by another class of errors, which would name no construct', () => {
  const files = fs.readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const others = files.filter((file) => /new (?!Validation)\w*Error\(/.test(fs.readFileSync(join(SOURCES, file), 'utf8')));
  expect(others).toEqual([]);
});
