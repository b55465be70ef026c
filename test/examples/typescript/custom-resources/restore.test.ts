import { type AttributeValue, ConditionalCheckFailedException, DynamoDBClient, ResourceNotFoundException } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { type CloudFormationRequest, runOperation, type RunOptions } from 'cdk-patient-lambda/handler/testing';

import { handler } from '../../../../examples/typescript/custom-resources/restore/handler';

type Item = Record<string, AttributeValue>;

interface Scan {
  readonly TableName: string;
  readonly ExclusiveStartKey?: Item;
  readonly Limit: number;
  readonly ExpressionAttributeValues: Item;
}

interface Delete {
  readonly TableName: string;
  readonly Key: Item;
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeValues: Item;
}

/** One bucket and its tables, as far as the handler uses them. */
class World {
  readonly objects = new Map<string, string>();
  readonly tables = new Map<string, Map<string, Item>>([['orders', new Map()]]);
  readonly calls: string[] = [];
  /** Called before each request; throws what the service would. */
  fault: (action: string) => void = () => undefined;
  /** How many items of the next batch the table does not take. */
  unprocessed = 0;

  constructor() {
    const send = (client: object) =>
      jest.spyOn(client as { send(command: object): Promise<unknown> }, 'send').mockImplementation(async (command) => {
        const action = command.constructor.name.replace('Command', '') as keyof World['answers'];
        this.calls.push(action);
        this.fault(action);
        return this.answers[action]((command as { input: never }).input);
      });
    send(S3Client.prototype);
    send(DynamoDBClient.prototype);
  }

  backup(key: string, ids: readonly string[], end = '\n'): void {
    this.objects.set(key, ids.map((id) => JSON.stringify({ Item: { id: { S: id }, from: { S: key }, raw: { B: 'AAEC' } } })).join('\n') + end);
  }

  item(id: string): Item | undefined {
    return this.tables.get('orders')!.get(id);
  }

  ids(): string[] {
    return [...this.tables.get('orders')!.keys()].sort();
  }

  private readonly answers = {
    HeadObject: ({ Key }: { Key: string }) => {
      const text = this.objects.get(Key);
      if (text === undefined) {
        throw Object.assign(new Error('UnknownError'), { name: 'NotFound' });
      }
      return { ETag: `"${text.length}"`, ContentLength: Buffer.byteLength(text) };
    },
    GetObject: ({ Key, Range, IfMatch }: { Key: string; Range: string; IfMatch: string }) => {
      const text = this.objects.get(Key)!;
      if (IfMatch !== `"${text.length}"`) {
        throw Object.assign(new Error('At least one of the pre-conditions you specified did not hold'), { name: 'PreconditionFailed' });
      }
      const [first, last] = Range.slice('bytes='.length).split('-').map(Number);
      return { Body: { transformToByteArray: async () => Buffer.from(text).subarray(first, last + 1) } };
    },
    BatchWriteItem: ({ RequestItems }: { RequestItems: Record<string, { PutRequest: { Item: Item } }[]> }) => {
      const [[table, puts]] = Object.entries(RequestItems);
      if (puts.length > 25) {
        throw new Error('too many items');
      }
      const taken = puts.slice(0, puts.length - this.unprocessed);
      taken.forEach(({ PutRequest: { Item } }) => this.table(table).set(Item.id.S!, Item));
      const UnprocessedItems = this.unprocessed > 0 ? { [table]: puts.slice(taken.length) } : {};
      this.unprocessed = 0;
      return { UnprocessedItems };
    },
    DescribeTable: ({ TableName }: { TableName: string }) => {
      this.table(TableName);
      return { Table: { KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }] } };
    },
    Scan: ({ TableName, ExclusiveStartKey: from, Limit, ExpressionAttributeValues: values }: Scan) => {
      const sorted = [...this.table(TableName).values()].sort((a, b) => (a.id.S! < b.id.S! ? -1 : 1));
      const all = sorted.filter(({ id }) => !from || id.S! > from.id.S!);
      const page = all.slice(0, Limit);
      const Items = page.filter(({ restoredBy }) => restoredBy?.S === values[':mark'].S).map(({ id }) => ({ id }));
      return { Items, LastEvaluatedKey: all.length > Limit ? { id: page.at(-1)!.id } : undefined };
    },
    DeleteItem: ({ TableName, Key, ConditionExpression, ExpressionAttributeValues: values }: Delete) => {
      if (ConditionExpression === '#mark = :mark' && this.table(TableName).get(Key.id.S!)?.restoredBy?.S !== values[':mark'].S) {
        throw new ConditionalCheckFailedException({ $metadata: {}, message: 'The conditional request failed' });
      }
      this.table(TableName).delete(Key.id.S!);
      return {};
    },
  };

  private table(name: string): Map<string, Item> {
    const found = this.tables.get(name);
    if (!found) {
      throw new ResourceNotFoundException({ $metadata: {}, message: 'Requested resource not found' });
    }
    return found;
  }
}

