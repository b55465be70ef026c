/** What CloudFormation makes of a resource that fails or is deleted, and what of its properties its function sees. */
import { DeleteStackCommand, DescribeStacksCommand, UpdateStackCommand } from '@aws-sdk/client-cloudformation';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';

import { eventually, type Harness } from './harness';
import { answerTo, Maker, nextStack, put } from './maker';

let maker: Maker;
let bed: Harness;

beforeAll(async () => {
  maker = await Maker.open();
  bed = maker.bed;
}, 300_000);
afterAll(() => bed?.close());
beforeEach(() => {
  bed.recorder.answer = () => undefined;
});

describe('a resource that fails', () => {
  it('gives its reason, and is deleted with the id of its FAILED answer when the stack rolls back', async () => {
    const stack = nextStack();
    await bed.createStack(stack, maker.template({ Size: 1 }));
    const create = await maker.requestOf(stack, 'Create');
    await put(create, answerTo(create, { Status: 'FAILED', Reason: 'no room', PhysicalResourceId: 'half-made' }));
    const remove = await maker.requestOf(stack, 'Delete');
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
    // The delete has no more time than the create: it is answered as soon as it is there
    let removed: Promise<number> | undefined;
    bed.recorder.answer = (handed) => {
      if (handed.event.RequestType === 'Delete') {
        removed = put(handed, answerTo(handed));
      }
      return undefined;
    };
    await bed.createStack(stack, maker.template({ ServiceTimeout: 5 }));
    await maker.requestOf(stack, 'Create');
    const remove = await maker.requestOf(stack, 'Delete');
    expect(remove.event.PhysicalResourceId).toMatch(new RegExp(`^${stack}-Thing-[0-9A-F]{13}$`));
    expect(await removed).toBe(200);
    expect((await bed.settled(stack)).StackStatus).toBe('ROLLBACK_COMPLETE');
    expect((await bed.failures(stack, 'Thing'))[0]).toContain('CloudFormation did not receive a response from your Custom Resource');
  });

  it('keeps what it has when its DeletionPolicy says so', async () => {
    const stack = nextStack();
    await bed.createStack(stack, maker.template({}, 'Retain'));
    const create = await maker.requestOf(stack, 'Create');
    await put(create, answerTo(create, { Status: 'FAILED', Reason: 'no' }));
    expect((await bed.settled(stack)).StackStatus).toBe('ROLLBACK_COMPLETE');
    expect(bed.recorder.handed.some((handed) => handed.event.StackId?.includes(`/${stack}/`) && handed.event.RequestType === 'Delete')).toBe(false);
  });

  it('fails at once when Lambda does not accept the request', async () => {
    bed.recorder.answer = () => ({ status: 404, headers: { 'x-amzn-errortype': 'ResourceNotFoundException' }, body: '{}' });
    const stack = nextStack();
    await bed.createStack(stack, maker.template());
    expect((await bed.settled(stack)).StackStatus).toBe('ROLLBACK_COMPLETE');
    expect((await bed.failures(stack, 'Thing'))[0]).toContain('Lambda did not accept the request for Thing');
    expect(bed.controlPlane.undelivered.at(-1)).toMatchObject({
      trigger: 'cloudformation',
      function: maker.fn,
      reason: expect.stringContaining('status 404'),
    });
  });

  it.each(['0', '3601', 'soon'])('is refused with a ServiceTimeout of %s', async (timeout) => {
    const stack = nextStack();
    await bed.createStack(stack, maker.template({ ServiceTimeout: timeout }));
    expect((await bed.settled(stack)).StackStatus).toBe('ROLLBACK_COMPLETE');
    expect((await bed.failures(stack, 'Thing'))[0]).toContain(`ServiceTimeout '${timeout}' is not a number of seconds between 1 and 3600`);
  });
});

describe('a delete', () => {
  it('that fails leaves the stack in DELETE_FAILED', async () => {
    const stack = nextStack();
    await bed.createStack(stack, maker.template());
    const create = await maker.requestOf(stack, 'Create');
    await put(create, answerTo(create));
    await bed.settled(stack);
    await bed.cloudFormation.send(new DeleteStackCommand({ StackName: stack }));
    const remove = await maker.requestOf(stack, 'Delete');
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
    await bed.createStack(stack, maker.template({ ...references, Size: 1 }));
    const create = await maker.requestOf(stack, 'Create');
    const asSent = { ...references, Inside: { List: ['a {{resolve:secretsmanager:vault}} b open-door'] }, Plain: 'open-door' };
    expect(create.event.ResourceProperties).toMatchObject(asSent);
    await put(create, answerTo(create));
    await bed.settled(stack);
    await bed.cloudFormation.send(
      new UpdateStackCommand({ StackName: stack, TemplateBody: JSON.stringify(maker.template({ ...references, Size: 2 })) }),
    );
    const update = await maker.requestOf(stack, 'Update');
    expect(update.event.ResourceProperties).toMatchObject(asSent);
    expect(update.event.OldResourceProperties).toMatchObject(asSent);
    await put(update, answerTo(update));
    await bed.settled(stack);
    await bed.cloudFormation.send(new DeleteStackCommand({ StackName: stack }));
    const remove = await maker.requestOf(stack, 'Delete');
    expect(remove.event.ResourceProperties).toMatchObject(asSent);
    await put(remove, answerTo(remove));
    for (const handed of [create, update, remove]) {
      expect(handed.body.toString()).not.toContain('hidden');
    }
  });
});
