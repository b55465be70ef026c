import { AwsClient } from '../../../../../../lambda/aws/nodejs/client';
import { mirrorStaleAfter } from '../../../../../../lambda/contract/maintenance-window/timing.json';
import type { Settings } from '../../../../../../lambda/maintenance-window/gate/nodejs/quiet/settings';
import { readWindow } from '../../../../../../lambda/maintenance-window/gate/nodejs/quiet/source';
import { LoopbackService, type Reply } from '../loopback-service';
import { DENIED } from '../world';

const OPERATOR = '/cdk-patient-lambda/windows/shop/Database/operator';
const TABLE = 'cdk-patient-lambda-windows-shop';
const MODIFIED = 1_799_546_400_000;
const NOW = MODIFIED + 3_600_000;
const THROTTLED: Reply = { status: 400, body: { __type: 'ThrottlingException' } };
const NO_TABLE: Reply = { status: 400, body: { __type: 'ResourceNotFoundException', message: 'Requested resource not found' } };

let services: LoopbackService;
beforeEach(async () => {
  services = await LoopbackService.listen();
});
afterEach(() => services.close());

const item = (value: string, checkedAt = NOW): Reply => ({
  body: { Item: { operator: { S: value }, operatorVersion: { N: '7' }, operatorModified: { N: `${MODIFIED}` }, checkedAt: { N: `${checkedAt}` } } },
});
const parameter = (value: string): Reply => ({
  body: { Parameters: [{ Name: OPERATOR, Value: value, Version: 8, LastModifiedDate: MODIFIED / 1000 + 60 }] },
});

/** Reads with these answers, each for as long as it is asked. */
async function read(mirror: Reply, parameters: Reply, { budget = 1000, mirrorTable = TABLE } = {}) {
  services.reply = ({ operation }) => (operation === 'GetItem' ? mirror : parameters);
  const before = Date.now();
  const client = new AwsClient(services.environment, () => NOW + Date.now() - before);
  return readWindow(client, { operatorParameter: OPERATOR, mirrorTable } as Settings, budget);
}
const asked = () => services.calls.map(({ operation }) => operation);

test('the item is read consistently, and nothing else', async () => {
  expect(await read(item('on'), 'hang')).toMatchObject({ operator: { mode: 'on' }, version: 7, lastModified: MODIFIED });
  expect(services.calls.map(({ operation, input }) => [operation, input])).toEqual([
    ['GetItem', { TableName: TABLE, Key: { pk: { S: OPERATOR } }, ConsistentRead: true }],
  ]);
});

test.each<[string, Reply]>([
  ['has no item', { body: {} }],
  ['does not exist', NO_TABLE],
  ['may not be read', DENIED],
  ['has a value that can not be read', item('later')],
  ['throttles', THROTTLED],
  ['hangs', 'hang'],
  ['drops the connection', 'drop'],
])('a mirror that %s leaves the rest of the budget to Parameter Store', async (_, mirror) => {
  expect(await read(mirror, parameter('on'))).toMatchObject({
    operator: { mode: 'on' },
    version: 8,
    mirrorFailure: expect.stringMatching(/mirror|GetItem/),
  });
  expect(asked().at(-1)).toBe('GetParameters');
});

test('a mirror that throttles for a moment is asked again before Parameter Store is', async () => {
  const replies = [THROTTLED, item('on')];
  services.reply = () => replies.shift()!;
  const client = new AwsClient(services.environment, () => NOW);
  expect(await readWindow(client, { operatorParameter: OPERATOR, mirrorTable: TABLE } as Settings, 1000)).toMatchObject({ version: 7 });
  expect(asked()).toEqual(['GetItem', 'GetItem']);
});

test('a mirror that hangs is asked once where Parameter Store has time left: a first connection may need more than half of the share', async () => {
  expect(await read('hang', parameter('on'))).toMatchObject({ version: 8 });
  expect(asked()).toEqual(['GetItem', 'GetParameters']);
});

test('a mirror that hangs has a refresh to itself: the last known value counts meanwhile', async () => {
  await expect(read('hang', parameter('on'), { budget: 300 })).rejects.toThrow(/^dynamodb:GetItem failed, NetworkError: [^;]*$/);
  expect(new Set(asked())).toEqual(new Set(['GetItem']));
});

test('when neither can be read the failure names both causes', async () => {
  await expect(read({ body: {} }, DENIED)).rejects.toThrow(
    `the mirror ${TABLE} has no item of this window: the planner makes it within a minute; ssm:GetParameters failed, AccessDeniedException`,
  );
});

test.each([
  ['as old as a planner that works lets it become', mirrorStaleAfter.value, ['GetItem']],
  ['older', mirrorStaleAfter.value + 60_000, ['GetItem', 'GetParameters']],
  ['of a clock that is ahead', -600_000, ['GetItem']],
])('an item that is %s', async (_, age, calls) => {
  expect(await read(item('off', NOW - age + 1000), parameter('on'))).toMatchObject({ operator: { mode: calls.length > 1 ? 'on' : 'off' } });
  expect(asked()).toEqual(calls);
});

test.each<[string, Reply, string]>([
  ['throttles', THROTTLED, 'ThrottlingException'],
  ['hangs', 'hang', 'no answer in time'],
  ['denies', DENIED, 'AccessDeniedException'],
  ['has lost the parameter', { body: { Parameters: [] } }, 'does not exist'],
])('an old item counts on when Parameter Store %s, which is asked once', async (_, parameters, cause) => {
  const reading = await read(item('on', NOW - 86_400_000), parameters, { budget: 400 });
  expect(reading).toMatchObject({ operator: { mode: 'on' }, version: 7 });
  expect(reading.stale).toContain('the mirror was last checked at 2027-01-09T03:00:00.000Z, and ');
  expect(reading.stale).toContain(cause);
  expect(asked()).toEqual(['GetItem', 'GetParameters']);
});

test('an old item that is newer all the same keeps its value', async () => {
  const older = { body: { Parameters: [{ Name: OPERATOR, Value: 'off', Version: 9, LastModifiedDate: MODIFIED / 1000 - 60 }] } };
  expect(await read(item('on', NOW - 86_400_000), older)).toMatchObject({ operator: { mode: 'on' }, version: 7 });
});

test('a freeze in the middle of a read makes no item old', async () => {
  let now = NOW;
  services.reply = () => {
    now += 86_400_000;
    return item('on');
  };
  const client = new AwsClient(services.environment, () => now);
  await readWindow(client, { operatorParameter: OPERATOR, mirrorTable: TABLE } as Settings, 1000);
  expect(asked()).toEqual(['GetItem']);
});

test('without a mirror Parameter Store alone is asked, again and again', async () => {
  services.reply = () => (services.calls.length < 3 ? THROTTLED : parameter('on'));
  const client = new AwsClient(services.environment);
  expect(await readWindow(client, { operatorParameter: OPERATOR } as Settings, 2000)).toMatchObject({ version: 8 });
  expect(asked()).toEqual(['GetParameters', 'GetParameters', 'GetParameters']);
});
