import { handler } from '../../../../lambda/maintenance-window/planner/index';

const CONTEXT = { getRemainingTimeInMillis: () => 120_000 };

test.each([
  [null, "this event is not one of the planner's"],
  ['text', "this event is not one of the planner's"],
  [{}, 'source undefined and detail-type undefined'],
  [{ 'source': 'aws.ec2', 'detail-type': 'Scheduled Event' }, 'source "aws.ec2" and detail-type "Scheduled Event"'],
  [{ 'source': 'aws.ssm', 'detail-type': 'Parameter Store Change', 'detail': { name: 7 } }, "must have the parameter's name in detail.name, got 7"],
  [{ 'source': 'aws.ssm', 'detail-type': 'Parameter Store Change' }, 'got undefined'],
  [{ RequestType: 'Create' }, 'ResponseURL, StackId, RequestId, LogicalResourceId are missing'],
  [{ RequestType: 'Create', ResponseURL: 'https://x', StackId: 's', RequestId: 'r' }, ': LogicalResourceId is missing'],
])('an event that is none of the planner fails by name: %j', async (event, message) => {
  await expect(handler(event, CONTEXT)).rejects.toThrow(message);
});

test('a round without settings fails by name', async () => {
  await expect(handler({ 'source': 'aws.events', 'detail-type': 'Scheduled Event' }, CONTEXT)).rejects.toThrow('PATIENT_LAMBDA_MIRROR is not set');
});