const properties = (key: string, more: object = {}) => ({ Bucket: 'backups', Key: key, Table: 'orders', ItemsPerSecond: '10', ...more });
const ids = (count: number) => Array.from({ length: count }, (_, n) => `order-${String(n).padStart(4, '0')}`);

let world: World;

beforeEach(() => {
  world = new World();
  world.backup('monday', ids(95));
});

const run = (event: Parameters<typeof runOperation>[1], options: RunOptions = {}) =>
  runOperation(handler, event, { executionTimeoutSeconds: 15, ...options });
const create = (options: RunOptions = {}) => run({ RequestType: 'Create', ResourceProperties: properties('monday') }, options);
const request = (RequestType: CloudFormationRequest['RequestType'], id: string, key: string, old?: string) => ({
  RequestType,
  PhysicalResourceId: id,
  ResourceProperties: properties(key),
  ...(old ? { OldResourceProperties: properties(old) } : {}),
});

test('a create restores every item, in as many executions as it takes', async () => {
  world.backup('monday', ids(260));

  const { answer, executions } = await create();

  expect(answer!.status).toBe('SUCCESS');
  expect(world.ids()).toEqual(ids(260));
  const restoredBy = { S: answer!.physicalResourceId };
  expect(world.item('order-0007')).toEqual({ id: { S: 'order-0007' }, from: { S: 'monday' }, raw: { B: Buffer.from([0, 1, 2]) }, restoredBy });
  expect(executions).toBeGreaterThan(2);
});

test.each([
  ['without a line feed at its end', ids(3), '', 3],
  ['with an empty line at its end', ids(3), '\n\n', 3],
  ['that is empty', [], '', 0],
])('a backup %s is restored', async (_, items, end, count) => {
  world.backup('monday', items, end);

  expect((await create()).answer!.status).toBe('SUCCESS');
  expect(world.ids()).toHaveLength(count);
});

test('pages larger than a batch are written in several', async () => {
  const { answer } = await run({ RequestType: 'Create', ResourceProperties: properties('monday', { ItemsPerSecond: '60' }) });

  expect(answer!.status).toBe('SUCCESS');
  expect(world.ids()).toEqual(ids(95));
});

test('what the table does not take for want of capacity is written again', async () => {
  world.unprocessed = 4;

  await create();

  expect(world.ids()).toEqual(ids(95));
  expect(world.calls.filter((call) => call === 'BatchWriteItem')).toHaveLength(11);
});

test('a page whose write was throttled is restored again', async () => {
  let throttled = 2;
  world.fault = (action) => {
    if (action === 'BatchWriteItem' && throttled-- > 0) {
      throw Object.assign(new Error('slow down'), { name: 'ProvisionedThroughputExceededException' });
    }
  };

  expect((await create()).answer!.status).toBe('SUCCESS');
  expect(world.ids()).toEqual(ids(95));
});

test('the same request twice restores once', async () => {
  const [first, second] = await Promise.all([create(), create()]);

  expect(second.answer).toEqual(first.answer);
  expect(world.ids()).toEqual(ids(95));
});

test('a create that fails half-way carries its id, and the delete that follows removes what it restored', async () => {
  world.objects.set('monday', `${world.objects.get('monday')}{"Item": oops\n`);

  const { answer } = await create();
  const { length } = world.objects.get('monday')!;
  expect(answer).toMatchObject({ status: 'FAILED', reason: expect.stringContaining(`s3://backups/monday at byte ${length - 14} is not JSON`) });
  expect(world.ids().length).toBeGreaterThan(0);

  expect((await run(request('Delete', answer!.physicalResourceId, 'monday'))).answer!.status).toBe('SUCCESS');
  expect(world.ids()).toEqual([]);
});

test('a backup that is not there fails before anything is written', async () => {
  const { answer } = await run({ RequestType: 'Create', ResourceProperties: properties('sunday') });

  expect(answer).toMatchObject({
    status: 'FAILED',
    physicalResourceId: 'CdkPatientLambda::CreateFailed',
    reason: expect.stringContaining("s3://backups/sunday can't be read"),
  });
});

test('a backup that is replaced on the way fails', async () => {
  world.fault = (action) => {
    if (action === 'BatchWriteItem') {
      world.backup('monday', ids(7));
    }
  };

  expect((await create()).answer).toMatchObject({ status: 'FAILED', reason: expect.stringContaining('pre-conditions') });
});

test.each([
  ['Bucket', 7],
  ['Key', ''],
  ['Table', undefined],
  ['ItemsPerSecond', 'fast'],
  ['ItemsPerSecond', '0'],
])('%s %p is refused', async (name, value) => {
  const { answer } = await run({ RequestType: 'Create', ResourceProperties: properties('monday', { [name]: value }) });

  expect(answer).toMatchObject({ status: 'FAILED', reason: expect.stringMatching(new RegExp(`${name} must be .*, got ${JSON.stringify(value)}`)) });
});

