/**
 * Lifecycles through the stock CDK CLI: what CloudFormation asked, what the handlers saw, what the stacks show.
 *
 * The bed makes one resource at a time, so no failure of another resource meets a create under way; cancel.test.ts cancels by CancelUpdateStack,
 * and test/lambda/custom-resource/lifecycles.test.ts plays the rest as sequences of requests.
 */
import { createFailedId } from '../../../lambda/contract/cloudformation/answer.json';
import { notAllowed, type Statement, statementsOf } from '../support/least-privilege';
import { type Call, ResourceStacks } from '../support/resource-stack';

jest.setTimeout(300_000);

let stacks: ResourceStacks;
/** What `cdk deploy` of a stack came to: its outputs, or why it failed. */
const deployed: Record<string, Record<string, string> | Error> = {};
/** What each function's role allows, by the function's name. */
const allowed: Record<string, Statement[]> = {};

beforeAll(async () => {
  stacks = await ResourceStacks.open();
  const deploy = async (name: string) => {
    deployed[name] = await stacks.deploy(name).catch((error: Error) => error);
  };
  await Promise.all(['Slow', 'Lifecycle', 'Doomed'].map(deploy));
  const { Slow, Lifecycle } = stacks.outputs;
  for (const name of [Slow.Function, Lifecycle.Function, Lifecycle.CommonJsFunction]) {
    allowed[name] = await statementsOf(stacks.bed, name);
  }
}, 600_000);

afterAll(() => stacks?.bed.close());

const sequence = (calls: readonly Call[]) => calls.map(({ call, physicalResourceId: id }) => (id === undefined ? call : `${call} ${id}`));

describe('create', () => {
  test('of two types on one provider, with a plain custom resource beside them: ids and attributes reach outputs and other resources', async () => {
    expect(deployed.Lifecycle).toMatchObject({ Thing: 'thing', ThingSize: '1', Other: 'other-1', OtherKind: 'other', Plain: 'plain' });
    const calls = await stacks.calls('Lifecycle');
    const of = (label: string) => calls.find(({ properties }) => properties.Label === label)!;
    expect(of('Thing')).toMatchObject({
      call: 'create',
      requestType: 'Create',
      resourceType: 'Custom::Thing',
      properties: { Name: 'thing', Size: '1' },
      maybeOrphan: false,
    });
    expect(of('Thing')).not.toHaveProperty('physicalResourceId');
    expect(of('Other')).toMatchObject({ call: 'create', resourceType: 'Custom::Other', properties: { Beside: '1' } });
    expect(of('Plain')).toMatchObject({ call: 'create', resourceType: 'Custom::Other' });
    for (const call of calls) {
      expect(Object.keys(call.properties)).not.toContain('ServiceToken');
    }
  });

  test('by a bundled ES module, by a CommonJS bundle, and by CommonJS that finds the runtime in the layer and names no id', async () => {
    const calls = await stacks.calls('Lifecycle');
    expect(calls.find(({ properties }) => properties.Label === 'Thing')).toMatchObject({ format: 'module' });
    expect((await stacks.calls('Slow'))[0]).toMatchObject({ format: 'commonjs' });
    expect(calls.find(({ properties }) => properties.Label === 'CommonJs')).toMatchObject({
      format: 'commonjs',
      resourceType: 'Custom::LongRunning',
    });
    expect(deployed.Lifecycle).toMatchObject({ CommonJs: expect.stringMatching(/^Lifecycle-CommonJs\w*-[0-9a-f]{16}$/), CommonJsPolls: '2' });
  });

  test("that takes twice its function's time limit goes on in further executions of the same alias and version", async () => {
    expect(deployed.Slow).toMatchObject({ Slow: 'slow', SlowSize: '7', Alias: expect.stringMatching(/:live$/) });
    const executions = stacks.bed.invocations().filter(({ functionArn }) => functionArn === stacks.outputs.Slow.Alias);
    expect(executions.map(({ door, mode, outcome }) => [door, mode, outcome])).toEqual([
      ['cloudformation', 'Event', 'success'],
      ...executions.slice(1).map(() => ['invoke', 'Event', 'success']),
    ]);
    const polls = (await stacks.calls('Slow')).filter(({ call }) => call === 'poll');
    // The named id crosses at once, before the first poll
    expect([...new Set(polls.map(({ hop }) => hop))]).toEqual(executions.slice(1).map((_, index) => index + 1));
    expect(executions.length).toBeGreaterThanOrEqual(4);
    expect(new Set([...polls.map(({ version }) => version), ...executions.map(({ version }) => version)])).toEqual(new Set(['1']));
    expect(executions.at(-1)!.end! - executions[0].start!).toBeGreaterThan(30_000);
    expect(await stacks.history('Slow', 'Slow')).toEqual(['CREATE_IN_PROGRESS', 'CREATE_COMPLETE']);
  });

  test('that fails rolls the stack back: what threw is deleted by the marker without user code, what was made before by its id', async () => {
    expect(deployed.Doomed).toBeInstanceOf(Error);
    expect((await stacks.stack('Doomed')).StackStatus).toBe('ROLLBACK_COMPLETE');
    expect(sequence(await stacks.calls('Doomed'))).toEqual(['create', 'create', 'delete first']);
    expect(await stacks.history('Doomed', 'Second')).toEqual([
      'CREATE_IN_PROGRESS',
      expect.stringMatching(/^CREATE_FAILED: Received response status \[FAILED\].*nothing was made/),
      'DELETE_IN_PROGRESS',
      'DELETE_COMPLETE',
    ]);
    const removed = (await stacks.events('Doomed')).find(
      ({ LogicalResourceId: id, ResourceStatus }) => id!.startsWith('Second') && ResourceStatus === 'DELETE_COMPLETE',
    )!;
    expect(removed.PhysicalResourceId).toBe(createFailedId);
  });
});

