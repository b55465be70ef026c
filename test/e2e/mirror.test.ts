/** Who reads what of a window, on the bed: docs/operations.md, "Who reads what" and "When something is down". */
import { setTimeout as sleep } from 'node:timers/promises';

import { DeleteTableCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { DisableRuleCommand, EnableRuleCommand, EventBridgeClient, ListRulesCommand } from '@aws-sdk/client-eventbridge';
import { UpdateFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DeleteParameterCommand, GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';

import names from '../../lambda/contract/names.json';
import { eventually } from './support/eventually';
import { GuardedStack, type Reply } from './support/guarded-stack';
import { mirrored, mirrorTableOf, writeParameter } from './support/window';

jest.setTimeout(300_000);

const LANGUAGES = ['Python', 'Nodejs'];
/** Longer than the functions' cacheTtl. */
const CACHE_TTL_MS = 1500;
/** Environments that start at once for each function: half of what the bed's account may run. */
const BURST = 5;
/** Readers that pause after each answer: together over a hundred reads a second, also where an answer takes its time. */
const OTHERS = 12;
const OTHERS_PAUSE_MS = 50;

let stack: GuardedStack;
let parameter: string;

beforeAll(async () => {
  stack = await GuardedStack.deploy();
  parameter = stack.outputs.OperatorParameter;
}, 600_000);

afterAll(() => stack?.bed.close());

beforeEach(() => stack.window('auto'));

let serial = 0;
const newId = () => `event-${process.pid}-${++serial}`;
const isHeld = ({ payload }: Reply) => payload?.maintenanceWindow?.status === 'DEFERRED';
const invoke = (output: string) => stack.invoke(output, { id: newId() });
const invokeEach = () => Promise.all(LANGUAGES.map(invoke));
const requestsOf = (output: string, since: number) =>
  stack.bed.requests().filter(({ functionName, time }) => functionName === stack.outputs[output] && time >= since);

/** Environments that the next invocations meet are new. */
async function retire(output: string): Promise<void> {
  await stack.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: stack.outputs[output], Description: newId() }));
}

/** Others of the account read parameters, more often than Parameter Store answers, while something is done. Says how many of their reads were throttled. */
async function amongOthers(act: () => Promise<unknown>): Promise<number> {
  const ssm = new SSMClient({ ...stack.bed.clientConfig, maxAttempts: 1 });
  let throttled = 0;
  let going = true;
  const read = async () => {
    while (going) {
      await ssm.send(new GetParameterCommand({ Name: parameter })).catch(({ name }: Error) => {
        throttled += name === 'ThrottlingException' ? 1 : 0;
      });
      await sleep(OTHERS_PAUSE_MS);
    }
  };
  const others = Array.from({ length: OTHERS }, read);
  try {
    await sleep(2000); // until the bucket is empty
    await act();
  } finally {
    going = false;
    await Promise.all(others);
  }
  return throttled;
}

test("no handler runs in a window when environments start while Parameter Store's quota is used up", async () => {
  await stack.window('on');
  const since = Date.now();

  const throttled = await amongOthers(async () => {
    for (const language of LANGUAGES) {
      await retire(language);
      const replies = await Promise.all(Array.from({ length: BURST }, () => invoke(language)));
      expect(replies.filter(isHeld)).toHaveLength(BURST);
    }
  });

  expect(throttled).toBeGreaterThan(0);
  const requests = LANGUAGES.flatMap((language) => requestsOf(language, since));
  expect(requests.filter(({ service }) => service === 'ssm')).toEqual([]);
  expect(requests.some(({ action, resource }) => action === 'dynamodb:GetItem' && resource.endsWith(`/${mirrorTableOf(parameter)}`))).toBe(true);
});

test('a function that reads Parameter Store alone is throttled with the others', async () => {
  await stack.window('on');
  const since = Date.now();
  await amongOthers(() =>
    eventually(
      async () => {
        await retire('Direct');
        await Promise.all(Array.from({ length: BURST }, () => invoke('Direct')));
        return requestsOf('Direct', since);
      },
      (requests) => requests.some(({ throttled }) => throttled),
    ),
  );
  const requests = requestsOf('Direct', since);
  expect(requests.filter(({ resource }) => resource.endsWith(`/${mirrorTableOf(parameter)}`))).toEqual([]);
});

