import * as path from 'node:path';

import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { LongRunningCustomResource, LongRunningHandler } from 'cdk-patient-lambda';
import { Construct } from 'constructs';

export interface SaasProps {
  readonly runtime: lambda.Runtime;
  readonly apiUrl: string;
  /** Name of the secret that holds the service's API key, as `{"apiKey": "..."}`. */
  readonly secretName: string;
  readonly region: string;
  readonly plan: string;
}

/** A workspace at a service outside AWS. `secrets` is all the permission that it takes. */
export class SaasStack extends Stack {
  constructor(scope: Construct, id: string, props: SaasProps) {
    super(scope, id);
    const secret = secretsmanager.Secret.fromSecretNameV2(this, 'ApiKey', props.secretName);

    const workspace = new LongRunningCustomResource(this, 'Workspace', {
      handler: LongRunningHandler.fromFunction(
        new NodejsFunction(this, 'Workspaces', {
          entry: path.join(__dirname, 'handler.ts'),
          runtime: props.runtime,
          timeout: Duration.minutes(15),
          environment: { API_URL: props.apiUrl },
        }),
      ),
      secrets: [secret],
      resourceType: 'Custom::Workspace',
      properties: {
        Name: 'reports',
        Region: props.region,
        Plan: props.plan,
        ApiKey: secret.secretValueFromJson('apiKey').unsafeUnwrap(), // a reference: the key itself is in no template
      },
    });

    new CfnOutput(this, 'WorkspaceId', { value: workspace.ref });
    new CfnOutput(this, 'WorkspaceUrl', { value: workspace.getAttString('Url') });
  }
}
