/** A function that works with the published configuration and keeps it for a few seconds, as many do. Tells which version it works with. */
const { GetParameterCommand, SSMClient } = require('@aws-sdk/client-ssm');

const KEEP_MS = 3000;

const ssm = new SSMClient({});
let kept;

exports.handler = async () => {
  if (!kept || Date.now() - kept.readAt > KEEP_MS) {
    kept = { ...(await read()), readAt: Date.now() };
  }
  return { version: kept.version, greeting: kept.configuration?.greeting };
};

async function read() {
  try {
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name: process.env.PARAMETER }));
    return JSON.parse(Parameter.Value);
  } catch (error) {
    if (error.name === 'ParameterNotFound') {
      return {};
    }
    throw error;
  }
}
