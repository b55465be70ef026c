import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { customResource, done, type OperationContext, type Raw } from 'cdk-patient-lambda/handler';

const ssm = new SSMClient({});

async function read({ properties }: { readonly properties: Raw }, { retryWhileDenied }: OperationContext) {
  // The permission comes with this very deployment: parameter.grantRead(resource)
  const { Parameter } = await retryWhileDenied(() => ssm.send(new GetParameterCommand({ Name: String(properties.Parameter) })));
  return done({ data: { Value: Parameter?.Value ?? '' } });
}

export const handler = customResource({ create: read, update: read, delete: async () => done() });