test('a value that is malformed leaves the last good one in force, and the planner says so', async () => {
  await stack.window('on');
  await writeParameter(stack.bed, parameter, 'off-until 2027-02-30T00:00Z'); // Parameter Store's pattern knows no calendar
  await eventually(
    () => stack.logged('Planner'),
    (log) => log.includes('off-until 2027-02-30T00:00Z') && new RegExp(`"${names.metrics.mirrorStale}":1`).test(log),
  );
  await sleep(CACHE_TTL_MS);

  expect((await invokeEach()).map(isHeld)).toEqual([true, true]);
});

test('a parameter that is deleted in a hold ends nothing; made again it counts, although its version begins at 1', async () => {
  await stack.window('on');
  const { operatorVersion } = (await mirrored(stack.bed, parameter))!;
  expect(Number(operatorVersion.N)).toBeGreaterThan(1);
  await stack.ssm.send(new DeleteParameterCommand({ Name: parameter }));
  await sleep(CACHE_TTL_MS);
  expect((await invokeEach()).map(isHeld)).toEqual([true, true]);

  await stack.window('auto # made again');
  expect((await mirrored(stack.bed, parameter))!.operatorVersion.N).toBe('1');
  expect((await invokeEach()).map(isHeld)).toEqual([false, false]);
});

test('the bus is told when the window opens and closes', async () => {
  await stack.window('on # database upgrade');
  await stack.window('auto');
  const sqs = new SQSClient(stack.bed.clientConfig);
  const told: { type: string; detail: object }[] = [];
  await eventually(
    async () => {
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: stack.outputs.ToldUrl, MaxNumberOfMessages: 10 }));
      for (const { Body } of Messages) {
        const { source, 'detail-type': type, detail } = JSON.parse(Body!) as Record<string, any>;
        expect(source).toBe(names.events.eventSource);
        told.push({ type, detail });
      }
      return told;
    },
    () =>
      told.some(({ type, detail }) => type === names.events.opened && JSON.stringify(detail).includes('database upgrade')) &&
      told.some(({ type }) => type === names.events.closed),
  );
});

describe('with the planner stopped', () => {
  let events: EventBridgeClient;
  let rule: string;

  beforeAll(async () => {
    events = new EventBridgeClient(stack.bed.clientConfig);
    const { Rules = [] } = await events.send(new ListRulesCommand({}));
    rule = Rules.find(({ EventPattern }) => EventPattern?.includes('Parameter Store Change'))!.Name!;
  });

  beforeEach(async () => {
    await stack.window('on');
    await events.send(new DisableRuleCommand({ Name: rule }));
    await sleep(CACHE_TTL_MS); // until a run that is under way has ended
    await stack.dynamodb.send(
      new UpdateItemCommand({
        TableName: mirrorTableOf(parameter),
        Key: { pk: { S: parameter } },
        UpdateExpression: 'SET checkedAt = :then',
        ExpressionAttributeValues: { ':then': { N: String(Date.now() - 600_000) } },
      }),
    );
  });

  afterEach(() => events.send(new EnableRuleCommand({ Name: rule })));

  test('a hold stays, also where Parameter Store can not be asked, and is said to be out of date', async () => {
    await stack.ssm.send(new DeleteParameterCommand({ Name: parameter }));
    await Promise.all(LANGUAGES.map(retire));

    expect((await invokeEach()).map(isHeld)).toEqual([true, true]);
    for (const language of LANGUAGES) {
      await eventually(
        () => stack.logged(language),
        (log) => log.includes('the mirror was last checked at') && log.includes(names.metrics.windowStale),
      );
    }
  });

  test('a change comes from Parameter Store', async () => {
    await writeParameter(stack.bed, parameter, 'auto');
    await sleep(CACHE_TTL_MS);

    expect((await invokeEach()).map(isHeld)).toEqual([false, false]);
  });
});

/** The last one: nothing makes the table again but a deployment. */
test('without the mirror Parameter Store is asked, and the log says so', async () => {
  await stack.dynamodb.send(new DeleteTableCommand({ TableName: mirrorTableOf(parameter) }));
  await writeParameter(stack.bed, parameter, 'on');
  await sleep(CACHE_TTL_MS);

  expect((await invokeEach()).map(isHeld)).toEqual([true, true]);
  for (const language of LANGUAGES) {
    await eventually(
      () => stack.logged(language),
      (log) => log.includes('the mirror of the maintenance window could not be read, so Parameter Store was asked'),
    );
  }
});
