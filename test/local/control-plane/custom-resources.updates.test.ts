/** What CloudFormation makes of a function's answers to updates, and of those that are cancelled. */
import { CancelUpdateStackCommand, DescribeStackEventsCommand, DescribeStacksCommand, UpdateStackCommand } from '@aws-sdk/client-cloudformation';

import type { Harness } from './harness';
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

describe('an update', () => {
  it('carries old and new properties as strings; another id replaces the resource, the old one is deleted afterwards', async () => {
    const stack = nextStack();
    await bed.createStack(stack, maker.template({ Size: 1 }));
    const create = await maker.requestOf(stack, 'Create');
    await put(create, answerTo(create, { PhysicalResourceId: 'one' }));
    await bed.settled(stack);
    await bed.cloudFormation.send(new UpdateStackCommand({ StackName: stack, TemplateBody: JSON.stringify(maker.template({ Size: 2 })) }));
    const update = await maker.requestOf(stack, 'Update');
    expect(update.event).toMatchObject({ PhysicalResourceId: 'one', ResourceProperties: { Size: '2' }, OldResourceProperties: { Size: '1' } });
    await put(update, answerTo(update, { PhysicalResourceId: 'two' }));
    const remove = await maker.requestOf(stack, 'Delete');
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
    await bed.createStack(stack, maker.template({ Size: 1 }));
    const create = await maker.requestOf(stack, 'Create');
    await put(create, answerTo(create));
    await bed.settled(stack);
    await bed.cloudFormation.send(new UpdateStackCommand({ StackName: stack, TemplateBody: JSON.stringify(maker.template({ Size: 2 })) }));
    const update = await maker.requestOf(stack, 'Update');
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
    await bed.createStack(stack, maker.template());
    const create = await maker.requestOf(stack, 'Create');
    await put(create, answerTo(create));
    await bed.settled(stack);
    const { Resources } = maker.template(properties) as { Resources: object };
    const body = JSON.stringify({ Resources: { ...Resources, ...more } });
    await bed.cloudFormation.send(new UpdateStackCommand({ StackName: stack, TemplateBody: body }));
    return stack;
  }
  const rollbackReason = async (stack: string) => {
    const { StackEvents } = await bed.cloudFormation.send(new DescribeStackEventsCommand({ StackName: stack }));
    return StackEvents!.find(({ ResourceStatus }) => ResourceStatus === 'UPDATE_ROLLBACK_IN_PROGRESS')!.ResourceStatusReason;
  };

  it('stops waiting for the update under way, whose answer changes nothing, and sends it back', async () => {
    const stack = await updating({ Size: 2 });
    const update = await maker.requestOf(stack, 'Update');
    await bed.cloudFormation.send(new CancelUpdateStackCommand({ StackName: stack }));
    const back = await bed.recorder.next(({ event }) => {
      return event.StackId?.includes(`/${stack}/`) && event.OldResourceProperties?.Size === '2';
    });
    expect(await put(update, answerTo(update))).toBe(200);
    await put(back, answerTo(back));
    expect((await bed.settled(stack)).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(await bed.failures(stack, 'Thing')).toEqual(['Resource update cancelled']);
    expect(await rollbackReason(stack)).toBe('User Initiated');
  });

  it('deletes what was being created by an invented id', async () => {
    const stack = await updating({}, { More: { Type: 'Custom::Thing', Properties: { ServiceToken: maker.fn, ServiceTimeout: 300 } } });
    await maker.requestOf(stack, 'Create');
    await bed.recorder.next(({ event }) => event.StackId?.includes(`/${stack}/`) && event.LogicalResourceId === 'More');
    await bed.cloudFormation.send(new CancelUpdateStackCommand({ StackName: stack }));
    const remove = await maker.requestOf(stack, 'Delete');
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
