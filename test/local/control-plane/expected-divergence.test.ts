/** Where the emulator is known to differ from AWS. A test that fails here after an upgrade is good news: take the line out of weaker-than-aws.ts. */
import { UpdateStackCommand } from '@aws-sdk/client-cloudformation';
import { CreateEventSourceMappingCommand, GetPolicyCommand } from '@aws-sdk/client-lambda';
import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { CreateTopicCommand, PublishCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DescribeParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';

import { eventually, type Handed, Harness } from './harness';

let bed: Harness;
let fn: string;

beforeAll(async () => {
  bed = await Harness.open();
  fn = await bed.createFunction('any');
}, 300_000);
afterAll(() => bed?.close());

async function answer(handed: Handed, more: object = {}): Promise<void> {
  const { StackId, RequestId, LogicalResourceId, PhysicalResourceId, ResponseURL } = handed.event;
  const body = JSON.stringify({
    Status: 'SUCCESS',
    StackId,
    RequestId,
    LogicalResourceId,
    PhysicalResourceId: PhysicalResourceId ?? LogicalResourceId,
    ...more,
  });
  await fetch(ResponseURL, { method: 'PUT', headers: { 'content-type': '' }, body });
}

const custom = (properties: object = {}, more: object = {}) => ({
  Type: 'Custom::Thing',
  Properties: { ServiceToken: fn, ServiceTimeout: 300, ...properties },
  ...more,
});
const requests = (stack: string, type: string, logicalId: string) =>
  bed.recorder.handed.filter(
    ({ door, event }) =>
      door === 'cloudformation' && event.StackId.includes(`/${stack}/`) && event.RequestType === type && event.LogicalResourceId === logicalId,
  );
/** The nth request of that kind. */
const request = (stack: string, type: string, logicalId: string, nth = 1) => eventually(async () => requests(stack, type, logicalId)[nth - 1]);

describe('expected divergence', () => {
  it('SNS starts a function whose policy does not allow it', async () => {
    const { Policy } = await bed.lambda.send(new GetPolicyCommand({ FunctionName: fn }));
    expect(JSON.parse(Policy!).Statement).toEqual([]);
    const sns = new SNSClient(bed.clientConfig);
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'open' }));
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'lambda', Endpoint: fn }));
    await sns.send(new PublishCommand({ TopicArn, Message: 'in' }));
    await bed.recorder.next((handed) => handed.door === 'sns');
  });

  it('STS assumes a role that does not exist', async () => {
    const { Credentials } = await new STSClient(bed.clientConfig).send(
      new AssumeRoleCommand({ RoleArn: 'arn:aws:iam::000000000000:role/nobody', RoleSessionName: 's' }),
    );
    expect(Credentials).toBeDefined();
  });

  it('CloudFormation makes two independent resources one after the other', async () => {
    await bed.createStack('Serial', { Resources: { One: custom(), Two: custom() } });
    const isCreate = ({ door, event }: Handed) => door === 'cloudformation' && event.StackId.includes('/Serial/') && event.RequestType === 'Create';
    const first = await bed.recorder.next(isCreate);
    await bed.lambda.send(new GetPolicyCommand({ FunctionName: fn })).catch(() => undefined); // the emulator has had its turn
    expect(bed.recorder.handed.filter(isCreate)).toHaveLength(1);
    await answer(first);
    await answer(await bed.recorder.next((handed) => isCreate(handed) && handed.event.LogicalResourceId !== first.event.LogicalResourceId));
    expect((await bed.settled('Serial')).StackStatus).toBe('CREATE_COMPLETE');
  });

  it('CloudFormation does not update back a resource that was replaced in a failed update, but deletes the new one', async () => {
    const template = (size: number) =>
      JSON.stringify({ Resources: { Thing: custom({ Size: size }), Later: custom({ Size: size }, { DependsOn: 'Thing' }) } });
    await bed.createStack('Replaced', JSON.parse(template(1)));
    for (const name of ['Thing', 'Later']) {
      await answer(await request('Replaced', 'Create', name));
    }
    await bed.settled('Replaced');
    await bed.cloudFormation.send(new UpdateStackCommand({ StackName: 'Replaced', TemplateBody: template(2) }));
    await answer(await request('Replaced', 'Update', 'Thing'), { PhysicalResourceId: 'another' });
    await answer(await request('Replaced', 'Update', 'Later'), { Status: 'FAILED', Reason: 'no' });
    await answer(await request('Replaced', 'Update', 'Later', 2));
    const removed = await request('Replaced', 'Delete', 'Thing');
    expect(removed.event.PhysicalResourceId).toBe('another');
    await answer(removed);
    expect((await bed.settled('Replaced')).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(requests('Replaced', 'Update', 'Thing')).toHaveLength(1);
  });

  it("CloudFormation's own requests to Parameter Store are not throttled", async () => {
    const slow = await Harness.open({ parameterStoreRequestsPerSecond: 0.001 });
    try {
      const ssm = new SSMClient({ ...slow.clientConfig, maxAttempts: 1 });
      await ssm.send(new DescribeParametersCommand({}));
      await expect(ssm.send(new DescribeParametersCommand({}))).rejects.toMatchObject({ name: 'ThrottlingException' });
      await slow.createStack('Own', { Resources: { Value: { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value: 'v' } } } });
      expect((await slow.settled('Own')).StackStatus).toBe('CREATE_COMPLETE');
    } finally {
      await slow.close();
    }
  });

  it('Scheduler reads a time in Tokyo as one in UTC', async () => {
    const soon = new Date(Date.now() + 1000).toISOString().slice(0, 19);
    await new SchedulerClient(bed.clientConfig).send(
      new CreateScheduleCommand({
        Name: 'tokyo',
        ScheduleExpression: `at(${soon})`,
        ScheduleExpressionTimezone: 'Asia/Tokyo',
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: { Arn: fn, RoleArn: 'arn:aws:iam::000000000000:role/any' },
      }),
    );
    await bed.recorder.next((handed) => handed.door === 'scheduler');
  });

  it('SQS mappings do not wait for their batching window', async () => {
    const sqs = new SQSClient(bed.clientConfig);
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'slow' }));
    await bed.lambda.send(
      new CreateEventSourceMappingCommand({
        FunctionName: fn,
        EventSourceArn: 'arn:aws:sqs:us-east-1:000000000000:slow',
        BatchSize: 100,
        MaximumBatchingWindowInSeconds: 300,
      }),
    );
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'now' }));
    await bed.recorder.next((handed) => handed.door === 'sqs');
  });
});
