import { DynamoDBClient, GetItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api';
import { SSMClient } from '@aws-sdk/client-ssm';

import { environment, layer } from '../../../../lambda/contract/names.json';
import { attribute, updateInput, type Value } from '../../../../lambda/maintenance-window/replayer/change';
import { Replayer } from '../../../../lambda/maintenance-window/replayer/replayer';
import type { Item } from '../../../../lambda/maintenance-window/replayer/row';
import type { Settings } from '../../../../lambda/maintenance-window/replayer/settings';
import { backlogKey } from '../../../../lambda/maintenance-window/store/keys';
import { type DynamoDbLocal, startDynamoDbLocal } from '../../../clients/support/dynamodb-local';
import { Aws, type Invocation } from './aws';

export const FUNCTION_KEY = 'orders';
export const FUNCTION_ARN = 'arn:aws:lambda:us-east-1:000000000000:function:orders:live';
export const OPERATOR = '/cdk-patient-lambda/windows/w/operator';
export const LONG_AGO = Date.parse('2026-01-01T00:00:00Z');

export interface Stage {
  readonly local: DynamoDbLocal;
  readonly client: DynamoDBClient;
}

export async function openStage(): Promise<Stage> {
  const local = await startDynamoDbLocal();
  return { local, client: new DynamoDBClient(local.config) };
}

export async function closeStage({ local, client }: Stage): Promise<void> {
  client.destroy();
  await local.close();
}

let tables = 0;

/** One store with one guarded function whose window is off since long ago. */
export class Scene {
  readonly aws = new Aws();
  readonly logged: { message: string; [detail: string]: unknown }[] = [];
  readonly metrics: { dimension: string; values: Record<string, number> }[] = [];
  readonly table = `events-${process.pid}-${tables++}`;
  /** Added to the time of this machine, milliseconds. */
  ahead = 0;
  private readonly clients: { destroy(): void }[] = [];

  constructor(private readonly stage: Stage) {}

  async open(): Promise<this> {
    await Promise.all([this.aws.start(), this.stage.local.createStore(this.table)]);
    this.aws.parameters.set(OPERATOR, { value: 'auto', modified: LONG_AGO });
    this.guard(FUNCTION_ARN);
    return this;
  }

  async close(): Promise<void> {
    this.clients.forEach((client) => client.destroy());
    await this.aws.close();
  }

  guard(functionArn: string, variables: Record<string, string> = {}): void {
    this.aws.functions.set(functionArn, {
      [environment.wrapper]: layer.wrapper,
      [environment.functionKey]: FUNCTION_KEY,
      [environment.operatorParameter]: OPERATOR,
      [environment.cacheTtl]: '1',
      ...variables,
    });
  }

  replayer(settings: Partial<Settings> = {}): Replayer {
    const lambda = new LambdaClient(this.aws.config);
    const ssm = new SSMClient({ ...this.aws.config, maxAttempts: 1 });
    const tagging = new ResourceGroupsTaggingAPIClient(this.aws.config);
    this.clients.push(lambda, ssm, tagging);
    const collect = (dimension: string, values: Record<string, number>) => this.metrics.push({ dimension, values });
    const sleep = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, Math.min(milliseconds, 50)));
    return new Replayer({
      dynamodb: this.stage.client,
      lambda,
      ssm,
      tagging,
      settings: { table: this.table, store: 's', replay: 'MANUAL', maxConcurrency: 5, rate: Infinity, keepFinished: 1_209_600_000, ...settings },
      clock: { now: () => this.now(), sleep, alarm: sleep },
      random: () => 0.5,
      log: (message, details) => this.logged.push({ message, ...details }),
      metrics: {
        ofStore: (values) => collect('Store', Object.fromEntries(Object.entries(values).map(([name, [value]]) => [name, value]))),
        ofFunction: (functionKey, metric, count) => collect(functionKey, { [metric]: count }),
      },
    });
  }

  now(): number {
    return Date.now() + this.ahead;
  }

  /** Stores an event as a gate does; its id. */
  async defer(requestId: string, attributes: Item = {}, envelope: Item = {}): Promise<string> {
    const id = `${FUNCTION_KEY}#${requestId}`;
    const deferredAt = String(this.now() - 60_000);
    await this.stage.client.send(
      new PutItemCommand({
        TableName: this.table,
        Item: {
          pk: { S: id },
          state: { S: 'PENDING' },
          functionKey: { S: FUNCTION_KEY },
          requestId: { S: requestId },
          source: { S: 's3' },
          deferredAt: { N: deferredAt },
          nextAttempt: { N: deferredAt },
          bpk: { S: backlogKey('pending', requestId) },
          bsk: { S: `${FUNCTION_KEY}#${deferredAt}#${requestId}` },
          attempt: { N: '0' },
          maxAttempt: { N: '5' },
          dispatches: { N: '0' },
          chunks: { N: '0' },
          body: { B: Buffer.from('{}') },
          envelope: { M: { functionArn: { S: FUNCTION_ARN }, operatorParameter: { S: OPERATOR }, sourceIds: { L: [] }, ...envelope } },
          ...attributes,
        },
      }),
    );
    return id;
  }

  async put(item: Item): Promise<void> {
    await this.stage.client.send(new PutItemCommand({ TableName: this.table, Item: item }));
  }

  async row(id: string): Promise<Item | undefined> {
    return (await this.stage.client.send(new GetItemCommand({ TableName: this.table, Key: { pk: { S: id } }, ConsistentRead: true }))).Item;
  }

  async state(id: string): Promise<string | undefined> {
    return (await this.row(id))?.state?.S;
  }

  /** What a gate writes when a run has ended: the row's state and its place in the index. */
  async set(id: string, then: string, values: Record<string, Value>): Promise<void> {
    const { ExpressionAttributeNames, ...input } = updateInput({ id, when: 'attribute_exists(#id)', then, values });
    await this.stage.client.send(new UpdateItemCommand({ TableName: this.table, ...input, ExpressionAttributeNames }));
  }

  /** A gate that runs every event at once and succeeds. */
  readonly succeed = async ({ body }: Invocation): Promise<void> => {
    const { requestId, token } = (JSON.parse(body) as { $maintenanceReplay: { requestId: string; token: string } }).$maintenanceReplay;
    await this.stage.client.send(
      new UpdateItemCommand({
        TableName: this.table,
        ...updateInput({
          id: `${FUNCTION_KEY}#${requestId}`,
          when: '#state = :claimed AND #token = :token',
          then: 'SET #state = :done, #attempt = #attempt + :one REMOVE #bpk, #bsk, #token, #lease',
          values: { claimed: 'CLAIMED', token, done: 'DONE', one: 1 },
        }),
      }),
    );
  };
}

/** A request id whose last digit, and so whose shard, is given by its number. */
export function requestId(number: number): string {
  return `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;
}

export { attribute };
