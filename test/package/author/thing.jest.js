/** The unit test of an author who has jest. */
const { customResource, done, ResourceFailure, wait } = require('cdk-patient-lambda/handler');
const { runOperation } = require('cdk-patient-lambda/handler/testing');

const handler = customResource({
  create: async () => wait({ polls: 0 }, { physicalResourceId: 'thing' }),
  update: async () => {
    throw new ResourceFailure('no', { physicalResourceId: 'thing' });
  },
  delete: async () => done(),
  poll: async (_, { polls }) => (polls === 100 ? done() : wait({ polls: polls + 1 })),
});

test('is there after a hundred polls', async () => {
  const { answer } = await runOperation(handler, { RequestType: 'Create' });
  expect(answer).toEqual({ status: 'SUCCESS', physicalResourceId: 'thing' });
});
