import * as path from 'node:path';

import { App, CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Provider } from 'aws-cdk-lib/custom-resources';
import { DeferralAction, DeferredEventStore, MaintenanceWindow, MaintenanceWindowFunction, Replay } from 'cdk-patient-lambda';

import { ChargesStack } from './charges/stack';
import { PropagationStack } from './custom-resources/propagation/stack';
import { RestoreStack } from './custom-resources/restore/stack';
import { connectEventSources } from './event-sources';
import { MigrationStack } from './migrations/stack';

/** Functions in Python and Node.js, one of which streams, that share a maintenance window. Each counts what it was called with. */
export class OrdersStack extends Stack {
  /** Service token of what migrates the orders. */
  readonly migrations: string;

  constructor(scope: App, id: string) {
    super(scope, id);

    const executions = new dynamodb.Table(this, 'Executions', {
      partitionKey: { name: 'id', type: dynamodb.AttributeType.STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      removalPolicy: RemovalPolicy.DESTROY,
    });

    const maintenanceWindow = MaintenanceWindow.ofStack(this, { windowName: 'orders' });
    const deferredEvents = DeferredEventStore.ofStack(this, {
      replay: Replay.automatic({ maxConcurrency: 8 }),
      removalPolicy: RemovalPolicy.DESTROY, // an example only: the default keeps the table when the stack goes
    });

    const guarded = (name: string, runtime: lambda.Runtime, ...directory: string[]) => {
      const fn = new MaintenanceWindowFunction(this, name, {
        runtime,
        handler: 'index.handler',
        code: lambda.Code.fromAsset(path.join(__dirname, ...directory)),
        timeout: Duration.seconds(20),
        memorySize: 256,
        environment: { EXECUTIONS_TABLE: executions.tableName },
        cacheTtl: Duration.seconds(5),
        deferral: { kinesis: DeferralAction.DEFER }, // by default a stream keeps its records itself, and waits
      });
      executions.grant(fn, 'dynamodb:UpdateItem');
      return fn;
    };

    const python = new lambda.Runtime(this.runtime('python', 'python3.13'), lambda.RuntimeFamily.PYTHON);
    const nodejs = new lambda.Runtime(this.runtime('nodejs', 'nodejs22.x'), lambda.RuntimeFamily.NODEJS);
    connectEventSources(guarded('PythonOrders', python, 'handlers', 'python'));
    connectEventSources(guarded('NodejsOrders', nodejs, 'handlers', 'nodejs'));
    new CfnOutput(this, 'StreamingOrdersFunction', { value: guarded('StreamingOrders', nodejs, 'handlers', 'streaming').functionName });

    this.migrations = new Provider(this, 'Migrations', { onEventHandler: guarded('Migrate', nodejs, 'migrations', 'handler') }).serviceToken;
    new CfnOutput(this, 'MigrationsToken', { value: this.migrations });

    new CfnOutput(this, 'ExecutionsTable', { value: executions.tableName });
    new CfnOutput(this, 'DeferredEventsTable', { value: deferredEvents.tableName });
    new CfnOutput(this, 'OperatorParameter', { value: maintenanceWindow.operatorParameterName });
  }

  /** The runtime's name: `cdk deploy -c python=python3.12 -c nodejs=nodejs24.x`. */
  private runtime(language: string, fallback: string): string {
    return (this.node.tryGetContext(language) as string | undefined) ?? fallback;
  }
}

const app = new App();
const orders = new OrdersStack(app, 'Orders');

/** What can be chosen: `cdk deploy Restore -c itemsPerSecond=25`. */
const chosen = (name: string, fallback: string): string => (app.node.tryGetContext(name) as string | undefined) ?? fallback;
const seconds = (name: string, fallback: number) => Duration.seconds(Number(chosen(name, String(fallback))));
const nodejs = new lambda.Runtime(chosen('nodejs', 'nodejs22.x'), lambda.RuntimeFamily.NODEJS);

new MigrationStack(app, 'Migration', { serviceToken: orders.migrations, migration: chosen('migration', 'migration-1') });
new ChargesStack(app, 'Charges', { runtime: nodejs });
new RestoreStack(app, 'Restore', {
  runtime: nodejs,
  backup: chosen('backup', path.join(__dirname, 'custom-resources', 'restore', 'backup.jsonl')),
  itemsPerSecond: Number(chosen('itemsPerSecond', '25')),
  executionTimeout: seconds('executionTimeout', 900),
  timeout: seconds('timeout', 3540),
});
new PropagationStack(app, 'Propagation', {
  runtime: nodejs,
  greeting: chosen('greeting', 'hello'),
  parameter: chosen('parameter', '/cdk-patient-lambda-example/configuration'),
});
