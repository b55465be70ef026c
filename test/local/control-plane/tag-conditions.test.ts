/** A function that may call others by their tag: AccessDenied where no tag meets the condition. */
import { AttachRolePolicyCommand, CreatePolicyCommand, CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { DeleteFunctionCommand, GetFunctionConfigurationCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetResourcesCommand, ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api';

import { dummyCredentials } from '../../../local/data-plane/credentials';
import { Harness } from './harness';

const ACTIONS = ['lambda:GetFunctionConfiguration', 'lambda:InvokeFunction'];
const TAGGED = { StringEquals: { 'aws:ResourceTag/team': 'billing' } };

let bed: Harness;

beforeAll(async () => {
  bed = await Harness.open();
  await bed.createFunction('ours', { Tags: { team: 'billing' } });
  await bed.createFunction('theirs', { Tags: { team: 'shipping' } });
  await bed.createFunction('untagged');
}, 300_000);
afterAll(() => bed?.close());

/** A client that signs as a function whose role has one policy with these statements. */
async function signedBy(name: string, ...statements: object[]): Promise<LambdaClient> {
  const iam = new IAMClient(bed.clientConfig);
  await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: '{"Version":"2012-10-17","Statement":[]}' }));
  const document = { Version: '2012-10-17', Statement: statements.map((statement) => ({ Effect: 'Allow', Resource: '*', ...statement })) };
  await iam.send(new PutRolePolicyCommand({ RoleName: name, PolicyName: 'p', PolicyDocument: JSON.stringify(document) }));
  const arn = await bed.createFunction(name, { Role: `arn:aws:iam::000000000000:role/${name}` });
  return new LambdaClient({ ...bed.clientConfig, credentials: dummyCredentials(arn) });
}

/** What a call answers: the version that it found, or the error's name. */
function look(client: LambdaClient, FunctionName: string): Promise<string> {
  return client.send(new GetFunctionConfigurationCommand({ FunctionName })).then(
    ({ Version }) => Version!,
    (error: Error) => error.name,
  );
}

function invoke(client: LambdaClient, FunctionName: string): Promise<number | string> {
  return client.send(new InvokeCommand({ FunctionName, InvocationType: 'Event' })).then(
    ({ StatusCode }) => StatusCode!,
    (error: Error) => error.name,
  );
}

test('by a tag only functions that carry it may be called; one that does not exist is denied, not missing', async () => {
  const client = await signedBy('by-tag', { Action: ACTIONS, Condition: TAGGED });
  const names = ['ours', 'theirs', 'untagged', 'nobody'];
  const denied = 'AccessDeniedException';
  expect(await Promise.all(names.map((name) => look(client, name)))).toEqual(['$LATEST', denied, denied, denied]);
  expect(await Promise.all(names.map((name) => invoke(client, name)))).toEqual([202, denied, denied, denied]);
  expect(await look(client, 'arn:aws:lambda:us-east-1:000000000000:function:ours:live')).toBe('ResourceNotFoundException');
  await expect(client.send(new InvokeCommand({ FunctionName: 'arn:aws:lambda:us-east-1:000000000000:function:nobody:live' }))).rejects.toThrow(
    'User: arn:aws:sts::000000000000:assumed-role/by-tag/by-tag is not authorized to perform: lambda:InvokeFunction on resource: ' +
      'arn:aws:lambda:us-east-1:000000000000:function:nobody:live because no identity-based policy allows the lambda:InvokeFunction action',
  );
});

test('a statement without such a condition, or none, denies nothing', async () => {
  const both = await signedBy('both', { Action: ACTIONS, Condition: TAGGED }, { Action: 'lambda:Get*' });
  expect([await look(both, 'theirs'), await invoke(both, 'theirs')]).toEqual(['$LATEST', 'AccessDeniedException']);
  const none = await signedBy('none', { Action: 's3:GetObject' });
  expect([await look(none, 'theirs'), await look(none, 'nobody')]).toEqual(['$LATEST', 'ResourceNotFoundException']);
  expect(await look(bed.lambda, 'nobody')).toBe('ResourceNotFoundException');
});

test('a policy that is attached to the role counts as its own do', async () => {
  const client = await signedBy('attached', { Action: ACTIONS, Condition: TAGGED });
  const iam = new IAMClient(bed.clientConfig);
  const PolicyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'lambda:GetFunctionConfiguration', Resource: '*' }],
  });
  const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName: 'all', PolicyDocument }));
  expect(await look(client, 'theirs')).toBe('AccessDeniedException');
  await iam.send(new AttachRolePolicyCommand({ RoleName: 'attached', PolicyArn: Policy!.Arn }));
  expect(await look(client, 'theirs')).toBe('$LATEST');
});

test('functions are found by their tags, until they are deleted', async () => {
  const tagging = new ResourceGroupsTaggingAPIClient(bed.clientConfig);
  const found = async () => {
    const { ResourceTagMappingList = [] } = await tagging.send(
      new GetResourcesCommand({ ResourceTypeFilters: ['lambda:function'], TagFilters: [{ Key: 'stage', Values: ['beta'] }] }),
    );
    return ResourceTagMappingList;
  };
  const arn = await bed.createFunction('listed', { Tags: { stage: 'beta', key: 'k' } });
  expect(await found()).toEqual([
    {
      ResourceARN: arn,
      Tags: expect.arrayContaining([
        { Key: 'stage', Value: 'beta' },
        { Key: 'key', Value: 'k' },
      ]),
    },
  ]);
  await bed.lambda.send(new DeleteFunctionCommand({ FunctionName: 'listed' }));
  expect(await found()).toEqual([]);
});
