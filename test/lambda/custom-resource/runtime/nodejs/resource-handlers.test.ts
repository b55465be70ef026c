import { customResource, done, resourceHandlers, wait } from '../../../../../lambda/custom-resource/runtime/nodejs';
import { runOperation } from '../../../../../lambda/custom-resource/runtime/nodejs/testing/run-operation';

const handler = customResource({
  'Custom::Job': resourceHandlers({
    parse: ({ Name }) => ({ name: String(Name) }),
    create: async ({ properties }) => wait({ looks: 0 }, { physicalResourceId: properties.name }),
    update: async () => done(),
    delete: async () => done(),
    poll: async ({ properties }, { looks }) => (looks === 2 ? done({ data: { Name: properties.name } }) : wait({ looks: looks + 1 })),
  }),
  'Custom::Note': resourceHandlers({
    create: async ({ properties }) => done({ physicalResourceId: String(properties.Name) }),
    update: async () => done(),
    delete: async () => done(),
  }),
});

test.each([
  ['Custom::Job', { physicalResourceId: 'nightly', data: { Name: 'nightly' } }],
  ['Custom::Note', { physicalResourceId: 'nightly' }],
])('an entry of a map is what it is without it: %s', async (ResourceType, expected) => {
  const { answer } = await runOperation(handler, { RequestType: 'Create', ResourceType, ResourceProperties: { Name: 'nightly' } });
  expect(answer).toMatchObject({ status: 'SUCCESS', ...expected });
});
