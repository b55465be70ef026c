import * as path from 'node:path';

import { App, Aspects, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { type LongRunningCodeOptions, LongRunningHandler, LongRunningProvider } from 'cdk-patient-lambda';

/** Providers that share one responder, each for what is done to its function from outside. */
class NeverHangsStack extends Stack {
  constructor(scope: App, id: string) {
    super(scope, id);
    const settings: Readonly<Record<string, Partial<LongRunningCodeOptions>>> = {
      BehindADoor: { environment: { AWS_ENDPOINT_URL_LAMBDA: this.node.getContext('lambda') } },
      Recursive: { recursiveLoop: lambda.RecursiveLoop.ALLOW },
    };
    for (const name of this.node.getContext('functions').split(',')) {
      const provider = new LongRunningProvider(this, `${name}Provider`, {
        handler: LongRunningHandler.fromCode({
          runtime: new lambda.Runtime(this.node.getContext('nodejs'), lambda.RuntimeFamily.NODEJS),
          code: lambda.Code.fromAsset(path.join(__dirname, 'handlers')),
          handler: 'resource.handler',
          // Twice the shortest: a fifth of it is what an answer or a hop may take, on a busy machine too
          executionTimeout: Duration.seconds(30),
          ...settings[name],
        }),
        timeout: Duration.minutes(2),
      });
      new CfnOutput(this, name, { value: provider.serviceToken });
    }
    new CfnOutput(this, 'StackArn', { value: this.stackId });
    // Plain http is accepted from an address that stands in the function's own variables
    Aspects.of(this).add({
      visit(node) {
        if (node instanceof lambda.CfnFunction) {
          node.addPropertyOverride('Environment.Variables.AWS_ENDPOINT_URL_S3', node.node.getContext('answers'));
        }
      },
    });
  }
}

new NeverHangsStack(new App(), 'NeverHangs');
