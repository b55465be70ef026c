/** Stacks with custom resources that do what their properties say; the context `phase` moves Lifecycle and Cancel on. */
import * as path from 'node:path';

import { App, CfnOutput, CustomResource, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import {
  LongRunningCustomResource,
  type LongRunningCustomResourceProps,
  LongRunningHandler,
  LongRunningProvider,
  MaintenanceWindow,
  MaintenanceWindowFunction,
} from 'cdk-patient-lambda';

const app = new App();
const phase: string = app.node.tryGetContext('phase') ?? 'create';
const runtime = new lambda.Runtime(app.node.getContext('nodejs'), lambda.RuntimeFamily.NODEJS);
const HANDLERS = path.join(__dirname, 'handlers');
/** The shortest execution that the construct allows. */
const EXECUTION = Duration.seconds(15);
/** Enough for the tests on a busy machine, and so few executions that one can be spared for a `wait` that names an id. */
const OPERATION = Duration.seconds(130);

/** A stack whose handlers note their calls in a table, which outlives it. */
abstract class NotingStack extends Stack {
  protected readonly calls = new dynamodb.Table(this, 'Calls', {
    partitionKey: { name: 'stack', type: dynamodb.AttributeType.STRING },
    sortKey: { name: 'at', type: dynamodb.AttributeType.STRING },
    billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
    removalPolicy: RemovalPolicy.RETAIN,
  });

  constructor(id: string) {
    super(app, id);
    this.show('Calls', this.calls.tableName);
  }

  protected bundled(id: string, entry: string, format = OutputFormat.ESM): NodejsFunction {
    const fn = new NodejsFunction(this, id, {
      runtime,
      entry: path.join(HANDLERS, entry),
      timeout: EXECUTION,
      memorySize: 256,
      environment: { CALLS_TABLE: this.calls.tableName },
      bundling: { format },
    });
    this.notes(fn);
    return fn;
  }

  protected notes(grantee: iam.IGrantable): void {
    this.calls.grant(grantee, 'dynamodb:PutItem', 'dynamodb:GetItem');
  }

  protected show(name: string, value: string): void {
    new CfnOutput(this, `Out${name}`, { value }).overrideLogicalId(name);
  }

  protected thing(id: string, properties: object, options: LongRunningCustomResourceProps): LongRunningCustomResource {
    return new LongRunningCustomResource(this, id, { resourceType: 'Custom::Thing', ...options, properties: { Label: id, ...properties } });
  }
}

/** Two types and a plain custom resource on one provider, and one resource whose CommonJS code finds the runtime in the layer. */
class LifecycleStack extends NotingStack {
  constructor() {
    super('Lifecycle');
    const provider = new LongRunningProvider(this, 'Provider', {
      handler: LongRunningHandler.fromFunction(this.bundled('Things', 'things.ts')),
      timeout: OPERATION,
    });
    const handler = LongRunningHandler.fromProvider(provider);
    const changed = phase !== 'create';
    const thing = this.thing(
      'Thing',
      { Name: 'thing', Size: { extra: 4, failing: 3 }[phase] ?? (changed ? 2 : 1), ...(phase === 'failing' ? { Takes: 1, Fail: 'poll' } : {}) },
      { handler },
    );
    const other = this.thing(
      'Other',
      { Name: changed ? 'other-2' : 'other-1', Beside: thing.getAttString('Size') },
      { handler, resourceType: 'Custom::Other' },
    );
    const plain = new CustomResource(this, 'Plain', {
      serviceToken: provider.serviceToken,
      serviceTimeout: Duration.minutes(2),
      resourceType: 'Custom::Other',
      properties: { Label: 'Plain', Name: 'plain' },
    });
    plain.node.addDependency(provider);
    if (phase === 'extra') {
      this.thing('Extra', { Name: 'half-made', Fail: 'half' }, { handler }).node.addDependency(thing, other);
    }

    const commonJs = this.thing(
      'CommonJs',
      {},
      {
        handler: LongRunningHandler.fromCode({
          runtime,
          code: lambda.Code.fromAsset(path.join(HANDLERS, 'commonjs')),
          handler: 'index.handler',
          environment: { CALLS_TABLE: this.calls.tableName },
          executionTimeout: EXECUTION,
        }),
        resourceType: undefined,
        timeout: OPERATION,
      },
    );
    this.notes(commonJs);

    this.show('Thing', thing.ref);
    this.show('ThingSize', thing.getAttString('Size'));
    this.show('Other', other.ref);
    this.show('OtherKind', other.getAttString('Kind'));
    this.show('Plain', plain.ref);
    this.show('CommonJs', commonJs.ref);
    this.show('CommonJsPolls', commonJs.getAttString('Polls'));
    this.show('Function', provider.function.functionName);
    this.show('CommonJsFunction', commonJs.provider.function.functionName);
    this.show('Responder', provider.responder.functionName);
  }
}

/** A create that takes twice its function's time limit, and so much more that it needs four executions however late each starts; an alias of a CommonJS bundle is its service token. */
class SlowStack extends NotingStack {
  constructor() {
    super('Slow');
    const { currentVersion, functionName } = this.bundled('Things', 'things.ts', OutputFormat.CJS);
    const live = new lambda.Alias(this, 'Live', { aliasName: 'live', version: currentVersion });
    this.show('Function', functionName);
    const slow = this.thing('Slow', { Name: 'slow', Takes: 36, Size: 7 }, { handler: LongRunningHandler.fromFunction(live), timeout: OPERATION });
    this.show('Slow', slow.ref);
    this.show('SlowSize', slow.getAttString('Size'));
    this.show('Alias', live.functionArn);
  }
}

/** The first resource succeeds, the second fails: the stack rolls back while it is created. */
class DoomedStack extends NotingStack {
  constructor() {
    super('Doomed');
    const provider = new LongRunningProvider(this, 'Provider', {
      handler: LongRunningHandler.fromFunction(this.bundled('Things', 'things.ts')),
      timeout: OPERATION,
    });
    const handler = LongRunningHandler.fromProvider(provider);
    const first = this.thing('First', { Name: 'first' }, { handler });
    this.thing('Second', { Fail: 'create' }, { handler }).node.addDependency(first);
  }
}

/** An update, then a create, that are cancelled under way. */
class CancelStack extends NotingStack {
  constructor() {
    super('Cancel');
    const provider = new LongRunningProvider(this, 'Provider', {
      handler: LongRunningHandler.fromFunction(this.bundled('Things', 'things.ts')),
      timeout: OPERATION,
    });
    const handler = LongRunningHandler.fromProvider(provider);
    const kept = this.thing('Kept', phase === 'update' ? { Name: 'kept', Takes: 120 } : { Name: 'kept' }, { handler });
    if (phase === 'add') {
      this.thing('Added', { Takes: 120 }, { handler }).node.addDependency(kept);
    }
  }
}

/** Properties with references to a secret that the test makes before. */
class SecretsStack extends NotingStack {
  constructor() {
    super('Secrets');
    const vault = secretsmanager.Secret.fromSecretNameV2(this, 'Vault', 'vault');
    const canary = secretsmanager.Secret.fromSecretNameV2(this, 'Canary', 'canary');
    const arn: string = app.node.tryGetContext('vaultArn') ?? 'arn:aws:secretsmanager:us-east-1:000000000000:secret:vault-abcdef';
    const version: string = app.node.tryGetContext('vaultVersion') ?? '00000000-0000-0000-0000-000000000000';
    const provider = new LongRunningProvider(this, 'Provider', {
      handler: LongRunningHandler.fromFunction(this.bundled('Reader', 'secrets.ts')),
      secrets: [vault, canary],
      timeout: OPERATION,
    });
    const vaulted = new LongRunningCustomResource(this, 'Vaulted', {
      handler: LongRunningHandler.fromProvider(provider),
      properties: {
        ByCdk: vault.secretValueFromJson('password').unsafeUnwrap(),
        Whole: '{{resolve:secretsmanager:vault}}',
        Several: 'pg://{{resolve:secretsmanager:vault:SecretString:user}}:{{resolve:secretsmanager:vault:SecretString:password:AWSCURRENT}}@db',
        Deep: { List: [`{{resolve:secretsmanager:${arn}:SecretString:password}}`] },
        Pinned: `{{resolve:secretsmanager:${arn}:SecretString:password::${version}}}`,
        Canary: '{{resolve:secretsmanager:canary:SecretString}}',
        Phase: phase,
      },
    });
    if (phase === 'leak') {
      // Made before the other fails, so deleted when the stack rolls back
      const properties = { ByCdk: vault.secretValueFromJson('password').unsafeUnwrap(), Phase: 'crash' };
      const crashing = new LongRunningCustomResource(this, 'Crashing', { handler: LongRunningHandler.fromProvider(provider), properties });
      vaulted.node.addDependency(crashing);
    }
    this.show('Vaulted', vaulted.ref);
    this.show('VaultedDigest', vaulted.getAttString('Digest'));
    this.show('Function', provider.function.functionName);
    this.show('Responder', provider.responder.functionName);
  }
}

/** Two functions under a window and behind providers: a guarded bundle, and a MaintenanceWindowFunction that finds the runtime in the layer. */
class WindowStack extends NotingStack {
  readonly provider: LongRunningProvider;

  constructor() {
    super('Window');
    const fn = this.bundled('Things', 'things.ts');
    const maintenanceWindow = new MaintenanceWindow(this, 'Window');
    MaintenanceWindowFunction.guard(fn, { maintenanceWindow, cacheTtl: Duration.seconds(1) });
    const stackArns = [`arn:aws:cloudformation:${this.region}:${this.account}:stack/Refused/*`];
    this.provider = new LongRunningProvider(this, 'Provider', { handler: LongRunningHandler.fromFunction(fn), timeout: OPERATION, stackArns });
    this.show('Long', this.thing('Long', { Name: 'long', Takes: 'until-told' }, { handler: LongRunningHandler.fromProvider(this.provider) }).ref);
    this.show('Function', this.provider.function.functionName);
    const own = new MaintenanceWindowFunction(this, 'Own', {
      runtime,
      code: lambda.Code.fromAsset(path.join(HANDLERS, 'commonjs')),
      handler: 'index.handler',
      timeout: EXECUTION,
      memorySize: 256,
      environment: { CALLS_TABLE: this.calls.tableName },
      maintenanceWindow,
      cacheTtl: Duration.seconds(1),
    });
    this.notes(own);
    this.show(
      'Own',
      new LongRunningProvider(this, 'OwnProvider', { handler: LongRunningHandler.fromFunction(own), timeout: OPERATION }).function.functionName,
    );
  }
}

/** A resource of the function under the window, in a stack of its own. */
class RefusedStack extends NotingStack {
  constructor(provider: LongRunningProvider) {
    super('Refused');
    this.thing('Refused', { Name: 'refused' }, { handler: LongRunningHandler.fromProvider(provider) });
  }
}

new LifecycleStack();
new SlowStack();
new DoomedStack();
new CancelStack();
new SecretsStack();
new RefusedStack(new WindowStack().provider);
