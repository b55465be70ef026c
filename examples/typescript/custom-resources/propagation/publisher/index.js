/**
 * Custom::PublishedConfiguration publishes a configuration in Parameter Store and is done once every reader works with it.
 *
 * Readers keep for a while what they have read, each environment of each function by itself. So one right reply proves little:
 * a reader counts when it has told the new version several times in a row.
 */
const { InvokeCommand, LambdaClient } = require('@aws-sdk/client-lambda');
const { DeleteParameterCommand, GetParameterCommand, PutParameterCommand, SSMClient } = require('@aws-sdk/client-ssm');
const { customResource, done, wait } = require('cdk-patient-lambda/handler');

const ssm = new SSMClient({});
const lambda = new LambdaClient({});

exports.handler = customResource({
  /** Everything that CloudFormation sends is a string. */
  parse({ Parameter, Configuration, Readers, InARow }) {
    const inARow = Number(InARow);
    if (!Number.isInteger(inARow) || inARow < 1) {
      throw new Error(`InARow must be a whole number, 1 or more, got ${JSON.stringify(InARow)}`);
    }
    if (!Array.isArray(Readers) || Readers.length === 0) {
      throw new Error(`Readers must be a list of functions, got ${JSON.stringify(Readers)}`);
    }
    return { parameter: Parameter, configuration: Configuration, readers: Readers, inARow };
  },

  create: begin,
  update: begin,

  async delete({ properties }, context) {
    await withdraw(properties.Parameter, context);
    return done();
  },

  async poll(request, state, context) {
    const { parameter, readers, inARow } = request.properties;
    if (!state.published) {
      await publish(request, context);
      return wait({ ...state, published: true }, { afterSeconds: 1 });
    }
    const versions = await Promise.all(readers.map((reader) => versionOf(reader, context)));
    const inARowNow = versions.map((version, n) => (version === context.idempotencyToken ? state.inARow[n] + 1 : 0));
    if (inARowNow.some((count) => count < inARow)) {
      return wait({ ...state, inARow: inARowNow }, { afterSeconds: 1 });
    }
    if (request.previousPhysicalResourceId === parameter && request.oldProperties.Parameter !== parameter) {
      // An update to another parameter failed half-way. CloudFormation knows nothing of that one: nobody else will remove it
      await withdraw(request.oldProperties.Parameter, context);
    }
    return done({ data: { Version: context.idempotencyToken } });
  },

  // Nothing runs on that would have to be stopped. The configuration before comes back with the rollback, which is an Update to it, or a Delete.
  onTimeout: ({ properties }, state, { log }) =>
    log.warn('not all readers took the configuration over', { readers: properties.readers, inARow: state?.inARow }),
});

/** Another parameter is another resource: when the whole update has succeeded, CloudFormation deletes the old one. */
async function begin({ properties }) {
  // Nothing is published before the id is on record: whatever fails from now on, `delete` is called with it
  return wait({ published: false, inARow: properties.readers.map(() => 0) }, { physicalResourceId: properties.parameter, afterSeconds: 0 });
}

/** May run twice: the token is the same for every delivery of this request, so it publishes the same version again. */
async function publish({ properties: { parameter, configuration } }, { idempotencyToken: version, defaultPhysicalResourceId: owner }) {
  const value = { Name: parameter, Type: 'String', Value: JSON.stringify({ owner, version, configuration }) };
  try {
    await ssm.send(new PutParameterCommand(value));
  } catch (error) {
    if (error.name !== 'ParameterAlreadyExists') {
      throw error;
    }
    if ((await read(parameter))?.owner !== owner) {
      throw new Error(`the parameter ${parameter} is there already and not this resource's: choose another name`);
    }
    await ssm.send(new PutParameterCommand({ ...value, Overwrite: true }));
  }
}

/** Removes the parameter, unless it is gone or somebody else's. */
async function withdraw(parameter, { defaultPhysicalResourceId: owner, log }) {
  const found = await read(parameter);
  if (found?.owner !== owner) {
    return log.info('nothing to remove', { parameter, owner: found?.owner });
  }
  await ssm.send(new DeleteParameterCommand({ Name: parameter }));
}

/** What the parameter holds; undefined when there is none, {} when it is not of our making. */
async function read(parameter) {
  try {
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name: parameter }));
    return JSON.parse(Parameter.Value) ?? {};
  } catch (error) {
    if (error.name === 'ParameterNotFound') {
      return undefined;
    }
    if (error instanceof SyntaxError) {
      return {};
    }
    throw error;
  }
}

/** The version that a reader works with; undefined when it failed, for it may do better the next time. That it can't be called fails the resource. */
async function versionOf(reader, { log, signal }) {
  const { FunctionError, Payload } = await lambda.send(new InvokeCommand({ FunctionName: reader }), { abortSignal: signal });
  const reply = JSON.parse(Buffer.from(Payload).toString());
  if (!FunctionError) {
    return reply.version;
  }
  log.warn('a reader failed', { reader, reply });
  return undefined;
}
