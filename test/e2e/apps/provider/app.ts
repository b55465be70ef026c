/** Resources of the CDK's own Provider, in front of guarded functions: one with an onEvent alone, one with an isComplete that says yes when the test does. */
import * as path from 'node:path';

import { App, CfnOutput, CustomResource, Duration, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import { Provider } from 'aws-cdk-lib/custom-resources';
import { MaintenanceWindow, MaintenanceWindowFunction } from 'cdk-patient-lambda';

const app = new App();
const runtime = new lambda.Runtime(app.node.getContext('nodejs'), lambda.RuntimeFamily.NODEJS);

class ProvidersStack extends Stack {
  readonly atOnce: Provider;
  readonly later: Provider;
  private readonly maintenanceWindow = new MaintenanceWindow(this, 'Window');
  private readonly toTheBed = new lambda.LayerVersion(this, 'ToTheBed', { code: lambda.Code.fromAsset(path.join(__dirname, 'to-the-bed')) });

  constructor() {
    super(app, 'Providers');
    const complete = new ssm.StringParameter(this, 'Complete', { stringValue: 'no' });
    const isComplete = this.guarded('IsComplete', 'isComplete', { COMPLETE: complete.parameterName });
    complete.grantRead(isComplete);
    this.atOnce = this.provider('AtOnce');
    this.later = this.provider('Later', isComplete);
    new CfnOutput(this, 'OperatorParameter', { value: this.maintenanceWindow.operatorParameterName });
    new CfnOutput(this, 'CompleteParameter', { value: complete.parameterName });
    new CfnOutput(this, 'IsCompleteFunction', { value: isComplete.functionName });
  }

  private provider(id: string, isCompleteHandler?: lambda.Function): Provider {
    const onEventHandler = this.guarded(`${id}OnEvent`, 'onEvent');
    const waiting = isCompleteHandler && { isCompleteHandler, queryInterval: Duration.seconds(1) };
    const provider = new Provider(this, id, { onEventHandler, ...waiting });
    for (const construct of provider.node.findAll()) {
      if (construct instanceof lambda.Function) {
        construct.addLayers(this.toTheBed);
        construct.addEnvironment('NODE_OPTIONS', '--require /opt/to-the-bed.cjs');
        // The newest that runs here, which need not be the CDK's choice
        (construct.node.defaultChild as lambda.CfnFunction).runtime = runtime.name;
      }
    }
    return provider;
  }

  private guarded(id: string, handler: string, environment: Record<string, string> = {}): MaintenanceWindowFunction {
    return new MaintenanceWindowFunction(this, id, {
      runtime,
      code: lambda.Code.fromAsset(path.join(__dirname, 'handlers')),
      handler: `index.${handler}`,
      timeout: Duration.seconds(15),
      memorySize: 256,
      environment,
      maintenanceWindow: this.maintenanceWindow,
      cacheTtl: Duration.seconds(1),
    });
  }
}

/** One resource of a provider, in a stack of its own. */
class ThingStack extends Stack {
  constructor(id: string, { serviceToken }: Provider) {
    super(app, id);
    new CustomResource(this, 'Thing', { serviceToken, resourceType: 'Custom::Thing', properties: { Size: app.node.tryGetContext('size') ?? '1' } });
  }
}

const providers = new ProvidersStack();
new ThingStack('AtOnce', providers.atOnce);
new ThingStack('Later', providers.later);
