/**
 * Calls to AWS by the AWS SDK that the Lambda runtime carries. Loaded when first needed:
 * most executions need one of the clients, and a bundle holds none.
 */
import type { AwsCalls } from './platform';

const ONE_ATTEMPT = 1;

export function awsCalls(): AwsCalls {
  const lambda = once(async () => {
    const sdk = await import('@aws-sdk/client-lambda');
    // Repeated by the runtime itself, which knows how long there is time
    return { sdk, client: new sdk.LambdaClient({ maxAttempts: ONE_ATTEMPT }) };
  });
  const cloudFormation = once(async () => {
    const sdk = await import('@aws-sdk/client-cloudformation');
    return { sdk, client: new sdk.CloudFormationClient({ maxAttempts: ONE_ATTEMPT }) };
  });
  const secretsManager = once(async () => {
    const sdk = await import('@aws-sdk/client-secrets-manager');
    return { sdk, client: new sdk.SecretsManagerClient({}) };
  });
  return {
    async invoke(functionArn, payload, abortSignal) {
      const { sdk, client } = await lambda();
      await client.send(new sdk.InvokeCommand({ FunctionName: functionArn, InvocationType: 'Event', Payload: Buffer.from(payload) }), {
        abortSignal,
      });
    },
    prepareInvoke() {
      lambda().catch(() => undefined);
    },
    async readStack(stackId, abortSignal) {
      const { sdk, client } = await cloudFormation();
      const { Stacks } = await client.send(new sdk.DescribeStacksCommand({ StackName: stackId }), { abortSignal });
      const { StackStatus, StackStatusReason } = Stacks?.[0] ?? {};
      return { status: StackStatus ?? 'UNKNOWN', ...(StackStatusReason === undefined ? {} : { reason: StackStatusReason }) };
    },
    async readSecret({ secretId, versionStage, versionId }, abortSignal) {
      const { sdk, client } = await secretsManager();
      const command = new sdk.GetSecretValueCommand({ SecretId: secretId, VersionStage: versionStage, VersionId: versionId });
      const { SecretString, VersionId } = await client.send(command, { abortSignal });
      return { value: SecretString, versionId: VersionId };
    },
  };
}

/** Remembers what came of it; what failed is tried again. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}
