import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';

import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';

import { Bed, type CdkApp } from '../../../local/bed';
import { notAllowed, type Statement, statementsOf } from '../support/least-privilege';

jest.setTimeout(300_000);

const STACKS = ['Restore', 'Propagation'];

let bed: Bed;
let directory: string;
let outputs: Record<string, Record<string, string>>;
/** What each function's role allows, as long as it was there. */
let allowed: (readonly [functionName: string, Statement[]])[];

function app(context: Record<string, string> = {}): CdkApp {
  return {
    command: `${JSON.stringify(process.execPath)} --import tsx app.ts`,
    cwd: path.join(__dirname, '..', '..', '..', 'examples', 'typescript'),
    context: { nodejs: bed.newestRuntime('nodejs'), itemsPerSecond: '100', ...context },
  };
}

/** Both stacks at once: each waits for the other's custom resource otherwise. */
async function deploy(context: Record<string, string> = {}): Promise<typeof outputs> {
  const deployed = await Promise.all(STACKS.map((stack) => bed.deploy(app(context), stack)));
  return Object.assign({}, ...deployed);
}

function backup(name: string, lines: readonly string[]): string {
  const file = path.join(directory, name);
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
  return file;
}

const line = (id: string) => JSON.stringify({ Item: { id: { S: id }, fruit: { S: 'quinces' } } });

async function restored(): Promise<{ ids: string[]; marks: Set<string | undefined> }> {
  const { Items = [] } = await new DynamoDBClient(bed.clientConfig).send(new ScanCommand({ TableName: outputs.Restore.Table, ConsistentRead: true }));
  return { ids: Items.map(({ id }) => id.S!).sort(), marks: new Set(Items.map(({ restoredBy }) => restoredBy?.S)) };
}

/** What each reader works with. */
async function read(): Promise<{ version: string; greeting: string }[]> {
  const lambda = new LambdaClient(bed.clientConfig);
  return Promise.all(
    ['Shop', 'Checkout'].map(async (name) => {
      const { Payload } = await lambda.send(new InvokeCommand({ FunctionName: outputs.Propagation[`${name}Function`] }));
      return JSON.parse(Buffer.from(Payload!).toString());
    }),
  );
}

beforeAll(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'backups-'));
  bed = await Bed.open({ initLimitMs: 60_000, log: () => undefined });
  outputs = await deploy();
}, 600_000);

afterAll(async () => {
  await bed?.close();
  rmSync(directory, { recursive: true, force: true });
});

test('deployed, the table holds the backup and every reader works with the configuration', async () => {
  const { ids, marks } = await restored();
  expect(ids).toHaveLength(260);
  expect(marks).toEqual(new Set([outputs.Restore.Restored]));

  const expected = { version: outputs.Propagation.Version, greeting: 'hello' };
  expect(await read()).toEqual([expected, expected]);
});

test('with another backup and another configuration, the old ones are gone', async () => {
  const before = outputs;
  outputs = await deploy({ greeting: 'goodbye', backup: backup('second.jsonl', ['order-00001', 'new-1', 'new-2'].map(line)) });

  expect(await restored()).toEqual({ ids: ['new-1', 'new-2', 'order-00001'], marks: new Set([outputs.Restore.Restored]) });
  expect(outputs.Restore.Restored).not.toBe(before.Restore.Restored);

  const expected = { version: outputs.Propagation.Version, greeting: 'goodbye' };
  expect(await read()).toEqual([expected, expected]);
  expect(outputs.Propagation.Version).not.toBe(before.Propagation.Version);
});

test('a backup that breaks off in the middle fails the update, and what was there before is restored', async () => {
  const broken = backup('broken.jsonl', [line('order-00001'), line('broken-1'), '{"Item":']);

  await expect(bed.deploy(app({ greeting: 'goodbye', itemsPerSecond: '1', backup: broken }), 'Restore')).rejects.toThrow(/byte \d+ is not JSON/);

  expect(await restored()).toEqual({ ids: ['new-1', 'new-2', 'order-00001'], marks: new Set([outputs.Restore.Restored]) });
});

test('deleted, the restore has removed its items before the table went, and the parameter is gone', async () => {
  const functions = [...new Set(bed.invocations().map(({ functionName }) => functionName))];
  allowed = await Promise.all(functions.map(async (name) => [name, await statementsOf(bed, name)] as const));
  await Promise.all(STACKS.map((stack) => bed.destroy(app(), stack)));

  const removed = bed.requests().filter(({ action, functionName }) => action === 'dynamodb:DeleteItem' && functionName === outputs.Restore.Function);
  expect(removed.length).toBeGreaterThanOrEqual(3);
  const parameter = new SSMClient(bed.clientConfig).send(new GetParameterCommand({ Name: outputs.Propagation.Parameter }));
  await expect(parameter).rejects.toMatchObject({ name: 'ParameterNotFound' });
  expect(bed.undelivered()).toEqual([]);
});

test('in all that, the functions asked AWS for nothing but what their roles allow', () => {
  expect(allowed).toHaveLength(4);
  for (const [name, statements] of allowed) {
    expect(notAllowed(bed, name, statements)).toEqual([]);
  }

  const asked = new Set(
    bed
      .requests()
      .filter(({ functionName }) => functionName !== null)
      .map(({ action }) => action),
  );
  expect(asked).toEqual(
    new Set([
      'cloudformation:DescribeStacks',
      'lambda:InvokeFunction',
      's3:GetObject',
      'dynamodb:BatchWriteItem',
      'dynamodb:DescribeTable',
      'dynamodb:Scan',
      'dynamodb:DeleteItem',
      'ssm:PutParameter',
      'ssm:GetParameter',
      'ssm:DeleteParameter',
    ]),
  );
});
