import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  type Stack,
} from '@aws-sdk/client-cloudformation';

import { Bed, type InvocationRecord } from '../../local/bed';

const STACK = 'CustomResources';

/** What became of one custom resource that CloudFormation created. */
export interface Created {
  /** When CloudFormation had the answer, in milliseconds since the epoch. */
  readonly answeredAt: number;
  readonly reason: string;
  /** Attribute `DoneAt` of a job, in milliseconds since the epoch. */
  readonly doneAt?: number;
  /** Executions for it, those of the responder and of a framework included. */
  readonly invocations: readonly InvocationRecord[];
}

/** The functions of app/ on a bed that keeps what passes. */
export class BenchBed {
  static async open(): Promise<BenchBed> {
    const bed = await Bed.open({ keepPayloads: true, accountConcurrency: 100 });
    try {
      const context = { nodejs: bed.newestRuntime('nodejs') };
      const { [STACK]: outputs } = await bed.deploy(
        { command: `${JSON.stringify(process.execPath)} --import tsx app.ts`, cwd: path.join(__dirname, 'app'), context },
        STACK,
      );
      return new BenchBed(bed, outputs);
    } catch (error) {
      await bed.close();
      throw error;
    }
  }

  private readonly cloudFormation: CloudFormationClient;
  private stacks = 0;

  private constructor(
    private readonly bed: Bed,
    private readonly outputs: Readonly<Record<string, string>>,
  ) {
    this.cloudFormation = new CloudFormationClient(bed.clientConfig);
  }

  close(): Promise<void> {
    return this.bed.close();
  }

  /** Lets CloudFormation create a stack of one custom resource. */
  async create(provider: string, properties: Readonly<Record<string, string>>, attribute?: 'DoneAt'): Promise<Created> {
    this.stacks += 1;
    const StackName = `One${this.stacks}`;
    const template = {
      Resources: { One: { Type: 'Custom::One', Properties: { ServiceToken: this.outputs[provider], ServiceTimeout: 180, ...properties } } },
      ...(attribute ? { Outputs: { [attribute]: { Value: { 'Fn::GetAtt': ['One', attribute] } } } } : {}),
    };
    const { StackId } = await this.cloudFormation.send(
      new CreateStackCommand({ StackName, TemplateBody: JSON.stringify(template), OnFailure: 'DO_NOTHING' }),
    );
    const stack = await this.settled(StackName);
    const { StackEvents } = await this.cloudFormation.send(new DescribeStackEventsCommand({ StackName }));
    const { time, durationMs } = this.bed
      .requests()
      .find(({ method, body, path: url }) => method === 'PUT' && url.includes('cfn-response') && body?.includes(StackId!))!;
    return {
      answeredAt: time + durationMs,
      reason:
        StackEvents!.find(({ LogicalResourceId, ResourceStatusReason }) => LogicalResourceId === 'One' && ResourceStatusReason)
          ?.ResourceStatusReason ?? '',
      ...(attribute ? { doneAt: Number(stack.Outputs?.[0]?.OutputValue) } : {}),
      invocations: this.bed.invocations().filter(({ payload }) => payload?.includes(StackId!)),
    };
  }

  private async settled(StackName: string): Promise<Stack> {
    for (;;) {
      const [stack] = (await this.cloudFormation.send(new DescribeStacksCommand({ StackName }))).Stacks!;
      if (!stack.StackStatus!.endsWith('_IN_PROGRESS')) {
        return stack;
      }
      await sleep(250);
    }
  }
}
