/**
 * Functions under a maintenance window and behind a provider: an operation begun is finished, new requests are FAILED at once.
 * Requests by hand come as CloudFormation's do: asynchronously, with a pre-signed URL of an S3 bucket to answer to, whose signature the bed checks.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import { type AccessKey, CreateAccessKeyCommand, CreateUserCommand, IAMClient } from '@aws-sdk/client-iam';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateBucketCommand, GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DescribeParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import { sign } from 'aws4';

import { createFailedId } from '../../../lambda/contract/cloudformation/answer.json';
import { eventually } from '../support/eventually';
import { ResourceStacks } from '../support/resource-stack';
import { writeWindow } from '../support/window';

jest.setTimeout(300_000);

const BUCKET = 'answers';

let stacks: ResourceStacks;
let s3: S3Client;
let signer: AccessKey;
let outputs: Record<string, string>;
/** The execution in which the window opened. */
let hopAtOpening: number;

beforeAll(async () => {
  stacks = await ResourceStacks.open();
  const iam = new IAMClient(stacks.bed.clientConfig);
  await iam.send(new CreateUserCommand({ UserName: 'signer' }));
  signer = (await iam.send(new CreateAccessKeyCommand({ UserName: 'signer' }))).AccessKey!;
  s3 = new S3Client({ ...stacks.bed.clientConfig, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  const deployment = stacks.deploy('Window');
  await polled(0);
  await window('on # while a create is under way');
  hopAtOpening = (await stacks.calls('Window', 'Long')).at(-1)!.hop;
  await polled(hopAtOpening);
  await stacks.tell('Window', 'Long');
  outputs = await deployment;
}, 600_000);

afterAll(() => stacks?.bed.close());

/** Until `Long` was polled in a later execution, which may be while its stack is still being made. */
function polled(since: number): Promise<unknown> {
  return eventually(
    () => stacks.calls('Window', 'Long').catch(() => []),
    (calls) => calls.some(({ call, hop }) => call === 'poll' && hop > since),
    200,
  );
}

/** Writes the window's value and waits until every environment must have read it. */
async function window(value: string): Promise<void> {
  const ssm = new SSMClient(stacks.bed.clientConfig);
  const { Parameters } = await ssm.send(new DescribeParametersCommand({}));
  const { Name } = Parameters!.find((parameter) => parameter.Name!.endsWith('/operator'))!;
  await writeWindow(stacks.bed, Name!, value);
  await sleep(1500);
}

let requests = 0;

/** Sends a request and returns what was put to its URL. */
async function answerTo(output: string, type: string, fields: object = {}): Promise<any> {
  const id = `request-${++requests}`;
  const { path } = sign(
    {
      service: 's3',
      region: stacks.bed.region,
      method: 'PUT',
      host: new URL(stacks.bed.endpoint).host,
      path: `/${BUCKET}/${id}?X-Amz-Expires=7200`,
      signQuery: true,
    },
    { accessKeyId: signer.AccessKeyId!, secretAccessKey: signer.SecretAccessKey! },
  );
  const event = {
    RequestType: type,
    ResponseURL: `${stacks.bed.endpoint}${path}`,
    StackId: `arn:aws:cloudformation:us-east-1:000000000000:stack/ByHand/${id}`,
    RequestId: id,
    LogicalResourceId: 'Thing',
    ResourceType: 'Custom::Thing',
    ResourceProperties: { ServiceToken: 'any', Name: 'by-hand' },
    ...fields,
  };
  await new LambdaClient(stacks.bed.clientConfig).send(
    new InvokeCommand({
      FunctionName: outputs[output],
      InvocationType: 'Event',
      Payload: Buffer.from(JSON.stringify(event)),
    }),
  );
  const read = () =>
    s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: id })).then(
      ({ Body }) => Body!.transformToString(),
      () => '',
    );
  const body = await eventually(read, Boolean);
  const { RequestId, StackId, LogicalResourceId, ...answer } = JSON.parse(body);
  expect({ RequestId, StackId, LogicalResourceId }).toEqual({ RequestId: id, StackId: event.StackId, LogicalResourceId: 'Thing' });
  return answer;
}

/** What user code was called for by requests by hand, while something happened. */
async function called(happens: () => Promise<void>): Promise<string[]> {
  const calls = async () => (await stacks.calls('Window', undefined, 'ByHand')).map(({ call }) => call);
  const { length } = await calls();
  await happens();
  return (await calls()).slice(length);
}

test('an operation that began before the window goes on in it, over further executions, to its answer', async () => {
  expect(outputs).toMatchObject({ Long: 'long' });
  expect((await stacks.calls('Window', 'Long')).at(-1)!.hop).toBeGreaterThan(hopAtOpening);
  expect(await stacks.history('Window', 'Long')).toEqual(['CREATE_IN_PROGRESS', 'CREATE_COMPLETE']);
});

describe.each(['Function', 'Own'])('%s in a window', (output) => {
  beforeAll(() => window('on # no deployments tonight'));

  test.each([
    ['Create', {}, createFailedId],
    ['Update', { PhysicalResourceId: 'by-hand', OldResourceProperties: {} }, 'by-hand'],
    ['Delete', { PhysicalResourceId: 'by-hand' }, 'by-hand'],
  ])('a new %s is FAILED without user code', async (type, fields, PhysicalResourceId) => {
    expect(
      await called(async () => {
        expect(await answerTo(output, type, fields)).toEqual({
          Status: 'FAILED',
          PhysicalResourceId,
          Reason: expect.stringContaining('no deployments tonight'),
        });
      }),
    ).toEqual([]);
  });

  test('a Delete of what was never made succeeds', async () => {
    expect(
      await called(async () => {
        expect(await answerTo(output, 'Delete', { PhysicalResourceId: createFailedId })).toMatchObject({
          Status: 'SUCCESS',
          PhysicalResourceId: createFailedId,
        });
      }),
    ).toEqual([]);
  });
});

test('a stack that is created in a window fails at once and rolls back', async () => {
  await window('on # no deployments tonight');
  await expect(stacks.deploy('Refused')).rejects.toThrow(/no deployments tonight/);
  expect((await stacks.stack('Refused')).StackStatus).toBe('ROLLBACK_COMPLETE');
  const removed = (await stacks.events('Refused')).find(
    ({ ResourceType, ResourceStatus }) => ResourceType === 'Custom::Thing' && ResourceStatus === 'DELETE_COMPLETE',
  )!;
  expect(removed.PhysicalResourceId).toBe(createFailedId);
});

test.each(['Function', 'Own'])("%s after the window: the gate's create-failed id is the runtime's, and requests reach user code", async (output) => {
  await window('auto');
  expect(
    await called(async () => {
      for (const PhysicalResourceId of [createFailedId, 'by-hand']) {
        expect(await answerTo(output, 'Delete', { PhysicalResourceId })).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId });
      }
    }),
  ).toEqual(['delete']);
});
