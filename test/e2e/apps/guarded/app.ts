import * as path from 'node:path';

import { App, CfnOutput, CustomResource, Duration, RemovalPolicy, Stack, Tags } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { DeferredEventStore, MaintenanceWindow, MaintenanceWindowFunction } from 'cdk-patient-lambda';

const app = new App();

/** A Python and a Node.js function that do what their event says, one window, replay by hand. */
class GuardedStack extends Stack {
  readonly nodejs: lambda.Function;

  constructor(id: string) {
    super(app, id);
    const runs = new dynamodb.Table(this, 'Runs', {
      partitionKey: { name: 'id', type: dynamodb.AttributeType.STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const maintenanceWindow = new MaintenanceWindow(this, 'Window');
    const deferredEvents = new DeferredEventStore(this, 'Deferred', { removalPolicy: RemovalPolicy.DESTROY });

    const probe = (language: string, runtime: lambda.Runtime) => {
      const fn = new MaintenanceWindowFunction(this, `${language}Probe`, {
        runtime,
        handler: 'probe.handler',
        code: lambda.Code.fromAsset(path.join(__dirname, 'handlers')),
        timeout: Duration.seconds(30),
        memorySize: 256,
        environment: { RUNS_TABLE: runs.tableName },
        maintenanceWindow,
        deferredEvents,
        cacheTtl: Duration.seconds(1),
      });
      runs.grant(fn, 'dynamodb:UpdateItem');
      new CfnOutput(this, language, { value: fn.functionName });
      return fn;
    };
    probe('Python', new lambda.Runtime(this.node.getContext('python'), lambda.RuntimeFamily.PYTHON));
    this.nodejs = probe('Nodejs', new lambda.Runtime(this.node.getContext('nodejs'), lambda.RuntimeFamily.NODEJS));

    new CfnOutput(this, 'RunsTable', { value: runs.tableName });
    new CfnOutput(this, 'DeferredEventsTable', { value: deferredEvents.tableName });
    new CfnOutput(this, 'OperatorParameter', { value: maintenanceWindow.operatorParameterName });
    new CfnOutput(this, 'Replayer', { value: deferredEvents.replayer.functionName });
    Tags.of(this).add('deployment', this.node.tryGetContext('deployment') ?? 'first');
  }
}

/** A custom resource whose function is under the window. */
class ResourceStack extends Stack {
  constructor(id: string, serviceToken: string) {
    super(app, id);
    new CustomResource(this, 'Resource', { serviceToken, serviceTimeout: Duration.minutes(2) });
  }
}

const guarded = new GuardedStack('Guarded');
new ResourceStack('Resource', guarded.nodejs.functionArn);
