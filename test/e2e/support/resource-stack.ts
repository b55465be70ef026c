import * as path from 'node:path';

import { CloudFormationClient, DescribeStackEventsCommand, DescribeStacksCommand, type Stack, type StackEvent } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';

import { Bed, type StackOutputs } from '../../../local/bed';

/** What a handler noted of one call. */
export interface Call {
  /** When, in ISO 8601. */
  readonly at: string;
  readonly call: string;
  readonly hop: number;
  readonly requestType: string;
  readonly requestId: string;
  readonly physicalResourceId?: string;
  readonly properties: any;
  readonly oldProperties?: any;
  readonly [more: string]: any;
}

/** The stacks of test/e2e/apps/custom-resource on a bed of their own. */
export class ResourceStacks {
  static async open(): Promise<ResourceStacks> {
    return new ResourceStacks(await Bed.open({ asyncTimeScale: 20, initLimitMs: 60_000, keepPayloads: true }));
  }

  readonly outputs: StackOutputs = {};
  readonly cloudFormation: CloudFormationClient;
  readonly dynamodb: DynamoDBClient;
  /** Stack ids by name, as last deployed: a stack that is gone is found by its id alone. */
  private readonly ids: Record<string, string> = {};

  private constructor(readonly bed: Bed) {
    this.cloudFormation = new CloudFormationClient(bed.clientConfig);
    this.dynamodb = new DynamoDBClient(bed.clientConfig);
  }

  /** `cdk deploy` of one stack. */
  async deploy(stack: string, phase = 'create', context: Record<string, string> = {}): Promise<Record<string, string>> {
    try {
      Object.assign(this.outputs, await this.bed.deploy(this.app({ phase, ...context }), stack));
    } finally {
      this.ids[stack] = (await this.stack(stack)).StackId!;
    }
    return this.outputs[stack];
  }

  /** `cdk destroy` of several at once. */
  destroy(...stacks: string[]): Promise<void> {
    return this.bed.destroy(this.app({}), ...stacks);
  }

  async stack(name: string): Promise<Stack> {
    return (await this.cloudFormation.send(new DescribeStacksCommand({ StackName: this.ids[name] ?? name }))).Stacks![0];
  }

  /** Oldest first. */
  async events(name: string): Promise<StackEvent[]> {
    const { StackEvents } = await this.cloudFormation.send(new DescribeStackEventsCommand({ StackName: this.ids[name] ?? name }));
    return StackEvents!.reverse();
  }

  /** What became of a custom resource, oldest first: `<status>`, or `<status>: <reason>`. */
  async history(name: string, label: string): Promise<string[]> {
    return (await this.events(name))
      .filter(({ LogicalResourceId: id, ResourceType: type }) => id!.startsWith(label) && type!.startsWith('Custom::'))
      .map(({ ResourceStatus: status, ResourceStatusReason: reason }) => (reason ? `${status}: ${reason}` : status!));
  }

  /** The handlers' calls in a stack's table, oldest first; of one resource by its `Label`. `asking`: the stack that sent the requests, if another. */
  async calls(name: string, label?: string, asking = name): Promise<Call[]> {
    const { Items = [] } = await this.dynamodb.send(
      new QueryCommand({
        TableName: await this.table(name),
        ConsistentRead: true,
        KeyConditionExpression: 'stack = :stack',
        ExpressionAttributeValues: { ':stack': { S: asking } },
      }),
    );
    const calls = Items.map(({ note, at }) => ({ ...JSON.parse(note.S!), at: at.S!.split(' ')[0] }) as Call);
    return label === undefined ? calls : calls.filter(({ properties }) => properties.Label === label);
  }

  /** Lets the create or update of a resource that takes `until-told` end. */
  async tell(name: string, label: string): Promise<void> {
    await this.dynamodb.send(new PutItemCommand({ TableName: await this.table(name), Item: { stack: { S: 'told' }, at: { S: label } } }));
  }

  /** The table with the calls, also of a stack whose deployment has not finished, or failed. */
  private async table(name: string): Promise<string> {
    if (this.outputs[name]) {
      return this.outputs[name].Calls;
    }
    const made = (await this.events(name)).find(
      ({ ResourceType, ResourceStatus }) => ResourceType === 'AWS::DynamoDB::Table' && ResourceStatus === 'CREATE_COMPLETE',
    );
    if (!made) {
      throw new Error(`the table of ${name} is not there yet`);
    }
    return made.PhysicalResourceId!;
  }

  private app(context: Record<string, string>) {
    return {
      command: `${JSON.stringify(process.execPath)} --import tsx app.ts`,
      cwd: path.join(__dirname, '..', 'apps', 'custom-resource'),
      context: { nodejs: this.bed.newestRuntime('nodejs'), ...context },
    };
  }
}
