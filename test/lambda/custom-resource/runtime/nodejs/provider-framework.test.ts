/**
 * Each scenario of aws-cdk's custom-resources/test/provider-framework/runtime.test.ts, by its name there, written anew: functions as they are
 * written for CDK's Provider framework, through `fromOnEvent`. A scenario that comes to something else here says why.
 */
import type { CloudFormationRequest } from '../../../../../lambda/cloudformation/request';
import { createFailedId } from '../../../../../lambda/contract/cloudformation/answer.json';
import {
  fromOnEvent,
  type IsCompleteRequest,
  type IsCompleteResponse,
  type OnEventRequest,
} from '../../../../../lambda/custom-resource/runtime/nodejs/from-on-event';
import { type Told, World } from '../../world';
import { request, RESPONSE_URL, START } from './requests';

const scenarios: string[] = [];

/** @param differs how what it comes to here is not what it comes to there, and why */
function scenario(theirs: string, run: () => Promise<void>, differs?: string): void {
  scenarios.push(theirs);
  test(differs === undefined ? theirs : `${theirs}; here: ${differs}`, run);
}

let world: World;
let onEvent: jest.Mock<Promise<object | undefined>, [OnEventRequest]>;
let isComplete: jest.Mock<Promise<IsCompleteResponse>, [IsCompleteRequest]>;

beforeEach(() => {
  world = new World();
  onEvent = jest.fn();
  isComplete = jest.fn();
});

/** CloudFormation's answer to a request that both functions serve. */
async function answer(type: CloudFormationRequest['RequestType'], fields: Partial<CloudFormationRequest> = {}): Promise<Told> {
  return (await world.run(fromOnEvent({ onEvent, isComplete }), request(type, fields))).answer;
}

/** The same without an isComplete. */
async function answerAtOnce(type: CloudFormationRequest['RequestType'], fields: Partial<CloudFormationRequest> = {}): Promise<Told> {
  return (await world.run(fromOnEvent({ onEvent }), request(type, fields))).answer;
}

scenario('async flow: isComplete returns true only after 3 times', async () => {
  onEvent.mockResolvedValue({ PhysicalResourceId: 'made', Data: { Endpoint: 'e' }, Job: { id: 7 } });
  isComplete.mockResolvedValueOnce({ IsComplete: false }).mockResolvedValueOnce({ IsComplete: false });
  isComplete.mockResolvedValueOnce({ IsComplete: true, Data: { Size: '3' } });
  expect(await answer('Create')).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'made', Data: { Endpoint: 'e', Size: '3' } });

  const { RequestType, StackId, RequestId, LogicalResourceId, ResourceType } = request('Create');
  const event = { RequestType, StackId, RequestId, LogicalResourceId, ResourceType, ResourceProperties: { Name: 'orders' } };
  expect(onEvent.mock.calls.map(([seen]) => seen)).toEqual([event]);
  const polled = { ...event, PhysicalResourceId: 'made', Data: { Endpoint: 'e' }, Job: { id: 7 } };
  expect(isComplete.mock.calls.map(([seen]) => seen)).toEqual([polled, polled, polled]);
});

scenario(
  'isComplete throws in the first invocation',
  async () => {
    onEvent.mockResolvedValue({ PhysicalResourceId: 'made' });
    isComplete.mockRejectedValue(new Error('Some failure'));
    expect(await answer('Create')).toMatchObject({
      Status: 'FAILED',
      PhysicalResourceId: 'made',
      Reason: expect.stringMatching(/^Error: Some failure\n.*log stream: stream\n/),
    });
    expect(isComplete).toHaveBeenCalledTimes(1);
  },
  'the reason names the log stream, for there is one function and no group for each',
);

scenario('fails gracefully if "onEvent" throws an error', async () => {
  onEvent.mockRejectedValue(new Error('thrown by onEvent'));
  expect(await answer('Create')).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('thrown by onEvent') });
  expect([isComplete.mock.calls, world.payloads, world.prepared]).toEqual([[], [], []]);
});

scenario(
  'PhysicalResourceId if not omitted from onEvent result defaults to RequestId for CREATE',
  async () => {
    onEvent.mockResolvedValue(undefined);
    expect(await answerAtOnce('Create')).toMatchObject({
      Status: 'SUCCESS',
      PhysicalResourceId: expect.stringMatching(/^shop-Restore-[0-9a-f]{16}$/),
    });
  },
  'to the default id, by which a Delete finds what a Create made that was never answered; a RequestId may come twice',
);

scenario('PhysicalResourceId if not omitted from onEvent result defaults to the current PhysicalResourceId for UPDATE', async () => {
  onEvent.mockResolvedValue(undefined);
  expect(await answerAtOnce('Update')).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'own-1' });
});

scenario('PhysicalResourceId if not omitted from onEvent result defaults to the current PhysicalResourceId for DELETE', async () => {
  onEvent.mockResolvedValue(undefined);
  expect(await answerAtOnce('Delete')).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'own-1' });
});

scenario('UPDATE: can change the physical ID by returning a new ID', async () => {
  onEvent.mockResolvedValue({ PhysicalResourceId: 'replacement' });
  isComplete.mockResolvedValue({ IsComplete: true });
  expect(await answer('Update')).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'replacement' });
  expect(isComplete.mock.calls[0][0].PhysicalResourceId).toBe('replacement');
});