test('another backup is another resource: it is restored, then the old one is removed', async () => {
  const { physicalResourceId: monday } = (await create()).answer!;
  world.backup('tuesday', ids(20));

  const { answer } = await run(request('Update', monday, 'tuesday', 'monday'));
  expect(answer!.status).toBe('SUCCESS');
  expect(answer!.physicalResourceId).not.toBe(monday);

  await run(request('Delete', monday, 'monday'));
  expect(world.ids()).toEqual(ids(20));
  expect(world.item('order-0000')!.from.S).toBe('tuesday');
});

test('another pace restores nothing again', async () => {
  const { physicalResourceId: id } = (await create()).answer!;
  world.tables.get('orders')!.delete('order-0003');

  const { answer } = await run({
    ...request('Update', id, 'monday', 'monday'),
    OldResourceProperties: properties('monday', { ItemsPerSecond: '1' }),
  });

  expect(answer).toMatchObject({ status: 'SUCCESS', physicalResourceId: id });
  expect(world.ids()).toEqual(ids(95).filter((each) => each !== 'order-0003'));
});

test('after an update that failed half-way the old backup is restored and the rest of the new one removed', async () => {
  const { physicalResourceId: monday } = (await create()).answer!;
  world.backup('tuesday', ['new-1', 'order-0001']);
  world.objects.set('tuesday', `${world.objects.get('tuesday')}oops\n`);
  const failed = await run({ ...request('Update', monday, 'tuesday', 'monday'), ResourceProperties: properties('tuesday', { ItemsPerSecond: '1' }) });
  expect(failed.answer).toMatchObject({ status: 'FAILED', physicalResourceId: monday });
  expect(world.ids()).toContain('new-1');

  const back = await run(request('Update', monday, 'monday', 'tuesday'));

  expect(back.answer).toMatchObject({ status: 'SUCCESS', physicalResourceId: monday });
  expect(world.ids()).toEqual(ids(95));
  expect(world.item('order-0001')!.from.S).toBe('monday');
});

test('a delete leaves alone what it did not restore, and what was replaced since', async () => {
  const { physicalResourceId: id } = (await create()).answer!;
  const table = world.tables.get('orders')!;
  table.set('mine', { id: { S: 'mine' } });
  let replaced = false;
  world.fault = (action) => {
    if (action === 'DeleteItem' && !replaced) {
      replaced = Boolean(table.set('order-0002', { id: { S: 'order-0002' } }));
    }
  };

  expect((await run(request('Delete', id, 'monday'))).answer!.status).toBe('SUCCESS');
  expect(world.ids()).toEqual(['mine', 'order-0002']);
});

test('a delete goes through the table page by page', async () => {
  world.backup('monday', ids(450));
  const { physicalResourceId: id } = (await run({ RequestType: 'Create', ResourceProperties: properties('monday', { ItemsPerSecond: '450' }) }))
    .answer!;

  expect((await run(request('Delete', id, 'monday'))).answer!.status).toBe('SUCCESS');
  expect(world.ids()).toEqual([]);
  expect(world.calls.filter((call) => call === 'Scan')).toHaveLength(5);
});

test('a delete of what is deleted already, or whose table is gone, succeeds', async () => {
  expect((await run(request('Delete', 'stack-Resource-restore', 'monday'))).answer!.status).toBe('SUCCESS');
  world.tables.delete('orders');
  expect((await run(request('Delete', 'stack-Resource-restore', 'monday'))).answer!.status).toBe('SUCCESS');
});

test('after a create that was cancelled, the delete finds its items under an id that CloudFormation made up', async () => {
  let status = 'CREATE_IN_PROGRESS';
  const logged: string[] = [];
  const { answer } = await run(
    { RequestType: 'Create', ResourceProperties: properties('monday', { ItemsPerSecond: '2' }) },
    {
      stackStatus: () => status,
      log: (line) => {
        logged.push(line);
        if (world.ids().length > 5) {
          status = 'ROLLBACK_IN_PROGRESS';
        }
      },
    },
  );
  expect(answer).toBeUndefined();
  expect(logged.some((line) => line.includes('the stack rolls back'))).toBe(true);
  expect(world.ids().length).toBeGreaterThan(5);

  await run(request('Delete', 'stack-Resource-ABCDEFGHIJKL', 'monday'));
  expect(world.ids()).toEqual([]);
});

test('what is restored when the time is up is removed by the delete', async () => {
  const { answer } = await run({ RequestType: 'Create', ResourceProperties: properties('monday', { ItemsPerSecond: '1', ServiceTimeout: '60' }) });

  expect(answer).toMatchObject({ status: 'FAILED', reason: expect.stringContaining('timed out') });
  expect(world.ids().length).toBeGreaterThan(0);
  await run(request('Delete', answer!.physicalResourceId, 'monday'));
  expect(world.ids()).toEqual([]);
});
