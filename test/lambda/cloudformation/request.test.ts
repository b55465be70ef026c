import { readRequest, unservable } from '../../../lambda/cloudformation/request';
import { request } from '../custom-resource/runtime/nodejs/requests';

test.each([
  [{ ...request('Create'), StackId: '' }, 'StackId is missing'],
  [{ ...request('Create'), RequestId: 7, LogicalResourceId: undefined }, 'RequestId, LogicalResourceId are missing'],
  [null, 'ResponseURL, StackId, RequestId, LogicalResourceId are missing'],
])('an event that nobody could answer is refused by name: %j', (event, missing) => {
  expect(() => readRequest(event)).toThrow(new Error(`this event is not a CloudFormation custom resource request: ${missing}`));
});

test('properties that are not an object are none', () => {
  expect(readRequest({ ...request('Create'), ResourceProperties: 'text', ResourceType: 1 })).toMatchObject({
    ResourceProperties: {},
    ResourceType: '',
  });
});

test.each([
  [{ RequestType: 'Sync' }, 'RequestType is "Sync", expected one of Create, Update, Delete'],
  [{ RequestType: 'Update' }, 'a request of type Update must have a PhysicalResourceId'],
  [{ RequestType: 'Delete', PhysicalResourceId: '' }, 'a request of type Delete must have a PhysicalResourceId'],
  [{ RequestType: 'Create' }, undefined],
])('a request that can be answered, but not served: %j', (change, problem) => {
  expect(unservable({ ...request('Create'), ...(change as object) })).toBe(problem);
});
