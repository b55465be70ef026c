import { AwsClient } from '../../../../../../lambda/aws/nodejs/client';
import { StoreError, Table } from '../../../../../../lambda/maintenance-window/gate/nodejs/held/table';
import { LoopbackService, type Reply } from '../loopback-service';

const NOW = 1_800_000_000_000;
const item = (pk: string) => ({ pk: { S: pk } });
const rest = (...keys: string[]) => ({ t: { Keys: keys.map(item), ConsistentRead: true } });
const answer = (found: string[], ...left: string[]): Reply => ({
  body: { Responses: { t: found.map(item) }, UnprocessedKeys: left.length > 0 ? rest(...left) : {} },
});

let dynamodb: LoopbackService;

beforeEach(async () => {
  dynamodb = await LoopbackService.listen();
});
afterEach(() => dynamodb.close());

const getMany = (replies: Reply[], until: number) => {
  dynamodb.reply = () => replies.shift() ?? answer([], 'a');
  return new Table(new AwsClient(dynamodb.environment, () => NOW), 't').getMany(['a', 'b'], until);
};

test.each<[string, Reply[]]>([
  ['in one answer', [answer(['a', 'b'])]],
  ['in parts', [answer(['a'], 'b'), answer(['b'])]],
  ['after answers that brought nothing', [answer([], 'a', 'b'), answer([], 'a', 'b'), answer(['a', 'b'])]],
])('many rows are read %s', async (_, replies) => {
  const calls = replies.length;
  expect([...(await getMany(replies, NOW + 10_000)).keys()]).toEqual(['a', 'b']);
  expect(dynamodb.calls).toHaveLength(calls);
});

test('only the rest is asked for again', async () => {
  await getMany([answer(['a'], 'b'), answer(['b'])], NOW + 10_000);
  expect(dynamodb.calls.map(({ input }) => input.RequestItems)).toEqual([rest('a', 'b'), rest('b')]);
});

test('a row that is not there is absent', async () => {
  expect([...(await getMany([answer(['a'])], NOW + 10_000)).keys()]).toEqual(['a']);
});

test.each([
  [1000, 1],
  [1001, 3],
])('%d ms before the end the rest is given up, or not', async (left, calls) => {
  const replies = [answer([], 'a'), answer([], 'a'), answer(['a', 'b'])];
  const read = getMany(replies, NOW + left);
  if (calls === 1) {
    await expect(read).rejects.toThrow(new StoreError('dynamodb:BatchGetItem failed, NoTimeLeft: the invocation ends before the rest can be read'));
  } else {
    expect((await read).size).toBe(2);
  }
  expect(dynamodb.calls).toHaveLength(calls);
});

test('a refusal is a failure of the store that names the operation', async () => {
  const denied: Reply = { status: 400, body: { __type: 'AccessDeniedException', message: 'no' } };
  const read = getMany([denied], NOW + 10_000);
  await expect(read).rejects.toThrow(StoreError);
  await expect(read).rejects.toThrow('dynamodb:BatchGetItem failed, AccessDeniedException: no');
});
