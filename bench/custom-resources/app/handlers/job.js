/** A job that is done some seconds after it was started, on its own. */
const { customResource, done, wait } = require('cdk-patient-lambda/handler');

exports.handler = customResource({
  create: async ({ properties }) => wait({ doneAt: Date.now() + Number(properties.Seconds) * 1000 }),
  update: async () => done({ data: { DoneAt: String(Date.now()) } }),
  delete: async () => done(),
  poll: async (_, { doneAt }) => (Date.now() >= doneAt ? done({ data: { DoneAt: String(doneAt) } }) : wait({ doneAt })),
});