scenario('UPDATE: can override the physical ID with the actual on isComplete', async () => {
  onEvent.mockResolvedValue({ PhysicalResourceId: 'temporary' });
  isComplete.mockResolvedValue({ IsComplete: true, PhysicalResourceId: 'replacement' });
  expect(await answer('Update')).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'replacement' });
});

scenario('DELETE: cannot change the physical resource ID during a delete', async () => {
  onEvent.mockResolvedValue({ PhysicalResourceId: 'another' });
  expect(await answer('Delete')).toMatchObject({
    Status: 'FAILED',
    PhysicalResourceId: 'own-1',
    Reason: expect.stringContaining("a Delete can't change the physical id from 'own-1' to 'another'"),
  });
  expect([isComplete.mock.calls, world.payloads]).toEqual([[], []]);
});

scenario(
  'isComplete always returns "false" and then a timeout occurs',
  async () => {
    onEvent.mockResolvedValue({ Data: { Foo: 123 }, PhysicalResourceId: 'own-1' });
    isComplete.mockResolvedValue({ IsComplete: false });
    expect(await answer('Update')).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'own-1', Reason: expect.stringContaining('timed out') });
    expect(world.putTimes).toEqual([START + 3_540_000]);
  },
  'when its time has passed, and not after so many polls: CloudFormation counts seconds',
);

scenario('isComplete: "Data" is not allowed if InComplete is "False"', async () => {
  onEvent.mockResolvedValue({ PhysicalResourceId: 'own-1', Data: { Foo: 123 } });
  isComplete.mockResolvedValue({ IsComplete: false, Data: { Foo: 3333 } });
  expect(await answer('Update')).toMatchObject({
    Status: 'FAILED',
    Reason: expect.stringContaining('isComplete returned Data without IsComplete: true'),
  });
});

scenario('if there is no user-defined "isComplete", the waiter will not be triggered or needed', async () => {
  onEvent.mockResolvedValue({ PhysicalResourceId: 'made', Data: { Endpoint: 'e' } });
  expect(await answerAtOnce('Create')).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'made', Data: { Endpoint: 'e' } });
  expect([world.payloads, world.prepared]).toEqual([[], []]);
});

scenario('NoEcho with onEvent', async () => {
  onEvent.mockResolvedValue({ Data: { Very: 'sensitive' }, NoEcho: true });
  expect(await answerAtOnce('Create')).toMatchObject({ Status: 'SUCCESS', Data: { Very: 'sensitive' }, NoEcho: true });
});

scenario('NoEcho with isComplete', async () => {
  onEvent.mockResolvedValue({ Data: { Very: 'sensitive' }, NoEcho: true });
  isComplete.mockResolvedValue({ IsComplete: true, Data: { Also: 'confidential' } });
  expect(await answer('Create')).toMatchObject({ Status: 'SUCCESS', Data: { Very: 'sensitive', Also: 'confidential' }, NoEcho: true });
});

scenario('fails if user handler returns a non-object response', async () => {
  onEvent.mockResolvedValue('made' as unknown as object);
  expect(await answer('Create')).toMatchObject({
    Status: 'FAILED',
    // Something may have been made
    PhysicalResourceId: expect.stringMatching(/^shop-Restore-[0-9a-f]{16}$/),
    Reason: expect.stringContaining('onEvent returned a string; return an object'),
  });
});

scenario('if CREATE fails, the subsequent DELETE will be ignored: FAILED response sets PhysicalResourceId to a special marker', async () => {
  onEvent.mockRejectedValue(new Error('no'));
  expect(await answerAtOnce('Create')).toMatchObject({ Status: 'FAILED', PhysicalResourceId: createFailedId });
});

scenario('if CREATE fails, the subsequent DELETE will be ignored: DELETE request with the marker succeeds without calling user handler', async () => {
  expect(await answerAtOnce('Delete', { PhysicalResourceId: createFailedId })).toMatchObject({
    Status: 'SUCCESS',
    PhysicalResourceId: createFailedId,
  });
  expect(onEvent).not.toHaveBeenCalled();
});

scenario(
  'ResponseURL is passed to user function for onEvent',
  async () => {
    onEvent.mockResolvedValue({ PhysicalResourceId: 'made' });
    await answerAtOnce('Create');
    expect(JSON.stringify(onEvent.mock.calls)).not.toContain(RESPONSE_URL);
  },
  'it is not, for who has it can forge the answer',
);

scenario(
  'ResponseURL is passed to user function for isComplete',
  async () => {
    onEvent.mockResolvedValue({ PhysicalResourceId: 'made' });
    isComplete.mockResolvedValue({ IsComplete: true });
    await answer('Create');
    expect(JSON.stringify(isComplete.mock.calls)).not.toContain(RESPONSE_URL);
  },
  'it is not, either',
);

scenario(
  'waiter state machine execution does not include name field (allows retries)',
  async () => {
    onEvent.mockResolvedValue({ PhysicalResourceId: 'made' });
    isComplete.mockResolvedValue({ IsComplete: true });
    await world.run(fromOnEvent({ onEvent, isComplete }), request('Create'), request('Create'));
    expect([onEvent.mock.calls.length, isComplete.mock.calls.length]).toEqual([2, 2]);
    expect(world.answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'made' });
    expect(new Set(world.puts.map((put) => JSON.stringify(put))).size).toBe(1);
  },
  'nothing has a name that a request delivered twice could find taken; each delivery runs to the same answer',
);

test('all 20 are here, once each', () => {
  expect([scenarios.length, new Set(scenarios).size]).toEqual([20, 20]);
});
