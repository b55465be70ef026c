import * as path from 'node:path';

import { App, CfnOutput, CustomResource, Duration, RemovalPolicy, Stack, Tags } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { DeferredEventStore, MaintenanceWindow, MaintenanceWindowFunction, WindowSource } from 'cdk-patient-lambda';
import { Construct } from 'constructs';

const app = new App();

/**
 * A Python and two Node.js functions that do what their event says, one of which reads no mirror; one window, replay by hand. What is in the
 * context may move the window in the tree, and have a deployment fail while the window is on.
 */
class GuardedStack extends Stack {
  readonly nodejs: lambda.Function;

  constructor(id: string) {
    super(app, id);
    const runs = new dynamodb.Table(this, 'Runs', {
      partitionKey: { name: 'id', type: dynamodb.AttributeType.STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const place = new Construct(this, this.node.tryGetContext('place') ?? 'First');
    const maintenanceWindow = new MaintenanceWindow(place, 'Window', { windowName: 'guarded' });
    const deferredEvents = new DeferredEventStore(this, 'Deferred', { removalPolicy: RemovalPolicy.DESTROY });

    const probe = (language: string, runtime: lambda.Runtime, windowSource?: WindowSource) => {
      const prefix = this.node.tryGetContext('functionNames') as string | undefined;
      const functionKeys = this.node.tryGetContext('functionKeys') as string | undefined;
      const fn = new MaintenanceWindowFunction(this, `${language}Probe`, {
        functionName: prefix && `${prefix}-${language}`, // another one makes another function of it
        runtime,
        handler: 'probe.handler',
        code: lambda.Code.fromAsset(path.join(__dirname, 'handlers')),
        timeout: Duration.seconds(30),
        memorySize: 256,
        environment: { RUNS_TABLE: runs.tableName },
        maintenanceWindow,
        deferredEvents,
        cacheTtl: Duration.seconds(1),
        windowSource,
        functionKey: functionKeys && `${functionKeys}-${language}`,
      });
      runs.grant(fn, 'dynamodb:UpdateItem');
      new CfnOutput(this, language, { value: fn.functionName });
      return fn;
    };
    probe('Python', new lambda.Runtime(this.node.getContext('python'), lambda.RuntimeFamily.PYTHON));
    const nodejs = new lambda.Runtime(this.node.getContext('nodejs'), lambda.RuntimeFamily.NODEJS);
    this.nodejs = probe('Nodejs', nodejs);
    probe('Direct', nodejs, WindowSource.PARAMETER_STORE);

    const told = new sqs.Queue(this, 'ToldQueue', { removalPolicy: RemovalPolicy.DESTROY });
    new events.Rule(this, 'Told', { eventPattern: { source: ['cdk-patient-lambda'] }, targets: [new targets.SqsQueue(told)] });
    new CfnOutput(this, 'ToldUrl', { value: told.queueUrl });
    new CfnOutput(this, 'Planner', {
      value: (this.node.findChild('CdkPatientLambdaPlanner').node.findChild('Function') as lambda.Function).functionName,
    });

    new CfnOutput(this, 'RunsTable', { value: runs.tableName });
    new CfnOutput(this, 'DeferredEventsTable', { value: deferredEvents.tableName });
    new CfnOutput(this, 'OperatorParameter', { value: maintenanceWindow.operatorParameterName });
    new CfnOutput(this, 'Replayer', { value: deferredEvents.replayer.functionName });
    if (this.node.tryGetContext('refused')) {
      const refused = new CustomResource(this, 'Refused', { serviceToken: this.nodejs.functionArn, serviceTimeout: Duration.minutes(2) });
      refused.node.addDependency(maintenanceWindow);
    }
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
