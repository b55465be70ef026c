/** What CloudFormation makes of a function's answers. The data plane is a recorder; each answer is put by the test. */
import {
  CancelUpdateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';

import { eventually, type Handed, Harness } from './harness';

let bed: Harness;
let fn: string;

beforeAll(async () => {
  bed = await Harness.open();
  fn = await bed.createFunction('maker');
}, 300_000);
afterAll(() => bed?.close());
beforeEach(() => {
  bed.recorder.answer = () => undefined;
});

let stacks = 0;
const nextStack = () => `Stack${++stacks}`;

function template(properties: object = {}, deletionPolicy?: string): object {
  return {
    Resources: {
      Thing: { Type: 'Custom::Thing', DeletionPolicy: deletionPolicy, Properties: { ServiceToken: fn, ServiceTimeout: 30, ...properties } },
    },
  };
}

function requestOf(stack: string, type: string): Promise<Handed> {
  return bed.recorder.next(
    (handed) => handed.door === 'cloudformation' && handed.event.RequestType === type && handed.event.StackId.includes(`/${stack}/`),
  );
}

/** A well-formed answer to the request. */
function answerTo({ event }: Handed, more: object = {}): Record<string, unknown> {
  const { StackId, RequestId, LogicalResourceId, PhysicalResourceId } = event;
  return { Status: 'SUCCESS', StackId, RequestId, LogicalResourceId, PhysicalResourceId: PhysicalResourceId ?? 'thing-1', ...more };
}

async function put(handed: Handed, body: unknown, headers: Record<string, string> = { 'content-type': '' }): Promise<number> {
  const response = await fetch(handed.event.ResponseURL, { method: 'PUT', headers, body: typeof body === 'string' ? body : JSON.stringify(body) });
  await response.arrayBuffer();
  return response.status;
}

async function refusedCreate(body: (handed: Handed) => unknown): Promise<{ status: number; reason: string }> {
  const stack = nextStack();
  await bed.createStack(stack, template());
  const create = await requestOf(stack, 'Create');
  const status = await put(create, body(create));
  const remove = await requestOf(stack, 'Delete');
  await put(remove, answerTo(remove));
  expect((await bed.settled(stack)).StackStatus).toBe('ROLLBACK_COMPLETE');
  return { status, reason: (await bed.failures(stack, 'Thing'))[0] };
}

describe('an answer that CloudFormation takes', () => {
  it('completes the resource, and its Data is there for outputs', async () => {
    const stack = nextStack();
    await bed.createStack(stack, {
      ...template(),
      Outputs: { Colour: { Value: { 'Fn::GetAtt': ['Thing', 'Colour'] } }, Id: { Value: { Ref: 'Thing' } } },
    });
    const create = await requestOf(stack, 'Create');
    expect(await put(create, answerTo(create, { Data: { Colour: 'green' } }))).toBe(200);
    const { StackStatus, Outputs } = await bed.settled(stack);
    expect(StackStatus).toBe('CREATE_COMPLETE');
    expect(Outputs).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ OutputKey: 'Colour', OutputValue: 'green' }),
        expect.objectContaining({ OutputKey: 'Id', OutputValue: 'thing-1' }),
      ]),
    );
  });

  it('may be exactly 4096 bytes long', async () => {
    const stack = nextStack();
    await bed.createStack(stack, template());
    const create = await requestOf(stack, 'Create');
    const bare = JSON.stringify(answerTo(create, { Reason: '' }));
    const body = JSON.stringify(answerTo(create, { Reason: 'x'.repeat(4096 - Buffer.byteLength(bare)) }));
    expect(Buffer.byteLength(body)).toBe(4096);
    await put(create, body);
    expect((await bed.settled(stack)).StackStatus).toBe('CREATE_COMPLETE');
  });

  it('is read once: a second one is refused with 403 and changes nothing', async () => {
    const stack = nextStack();
    await bed.createStack(stack, template());
    const create = await requestOf(stack, 'Create');
    expect(await put(create, answerTo(create))).toBe(200);
    expect(await put(create, answerTo(create, { Status: 'FAILED', Reason: 'changed my mind' }))).toBe(403);
    expect((await bed.settled(stack)).StackStatus).toBe('CREATE_COMPLETE');
    expect(await put(create, answerTo(create))).toBe(403);
  });
});

