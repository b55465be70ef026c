/** A resource that is there at once, or once the test says so. */
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';

const ssm = new SSMClient({});

export const onEvent = async ({ PhysicalResourceId }) => ({ PhysicalResourceId: PhysicalResourceId ?? 'thing-1' });

export const isComplete = async () => {
  const { Parameter } = await ssm.send(new GetParameterCommand({ Name: process.env.COMPLETE }));
  return { IsComplete: Parameter.Value === 'yes' };
};