describe('update', () => {
  /** What the handlers saw since the last call of this. */
  let known = 0;
  const news = async () => {
    const calls = await stacks.calls('Lifecycle');
    return calls.slice(known, (known = calls.length));
  };
  beforeAll(news);

  test('in place, and with another id: the old resource is deleted afterwards, by its old id and properties', async () => {
    expect(await stacks.deploy('Lifecycle', 'change')).toMatchObject({ Thing: 'thing', ThingSize: '2', Other: 'other-2', Plain: 'plain' });
    const calls = await news();
    expect(sequence(calls)).toEqual(['update thing', 'update other-1', 'delete other-1']);
    const [inPlace, replacing, cleaning] = calls;
    expect(inPlace).toMatchObject({ properties: { Size: '2' }, oldProperties: { Size: '1' } });
    expect(replacing).toMatchObject({ properties: { Name: 'other-2', Beside: '2' }, oldProperties: { Name: 'other-1', Beside: '1' } });
    expect(cleaning).toMatchObject({ requestType: 'Delete', resourceType: 'Custom::Other', properties: { Name: 'other-1', Beside: '1' } });
    expect((await stacks.history('Lifecycle', 'Other')).slice(2)).toEqual([
      'UPDATE_IN_PROGRESS',
      'UPDATE_COMPLETE',
      'DELETE_IN_PROGRESS',
      'DELETE_COMPLETE',
    ]);
  });

  test('that fails after a wait goes back to the old properties, and keeps its id', async () => {
    await expect(stacks.deploy('Lifecycle', 'failing')).rejects.toThrow(/it broke on the way/);
    expect((await stacks.stack('Lifecycle')).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    const calls = await news();
    expect(sequence(calls)).toEqual(['update thing', 'poll thing', 'update thing']);
    expect(calls[1].properties).toMatchObject({ Size: '3', Fail: 'poll' });
    expect(calls[2]).toMatchObject({ properties: { Label: 'Thing', Name: 'thing', Size: '2' }, oldProperties: { Size: '3', Fail: 'poll' } });
    expect(calls[2].properties).not.toHaveProperty('Fail');
  });

  test('beside a create that fails: the half that was made is deleted by its id, the update goes back', async () => {
    await expect(stacks.deploy('Lifecycle', 'extra')).rejects.toThrow(/half of it was made/);
    expect((await stacks.stack('Lifecycle')).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    const calls = await news();
    expect(calls.map(({ call, properties: { Label, Size }, physicalResourceId }) => [call, Label, physicalResourceId, Size])).toEqual([
      ['update', 'Thing', 'thing', '4'],
      ['update', 'Other', 'other-2', undefined],
      ['create', 'Extra', undefined, undefined],
      ['update', 'Thing', 'thing', '2'],
      ['update', 'Other', 'other-2', undefined],
      ['delete', 'Extra', 'half-made', undefined],
    ]);
  });

  test('delete: every resource by its id, and before what its function needs to go on', async () => {
    await stacks.destroy('Lifecycle');
    const events = (await stacks.events('Lifecycle')).filter(({ ResourceStatus }) => ResourceStatus === 'DELETE_COMPLETE');
    const position = (fits: (type: string, id: string) => boolean) => {
      return events.findIndex(({ ResourceType: type, LogicalResourceId: id }) => fits(type!, id!));
    };
    for (const [resource, provider, invoked] of [
      ['Thing', 'Provider', 'Things'],
      ['Other', 'Provider', 'Things'],
      ['Plain', 'Provider', 'Things'],
      ['CommonJs', 'CommonJsProvider', 'CommonJsProviderFunction'],
    ]) {
      const deleted = position((type, id) => type.startsWith('Custom::') && id.startsWith(resource));
      expect(deleted).toBeGreaterThanOrEqual(0);
      expect(position((type, id) => type === 'AWS::IAM::Policy' && id.startsWith(`${provider}InvokeSelf`))).toBeGreaterThan(deleted);
      expect(position((type, id) => type === 'AWS::Lambda::EventInvokeConfig' && id.startsWith(invoked))).toBeGreaterThan(deleted);
    }
    const { CommonJs } = deployed.Lifecycle as Record<string, string>;
    expect(sequence(await news()).sort()).toEqual([`delete ${CommonJs}`, 'delete other-2', 'delete plain', 'delete thing']);
    expect(stacks.bed.undelivered()).toEqual([]);
  });
});

test('a function asks AWS for nothing but what its role allows, itself by the very ARN that is the service token', () => {
  const { Alias, Function: slow } = stacks.outputs.Slow;
  for (const [name, statements] of Object.entries(allowed)) {
    expect(notAllowed(stacks.bed, name, statements)).toEqual([]);
  }
  const invoked = stacks.bed.requests().filter(({ functionName, action }) => functionName === slow && action === 'lambda:InvokeFunction');
  expect(new Set(invoked.map(({ resource }) => resource))).toEqual(new Set([Alias]));
  const invoke = allowed[slow].filter(({ Action }) => [Action].flat().includes('lambda:InvokeFunction')).flatMap(({ Resource }) => Resource);
  // The responder twice: from the start, and for as long as there are resources
  expect(invoke).toHaveLength(3);
  expect(new Set(invoke)).toEqual(new Set([Alias, expect.stringContaining('Responder')]));
});
