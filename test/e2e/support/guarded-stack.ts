import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { type AttributeValue, DynamoDBClient, GetItemCommand, paginateScan } from '@aws-sdk/client-dynamodb';
import { GetFunctionConfigurationCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SSMClient } from '@aws-sdk/client-ssm';

import { Bed, type CdkApp } from '../../../local/bed';
import { writeWindow } from './window';

export type Item = Record<string, AttributeValue>;

/** What Invoke returned: the payload parsed, or the function's error. */
export interface Reply {
  readonly payload: any;
  readonly error: boolean;
}

/** The stack of test/e2e/apps/guarded on a bed of its own. */
export class GuardedStack {
  static async deploy(context: Record<string, string> = {}): Promise<GuardedStack> {
    const bed = await Bed.open({ asyncTimeScale: 20, initLimitMs: 60_000 });
    try {
      const stack = new GuardedStack(bed);
      await stack.deploy(context);
      return stack;
    } catch (error) {
      await bed.close();
      throw error;
    }
  }

  outputs: Readonly<Record<string, string>> = {};
  readonly lambda: LambdaClient;
  readonly ssm: SSMClient;
  readonly dynamodb: DynamoDBClient;
  private readonly logs: CloudWatchLogsClient;

  private constructor(readonly bed: Bed) {
    this.lambda = new LambdaClient({ ...bed.clientConfig, maxAttempts: 1 });
    this.ssm = new SSMClient(bed.clientConfig);
    this.dynamodb = new DynamoDBClient(bed.clientConfig);
    this.logs = new CloudWatchLogsClient(bed.clientConfig);
  }

  async deploy(context: Record<string, string> = {}, stack = 'Guarded'): Promise<void> {
    const outputs = await this.bed.deploy(this.app(context), stack);
    if (stack === 'Guarded') {
      this.outputs = outputs[stack];
    }
  }

  async destroy(context: Record<string, string> = {}): Promise<void> {
    await this.bed.destroy(this.app(context), 'Guarded');
  }

  /** Writes the window's value and waits until every environment must have read it. */
  async window(value: string): Promise<void> {
    await writeWindow(this.bed, this.outputs.OperatorParameter, value);
    await sleep(1500);
  }

  async invoke(output: string, event: unknown): Promise<Reply> {
    const response = await this.lambda.send(new InvokeCommand({ FunctionName: this.outputs[output], Payload: Buffer.from(JSON.stringify(event)) }));
    return { payload: JSON.parse(Buffer.from(response.Payload!).toString() || 'null'), error: response.FunctionError !== undefined };
  }

  /** Starts a replay by hand, as docs/operations.md says: of just these, for a replay lasts as long as the slowest of its events. */
  async replay(filter: { readonly requestId: string } | { readonly functionKey: string }): Promise<Reply> {
    return this.invoke('Replayer', { action: 'replay', ...filter });
  }

  async run(id: string): Promise<Item | undefined> {
    return (await this.dynamodb.send(new GetItemCommand({ TableName: this.outputs.RunsTable, Key: { id: { S: id } }, ConsistentRead: true }))).Item;
  }

  /** The deferred event whose invocation had this request id. */
  async deferred(requestId: string): Promise<Item | undefined> {
    // In pages of 1 MB, which the chunks of one large event fill
    for await (const { Items: items } of paginateScan(
      { client: this.dynamodb },
      { TableName: this.outputs.DeferredEventsTable, ConsistentRead: true },
    )) {
      const found = items?.find((item) => item.requestId?.S === requestId);
      if (found) {
        return found;
      }
    }
    return undefined;
  }

  /** A row of the deferred events table. */
  async row(pk: string): Promise<Item | undefined> {
    const command = new GetItemCommand({ TableName: this.outputs.DeferredEventsTable, Key: { pk: { S: pk } }, ConsistentRead: true });
    return (await this.dynamodb.send(command)).Item;
  }

  async logged(output: string): Promise<string> {
    const FunctionName = this.outputs[output];
    const { LoggingConfig } = await this.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    const logGroupName = LoggingConfig?.LogGroup ?? `/aws/lambda/${FunctionName}`;
    const { events } = await this.logs.send(new FilterLogEventsCommand({ logGroupName }));
    return (events ?? []).map((event) => event.message).join('\n');
  }

  private app(context: Record<string, string>): CdkApp {
    return {
      command: `${JSON.stringify(process.execPath)} --import tsx app.ts`,
      cwd: path.join(__dirname, '..', 'apps', 'guarded'),
      context: { python: this.bed.newestRuntime('python'), nodejs: this.bed.newestRuntime('nodejs'), ...context },
    };
  }
}
