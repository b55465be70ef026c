/** The CDK's own Provider framework in front of a guarded function: its code as it is deployed, its ways out stubbed, and a gate behind them. */
import * as path from 'node:path';

import { environment as names } from '../../../../../../lambda/contract/names.json';
import { type Answer, OFF, ON, World } from '../world';

/** As an asset of every Provider; the package does not export it. */
const RUNTIME = path.join(path.dirname(require.resolve('aws-cdk-lib/package.json')), 'custom-resources', 'lib', 'provider-framework', 'runtime');
type Handler = (event: unknown) => Promise<void>;
const framework = jest.requireActual<{ readonly onEvent: Handler; readonly isComplete: Handler }>(path.join(RUNTIME, 'framework'));
const outbound = jest.requireActual<object>(path.join(RUNTIME, 'outbound'));

const MARKER = 'AWSCDK::CustomResourceProviderFramework::CREATE_FAILED';
const FRAMEWORK = 'arn:aws:lambda:us-east-1:111122223333:function:framework';
const FUNCTION = 'arn:aws:lambda:us-east-1:111122223333:function:f';
/** As synth sets it for an isCompleteHandler. */
const COMPLETES = { [names.deferral]: '{"cloudformation":"RUN"}' };

interface Put {
  readonly by: 'gate' | 'framework';
  readonly Status: string;
  readonly PhysicalResourceId: string;
}

let world: World;
let puts: Put[];
let called: string[];
/** What the waiter's state machine was started with. */
let waiting: Record<string, unknown> | undefined;

const open = async (answer: Answer, variables?: Record<string, string>) => {
  await world?.close();
  world = await World.open(answer, variables);
  world.events.service.reply = ({ input }) => {
    puts.push({ by: 'gate', Status: String(input.Status), PhysicalResourceId: String(input.PhysicalResourceId) });
    return { body: '' };
  };
};

/** Lambda, with the gate in front of a handler that always says that all is well. */
async function invoke({ Payload: payload }: { readonly Payload?: unknown }): Promise<object> {
  const step = await world.plan(payload as string, 'r-9', { 'lambda-runtime-invoked-function-arn': FUNCTION });
  if (step.do === 'fail') {
    return { FunctionError: 'Unhandled', Payload: JSON.stringify({ errorType: step.error.name, errorMessage: step.error.message }) };
  }
  if (step.do === 'run') {
    called.push((JSON.parse(payload as string) as { RequestType: string }).RequestType);
  }
  return { Payload: step.do === 'run' ? '{"PhysicalResourceId":"made-1","IsComplete":true}' : step.body };
}

beforeEach(() => {
  puts = [];
  called = [];
  waiting = undefined;
  Object.assign(outbound, {
    invokeFunction: invoke,
    startExecution: async ({ input }: { readonly input: string }) => {
      waiting = JSON.parse(input) as Record<string, unknown>;
    },
    httpRequest: async (_: object, body: string) => {
      puts.push({ by: 'framework', ...(JSON.parse(body) as Omit<Put, 'by'>) });
    },
  });
  process.env.USER_ON_EVENT_FUNCTION_ARN = FUNCTION;
  jest.spyOn(console, 'log').mockImplementation();
});

afterEach(async () => {
  await world.close();
  delete process.env.USER_ON_EVENT_FUNCTION_ARN;
  delete process.env.USER_IS_COMPLETE_FUNCTION_ARN;
  delete process.env.WAITER_STATE_MACHINE_ARN;
  jest.restoreAllMocks();
});

const request = (RequestType: string) => ({
  RequestType,
  ServiceToken: FRAMEWORK,
  ResponseURL: `${world.events.service.url}/answer`,
  StackId: 's',
  RequestId: 'r',
  LogicalResourceId: 'l',
  ResourceType: 'Custom::Thing',
  ResourceProperties: { ServiceToken: FRAMEWORK },
  ...(RequestType === 'Create' ? {} : { PhysicalResourceId: 'made-1' }),
});

/** With isComplete as well. */
const withWaiter = () => {
  process.env.USER_IS_COMPLETE_FUNCTION_ARN = FUNCTION;
  process.env.WAITER_STATE_MACHINE_ARN = 'arn:waiter';
};

const shown = () => puts.map(({ by, Status, PhysicalResourceId }) => [by, Status, PhysicalResourceId]);

describe.each([
  ['without isComplete', () => undefined],
  ['with isComplete', withWaiter],
])('a Provider %s', (_, arrange) => {
  beforeEach(arrange);

  test.each([
    ['Create', MARKER],
    ['Update', 'made-1'],
    ['Delete', 'made-1'],
  ])('in a window: %s is answered once, FAILED, by the framework', async (type, id) => {
    await open(ON);
    await framework.onEvent(request(type));
    expect([shown(), called, waiting]).toEqual([[['framework', 'FAILED', id]], [], undefined]);
  });

  test('the Delete of a Create that a window refused is answered once, by the framework', async () => {
    await open(ON);
    await framework.onEvent({ ...request('Delete'), PhysicalResourceId: MARKER });
    expect([shown(), called]).toEqual([[['framework', 'SUCCESS', MARKER]], []]);
  });
});

test.each(['Create', 'Update', 'Delete'])('outside a window %s is answered once, SUCCESS, by the framework', async (type) => {
  await open(OFF);
  await framework.onEvent(request(type));
  expect([shown(), called]).toEqual([[['framework', 'SUCCESS', 'made-1']], [type]]);
});

test.each(['Create', 'Update', 'Delete'])('isComplete goes on when a window opens: %s is answered once, SUCCESS', async (type) => {
  withWaiter();
  await open(OFF);
  await framework.onEvent(request(type));
  expect([shown(), called]).toEqual([[], [type]]);
  await open(ON, COMPLETES);
  await framework.isComplete(waiting);
  expect([shown(), called]).toEqual([[['framework', 'SUCCESS', 'made-1']], [type, type]]);
});
