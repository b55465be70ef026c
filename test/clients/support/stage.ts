/** What a test file of real clients needs: table, parameter, layer, and environments that are gone afterwards. */
import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

import { type AttributeValue, DynamoDBClient, GetItemCommand, PutItemCommand, ScanCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';

import { type DynamoDbLocal, startDynamoDbLocal } from './dynamodb-local';
import { unpackLayer } from './layer';
import { ParameterStore } from './parameter-store';
import { type EnvironmentSpec, FUNCTION_KEY, OPERATOR_PARAMETER, TestEnvironment } from './test-environment';

/** Longer than the gate's cache in these tests. */
const REFRESHED_MS = 1_100;

export class Stage {
  static async open(bundled?: ReadonlyMap<string, Buffer>, more?: Readonly<Record<string, string>>): Promise<Stage> {
    const layer = await fs.promises.mkdtemp(path.join(os.tmpdir(), 'layer-'));
    await unpackLayer(layer, bundled, more);
    const [dynamoDb, parameters] = await Promise.all([startDynamoDbLocal(), ParameterStore.listen()]);
    return new Stage(layer, dynamoDb, parameters);
  }

  readonly database: DynamoDBClient;
  table = '';
  private environments: TestEnvironment[] = [];

  private constructor(
    readonly layer: string,
    readonly dynamoDb: DynamoDbLocal,
    readonly parameters: ParameterStore,
  ) {
    this.database = new DynamoDBClient(dynamoDb.config);
  }

  /** A table of its own and a window that is off, for each test. */
  async reset(): Promise<void> {
    this.table = `events-${randomUUID()}`;
    await this.dynamoDb.createStore(this.table);
    this.parameters.fault(undefined);
    this.window('auto');
  }

  /** Sets the operator's parameter; written long ago unless said otherwise, so that no retry is looked for. */
  window(value: string, lastModified = 0): void {
    this.parameters.set(OPERATOR_PARAMETER, value, lastModified);
  }

  /** Sets it and waits until running environments have seen it. */
  async windowSeen(value: string, lastModified = 0): Promise<void> {
    this.window(value, lastModified);
    await new Promise((resolve) => setTimeout(resolve, REFRESHED_MS));
  }

  async start(
    spec: Omit<EnvironmentSpec, 'table' | 'ssm' | 'dynamoDb'> & Partial<Pick<EnvironmentSpec, 'table' | 'ssm' | 'dynamoDb'>>,
  ): Promise<TestEnvironment> {
    const environment = await TestEnvironment.start({
      table: this.table,
      ssm: this.parameters.endpoint,
      dynamoDb: this.dynamoDb.endpoint,
      layer: this.layer,
      ...spec,
    });
    this.environments.push(environment);
    return environment;
  }

  async row(requestId: string): Promise<Record<string, AttributeValue> | undefined> {
    const { Item: item } = await this.database.send(new GetItemCommand({ TableName: this.table, Key: key(requestId), ConsistentRead: true }));
    return item;
  }

  async rows(): Promise<Record<string, AttributeValue>[]> {
    const { Items: items } = await this.database.send(new ScanCommand({ TableName: this.table, ConsistentRead: true }));
    return items ?? [];
  }

  async putRow(item: Record<string, AttributeValue>): Promise<void> {
    await this.database.send(new PutItemCommand({ TableName: this.table, Item: item }));
  }

  /** Claims a pending row as the replayer does, and gives the pointer that it would send. */
  async claim(requestId: string, token: string = randomUUID()): Promise<{ $maintenanceReplay: { requestId: string; token: string } }> {
    await this.database.send(
      new UpdateItemCommand({
        TableName: this.table,
        Key: key(requestId),
        UpdateExpression: 'SET #state = :claimed, #token = :token, #lease = :lease, dispatches = dispatches + :one, #run = :run',
        ConditionExpression: '#state = :pending',
        ExpressionAttributeNames: { '#state': 'state', '#token': 'token', '#lease': 'lease', '#run': 'run' },
        ExpressionAttributeValues: {
          ':claimed': { S: 'CLAIMED' },
          ':pending': { S: 'PENDING' },
          ':token': { S: token },
          ':lease': { N: String(Date.now() + 900_000) },
          ':one': { N: '1' },
          ':run': { S: 'run-1' },
        },
      }),
    );
    return { $maintenanceReplay: { requestId, token } };
  }

  async closeEnvironments(): Promise<void> {
    await Promise.all(this.environments.map((environment) => environment.close()));
    this.environments = [];
  }

  async close(): Promise<void> {
    await this.closeEnvironments();
    this.database.destroy();
    await Promise.all([this.dynamoDb.close(), this.parameters.close()]);
    await fs.promises.rm(this.layer, { recursive: true, force: true });
  }
}

function key(requestId: string): { pk: { S: string } } {
  return { pk: { S: `${FUNCTION_KEY}#${requestId}` } };
}
