import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { type AttributeValue, DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';

import { Bed } from '../../../local/bed';
import { eventually } from '../support/eventually';
import { writeWindow } from '../support/window';

jest.setTimeout(300_000);

/** Of the example's functions. */
const CACHE_TTL_MS = 5000;

let bed: Bed;
let outputs: Readonly<Record<string, string>>;

beforeAll(async () => {
  bed = await Bed.open({ initLimitMs: 60_000, log: () => undefined });
  const cwd = path.join(__dirname, '..', '..', '..', 'examples', 'typescript');
  const command = `${JSON.stringify(process.execPath)} --import tsx app.ts`;
  outputs = (await bed.deploy({ command, cwd, context: { nodejs: bed.newestRuntime('nodejs') } }, 'Charges')).Charges;
}, 600_000);

afterAll(() => bed?.close());

async function window(value: string): Promise<void> {
  await writeWindow(bed, outputs.OperatorParameter, value);
  await sleep(CACHE_TTL_MS);
}

async function invoke(functionName: string, event: unknown): Promise<unknown> {
  const lambda = new LambdaClient({ ...bed.clientConfig, maxAttempts: 1 });
  const { Payload } = await lambda.send(new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(event) }));
  return JSON.parse(Buffer.from(Payload!).toString());
}

async function items(table: string): Promise<Record<string, AttributeValue>[]> {
  const { Items = [] } = await new DynamoDBClient(bed.clientConfig).send(new ScanCommand({ TableName: table, ConsistentRead: true }));
  return Items;
}

const deferred = async () => (await items(outputs.DeferredEventsTable)).find(({ requestId, source }) => requestId && source);

/** Starts a replay by hand, again until the event is done. */
const replayed = () =>
  eventually(
    async () => {
      await invoke(outputs.Replayer, { action: 'replay' });
      return deferred();
    },
    (row) => row?.state.S === 'DONE',
  );

test('an order is charged once, though its event is replayed twice', async () => {
  await window('on # new payment provider');
  expect(await invoke(outputs.Function, { order: 'order-1', amount: 12.5 })).toMatchObject({ maintenanceWindow: { status: 'DEFERRED' } });
  expect(await items(outputs.ChargesTable)).toEqual([]);
  const kept = await deferred();
  await window('auto');
  await replayed();
  const [charge] = await items(outputs.ChargesTable);
  expect(charge).toEqual({ idempotencyKey: kept!.requestId, order: { S: 'order-1' }, amount: { N: '12.5' } });

  // As after a table that was restored to an earlier point in time
  await new DynamoDBClient(bed.clientConfig).send(new PutItemCommand({ TableName: outputs.DeferredEventsTable, Item: kept }));
  await replayed();
  expect(await items(outputs.ChargesTable)).toEqual([charge]);
  const invocations = bed.invocations().filter(({ functionName }) => functionName === outputs.Function);
  expect(invocations.length).toBeGreaterThanOrEqual(3); // deferred, and run twice
});

test('invocations that are no replays are charged each', async () => {
  await invoke(outputs.Function, { order: 'order-2', amount: 1 });
  await invoke(outputs.Function, { order: 'order-3', amount: 2 });
  const orders = (await items(outputs.ChargesTable)).map(({ order }) => order.S);
  expect(orders).toEqual(expect.arrayContaining(['order-2', 'order-3']));
});
