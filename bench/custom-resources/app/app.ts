import * as path from 'node:path';

import { App, Aspects, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as cr from 'aws-cdk-lib/custom-resources';
import { LongRunningHandler, LongRunningProvider } from 'cdk-patient-lambda';

const EXECUTION_TIMEOUT = Duration.seconds(15);

/** Providers that crash, one that waits, and CDK's Provider beside it. */
class CustomResourcesStack extends Stack {
  constructor(scope: App, id: string) {
    super(scope, id);
    const runtime = new lambda.Runtime(this.node.getContext('nodejs') as string, lambda.RuntimeFamily.NODEJS);
    const providers = {
      Crashes: { handler: 'crash.handler' },
      Broken: { handler: 'broken.handler' },
      Jobs: { handler: 'job.handler' },
      QuickJobs: { handler: 'job.handler', pollInterval: Duration.seconds(1) },
    };
    for (const [name, { handler, ...options }] of Object.entries(providers)) {
      const provider = new LongRunningProvider(this, `${name}Provider`, {
        ...options,
        handler: LongRunningHandler.fromCode({
          runtime,
          handler,
          code: lambda.Code.fromAsset(path.join(__dirname, 'handlers')),
          executionTimeout: EXECUTION_TIMEOUT,
        }),
        timeout: Duration.minutes(2),
      });
      new CfnOutput(this, name, { value: provider.serviceToken });
    }
    const code = lambda.Code.fromAsset(path.join(__dirname, 'peer'));
    const peer = new cr.Provider(this, 'Peer', {
      onEventHandler: new lambda.Function(this, 'OnEvent', { runtime, code, handler: 'job.onEvent' }),
      isCompleteHandler: new lambda.Function(this, 'IsComplete', { runtime, code, handler: 'job.isComplete' }),
    });
    new CfnOutput(this, 'PeerJobs', { value: peer.serviceToken });
    this.answerOnTheBed(peer, runtime);
  }

  private answerOnTheBed(peer: cr.Provider, runtime: lambda.Runtime) {
    const layer = new lambda.LayerVersion(this, 'Loopback', { code: lambda.Code.fromAsset(path.join(__dirname, 'response-url')) });
    Aspects.of(peer).add({
      visit(node) {
        if (!(node instanceof lambda.CfnFunction)) {
          return;
        }
        node.runtime = runtime.name;
        node.layers = [layer.layerVersionArn];
        node.addPropertyOverride('Environment.Variables.NODE_OPTIONS', '--require=/opt/loopback.js');
      },
    });
  }
}

new CustomResourcesStack(new App(), 'CustomResources');
