import { handler } from '../../../../lambda/maintenance-window/planner/index';

const CONTEXT = { getRemainingTimeInMillis: () => 120_000 };

test.each([
  [null, 'ResponseURL, StackId, RequestId, LogicalResourceId are missing'],
  ['text', 'ResponseURL'],
  [{}, 'StackId'],
  [{ RequestType: 'Create', ResponseURL: 'https://x', StackId: 's', RequestId: 'r' }, ': LogicalResourceId is missing'],
])('an event that is no request of CloudFormation fails by name: %j', async (event, message) => {
  await expect(handler(event, CONTEXT)).rejects.toThrow(message);
});