describe('an answer that S3 refuses', () => {
  it('goes to a URL that no request has: 403', async () => {
    const response = await fetch(`${bed.controlPlane.url}/_ministack/cfn-response/none-such`, { method: 'PUT', body: '{}' });
    expect(response.status).toBe(403);
    expect(await response.text()).toContain('<Code>SignatureDoesNotMatch</Code>');
  });

  it('has lost the signature of its URL: 403, and the request still waits for its answer', async () => {
    const stack = nextStack();
    await bed.createStack(stack, template());
    const create = await requestOf(stack, 'Create');
    const { origin, pathname, searchParams } = new URL(create.event.ResponseURL);
    expect(await put({ ...create, event: { ...create.event, ResponseURL: `${origin}${pathname}` } }, answerTo(create))).toBe(403);
    expect(Object.fromEntries(searchParams)).toEqual({
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-SignedHeaders': 'host',
      'X-Amz-Expires': '7200',
      'X-Amz-Date': expect.stringMatching(/^\d{8}T\d{6}Z$/),
      'X-Amz-Credential': expect.stringMatching(/^ASIA\w+\/\d{8}\/us-east-1\/s3\/aws4_request$/),
      'X-Amz-Signature': expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(await put(create, answerTo(create))).toBe(200);
    expect((await bed.settled(stack)).StackStatus).toBe('CREATE_COMPLETE');
  });

  it('has a content type: 403, and the request still waits for its answer', async () => {
    const stack = nextStack();
    await bed.createStack(stack, template());
    const create = await requestOf(stack, 'Create');
    expect(await put(create, answerTo(create), { 'content-type': 'application/json' })).toBe(403);
    expect(await put(create, answerTo(create))).toBe(200);
    expect((await bed.settled(stack)).StackStatus).toBe('CREATE_COMPLETE');
  });
});

describe('an answer that S3 takes and CloudFormation refuses', () => {
  it.each<[string, (handed: Handed) => unknown, string]>([
    ['is longer than 4096 bytes', (handed) => answerTo(handed, { Reason: 'é'.repeat(2048) }), 'Response object is too long.'],
    ['is not JSON', () => 'SUCCESS', 'Response is not valid JSON'],
    ['is empty', () => '', 'Response is not valid JSON'],
    ['is a list', () => [], 'Invalid Response object'],
    ['has a status of its own', (handed) => answerTo(handed, { Status: 'OK' }), "'OK' is not a valid ResponseStatus"],
    ['names another request', (handed) => answerTo(handed, { RequestId: 'mine' }), "RequestId is 'mine'"],
    ['names another stack', (handed) => answerTo(handed, { StackId: 'yours' }), "StackId is 'yours'"],
    ['names no resource', (handed) => answerTo(handed, { LogicalResourceId: undefined }), 'LogicalResourceId is None'],
    ['has no physical id', (handed) => answerTo(handed, { PhysicalResourceId: '' }), 'Invalid PhysicalResourceId'],
    ['has a physical id over 1 KB', (handed) => answerTo(handed, { PhysicalResourceId: 'x'.repeat(1025) }), 'Invalid PhysicalResourceId'],
    ['has a number for a physical id', (handed) => answerTo(handed, { PhysicalResourceId: 7 }), 'Invalid PhysicalResourceId'],
    ['fails without a reason', (handed) => answerTo(handed, { Status: 'FAILED' }), 'Reason is required'],
    ['has a list for Data', (handed) => answerTo(handed, { Data: ['a'] }), 'Data is not a JSON object'],
  ])('%s', async (_name, body, reason) => {
    const refused = await refusedCreate(body);
    expect(refused.status).toBe(200);
    expect(refused.reason).toContain(reason);
  });
});

describe('a resource that fails', () => {
  it('gives its reason, and is deleted with the id of its FAILED answer when the stack rolls back', async () => {
    const stack = nextStack();
    await bed.createStack(stack, template({ Size: 1 }));
    const create = await requestOf(stack, 'Create');
    await put(create, answerTo(create, { Status: 'FAILED', Reason: 'no room', PhysicalResourceId: 'half-made' }));
    const remove = await requestOf(stack, 'Delete');
    expect(remove.event).toMatchObject({ PhysicalResourceId: 'half-made', ResourceProperties: { Size: '1' } });
    expect(remove.event.RequestId).not.toBe(create.event.RequestId);
    await put(remove, answerTo(remove));
    expect((await bed.settled(stack)).StackStatus).toBe('ROLLBACK_COMPLETE');
    expect(await bed.failures(stack, 'Thing')).toEqual([
      `Received response status [FAILED] from custom resource. Message returned: no room (RequestId: ${create.event.RequestId})`,
    ]);
  });

  it('without an answer fails after ServiceTimeout and is deleted with an invented id', async () => {
    const stack = nextStack();
    await bed.createStack(stack, template({ ServiceTimeout: 1 }));
    await requestOf(stack, 'Create');
    const remove = await requestOf(stack, 'Delete');
    expect(remove.event.PhysicalResourceId).toMatch(new RegExp(`^${stack}-Thing-[0-9A-F]{13}$`));
    await put(remove, answerTo(remove));
    expect((await bed.settled(stack)).StackStatus).toBe('ROLLBACK_COMPLETE');
    expect((await bed.failures(stack, 'Thing'))[0]).toContain('CloudFormation did not receive a response from your Custom Resource');
  });

  it('keeps what it has when its DeletionPolicy says so', async () => {
    const stack = nextStack();
    await bed.createStack(stack, template({}, 'Retain'));
    const create = await requestOf(stack, 'Create');
    await put(create, answerTo(create, { Status: 'FAILED', Reason: 'no' }));
    expect((await bed.settled(stack)).StackStatus).toBe('ROLLBACK_COMPLETE');
    expect(bed.recorder.handed.some((handed) => handed.event.StackId?.includes(`/${stack}/`) && handed.event.RequestType === 'Delete')).toBe(false);
  });

  it('fails at once when Lambda does not accept the request', async () => {
    bed.recorder.answer = () => ({ status: 404, headers: { 'x-amzn-errortype': 'ResourceNotFoundException' }, body: '{}' });
    const stack = nextStack();
    await bed.createStack(stack, template());
    expect((await bed.settled(stack)).StackStatus).toBe('ROLLBACK_COMPLETE');
    expect((await bed.failures(stack, 'Thing'))[0]).toContain('Lambda did not accept the request for Thing');
    expect(bed.controlPlane.undelivered.at(-1)).toMatchObject({
      trigger: 'cloudformation',
      function: fn,
      reason: expect.stringContaining('status 404'),
    });
  });

  it.each(['0', '3601', 'soon'])('is refused with a ServiceTimeout of %s', async (timeout) => {
    const stack = nextStack();
    await bed.createStack(stack, template({ ServiceTimeout: timeout }));
    expect((await bed.settled(stack)).StackStatus).toBe('ROLLBACK_COMPLETE');
    expect((await bed.failures(stack, 'Thing'))[0]).toContain(`ServiceTimeout '${timeout}' is not a number of seconds between 1 and 3600`);
  });
});

describe('an update', () => {
  it('carries old and new properties as strings; another id replaces the resource, the old one is deleted afterwards', async () => {
    const stack = nextStack();
    await bed.createStack(stack, template({ Size: 1 }));
    const create = await requestOf(stack, 'Create');
    await put(create, answerTo(create, { PhysicalResourceId: 'one' }));
    await bed.settled(stack);
    await bed.cloudFormation.send(new UpdateStackCommand({ StackName: stack, TemplateBody: JSON.stringify(template({ Size: 2 })) }));
    const update = await requestOf(stack, 'Update');
    expect(update.event).toMatchObject({ PhysicalResourceId: 'one', ResourceProperties: { Size: '2' }, OldResourceProperties: { Size: '1' } });
    await put(update, answerTo(update, { PhysicalResourceId: 'two' }));
    const remove = await requestOf(stack, 'Delete');
    expect(remove.event).toMatchObject({ PhysicalResourceId: 'one', ResourceProperties: { Size: '1' } });
    const { Stacks } = await bed.cloudFormation.send(new DescribeStacksCommand({ StackName: stack }));
    expect(Stacks![0].StackStatus).toBe('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    await put(remove, answerTo(remove));
    expect((await bed.settled(stack)).StackStatus).toBe('UPDATE_COMPLETE');
    const { StackEvents } = await bed.cloudFormation.send(new DescribeStackEventsCommand({ StackName: stack }));
    expect(
      StackEvents!
        .slice(0, 5)
        .map(({ LogicalResourceId, ResourceStatus }) => `${LogicalResourceId} ${ResourceStatus}`)
        .reverse(),
    ).toEqual([
      'Thing UPDATE_COMPLETE',
      `${stack} UPDATE_COMPLETE_CLEANUP_IN_PROGRESS`,
      'Thing DELETE_IN_PROGRESS',
      'Thing DELETE_COMPLETE',
      `${stack} UPDATE_COMPLETE`,
    ]);
  });

  it('that fails is sent back with the properties swapped', async () => {
    const stack = nextStack();
    await bed.createStack(stack, template({ Size: 1 }));
    const create = await requestOf(stack, 'Create');
    await put(create, answerTo(create));
    await bed.settled(stack);
    await bed.cloudFormation.send(new UpdateStackCommand({ StackName: stack, TemplateBody: JSON.stringify(template({ Size: 2 })) }));
    const update = await requestOf(stack, 'Update');
    await put(update, answerTo(update, { Status: 'FAILED', Reason: 'stuck' }));
    const back = await bed.recorder.next(
      ({ door, event }) => door === 'cloudformation' && event.StackId.includes(`/${stack}/`) && event.OldResourceProperties?.Size === '2',
    );
    expect(back.event.ResourceProperties.Size).toBe('1');
    await put(back, answerTo(back));
    expect((await bed.settled(stack)).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
  });
});

describe('an update that is cancelled', () => {
  async function updating(properties: object, more: object = {}): Promise<string> {
    const stack = nextStack();
    await bed.createStack(stack, template());
    const create = await requestOf(stack, 'Create');
    await put(create, answerTo(create));
    await bed.settled(stack);
    const { Resources } = template(properties) as { Resources: object };
    const body = JSON.stringify({ Resources: { ...Resources, ...more } });
    await bed.cloudFormation.send(new UpdateStackCommand({ StackName: stack, TemplateBody: body }));
    return stack;
  }
  const rollbackReason = async (stack: string) => {
    const { StackEvents } = await bed.cloudFormation.send(new DescribeStackEventsCommand({ StackName: stack }));
    return StackEvents!.find(({ ResourceStatus }) => ResourceStatus === 'UPDATE_ROLLBACK_IN_PROGRESS')!.ResourceStatusReason;
  };

  it('stops waiting for the update under way, whose answer is refused, and sends it back', async () => {
    const stack = await updating({ Size: 2 });
    const update = await requestOf(stack, 'Update');
    await bed.cloudFormation.send(new CancelUpdateStackCommand({ StackName: stack }));
    const back = await bed.recorder.next(({ event }) => {
      return event.StackId?.includes(`/${stack}/`) && event.OldResourceProperties?.Size === '2';
    });
    expect(await put(update, answerTo(update))).toBe(403);
    await put(back, answerTo(back));
    expect((await bed.settled(stack)).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(await bed.failures(stack, 'Thing')).toEqual(['Resource update cancelled']);
    expect(await rollbackReason(stack)).toBe('User Initiated');
  });

  it('deletes what was being created by an invented id', async () => {
    const stack = await updating({}, { More: { Type: 'Custom::Thing', Properties: { ServiceToken: fn, ServiceTimeout: 30 } } });
    await requestOf(stack, 'Create');
    await bed.recorder.next(({ event }) => event.StackId?.includes(`/${stack}/`) && event.LogicalResourceId === 'More');
    await bed.cloudFormation.send(new CancelUpdateStackCommand({ StackName: stack }));
    const remove = await requestOf(stack, 'Delete');
    expect(remove.event.PhysicalResourceId).toMatch(new RegExp(`^${stack}-More-[0-9A-F]{13}$`));
    await put(remove, answerTo(remove));
    expect((await bed.settled(stack)).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(await bed.failures(stack, 'More')).toEqual(['Resource creation cancelled']);
    const { StackEvents } = await bed.cloudFormation.send(new DescribeStackEventsCommand({ StackName: stack }));
    expect(
      StackEvents!
        .filter(({ LogicalResourceId }) => LogicalResourceId === 'More')
        .map(({ ResourceStatus }) => ResourceStatus)
        .reverse(),
    ).toEqual(['CREATE_IN_PROGRESS', 'CREATE_FAILED', 'DELETE_IN_PROGRESS', 'DELETE_COMPLETE']);
  });
});

describe('a delete', () => {
  it('that fails leaves the stack in DELETE_FAILED', async () => {
    const stack = nextStack();
    await bed.createStack(stack, template());
    const create = await requestOf(stack, 'Create');
    await put(create, answerTo(create));
    await bed.settled(stack);
    await bed.cloudFormation.send(new DeleteStackCommand({ StackName: stack }));
    const remove = await requestOf(stack, 'Delete');
    await put(remove, 'not JSON');
    const failed = await eventually(async () => {
      const { Stacks } = await bed.cloudFormation.send(new DescribeStacksCommand({ StackName: stack }));
      return Stacks![0].StackStatus === 'DELETE_FAILED' ? Stacks![0] : undefined;
    });
    expect(failed.StackStatusReason).toContain('Thing');
  });
});

describe('dynamic references in the properties', () => {
  it('stay literal where they are secure, in old properties too, and are resolved where they are plain', async () => {
    await new SecretsManagerClient(bed.clientConfig).send(new CreateSecretCommand({ Name: 'vault', SecretString: '{"key":"hidden-treasure"}' }));
    const ssm = new SSMClient(bed.clientConfig);
    await ssm.send(new PutParameterCommand({ Name: '/plain', Value: 'open-door', Type: 'String' }));
    await ssm.send(new PutParameterCommand({ Name: '/secure', Value: 'hidden-door', Type: 'SecureString' }));
    const references = {
      Secret: '{{resolve:secretsmanager:vault:SecretString:key}}',
      Inside: { List: ['a {{resolve:secretsmanager:vault}} b {{resolve:ssm:/plain}}'] },
      Secure: '{{resolve:ssm-secure:/secure:1}}',
      Plain: '{{resolve:ssm:/plain}}',
    };
    const stack = nextStack();
    await bed.createStack(stack, template({ ...references, Size: 1 }));
    const create = await requestOf(stack, 'Create');
    const asSent = { ...references, Inside: { List: ['a {{resolve:secretsmanager:vault}} b open-door'] }, Plain: 'open-door' };
    expect(create.event.ResourceProperties).toMatchObject(asSent);
    await put(create, answerTo(create));
    await bed.settled(stack);
    await bed.cloudFormation.send(new UpdateStackCommand({ StackName: stack, TemplateBody: JSON.stringify(template({ ...references, Size: 2 })) }));
    const update = await requestOf(stack, 'Update');
    expect(update.event.ResourceProperties).toMatchObject(asSent);
    expect(update.event.OldResourceProperties).toMatchObject(asSent);
    await put(update, answerTo(update));
    await bed.settled(stack);
    await bed.cloudFormation.send(new DeleteStackCommand({ StackName: stack }));
    const remove = await requestOf(stack, 'Delete');
    expect(remove.event.ResourceProperties).toMatchObject(asSent);
    await put(remove, answerTo(remove));
    for (const handed of [create, update, remove]) {
      expect(handed.body.toString()).not.toContain('hidden');
    }
  });
});
