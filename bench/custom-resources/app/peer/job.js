/** The same job for CDK's Provider. */
exports.onEvent = async ({ RequestType, ResourceProperties }) =>
  RequestType === 'Create' ? { DoneAt: String(Date.now() + Number(ResourceProperties.Seconds) * 1000) } : {};

exports.isComplete = async ({ RequestType, DoneAt }) =>
  RequestType === 'Create'
    ? { IsComplete: Date.now() >= Number(DoneAt), ...(Date.now() >= Number(DoneAt) ? { Data: { DoneAt } } : {}) }
    : { IsComplete: true };
