import { CustomResource, Duration, Fn, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { LongRunningCustomResource, LongRunningHandler, LongRunningProvider, MaintenanceWindowFunction } from 'cdk-patient-lambda';

/** The guide's constructs: compiled, not synthesized. */
export class GuideStack extends Stack {
  first() {
    new LongRunningCustomResource(this, 'Reachable', {
      handler: LongRunningHandler.fromFunction(
        new NodejsFunction(this, 'ReachableHandler', {
          entry: 'handlers/reachable.ts',
          runtime: lambda.Runtime.NODEJS_22_X,
          timeout: Duration.minutes(15), // of one execution
        }),
      ),
      properties: { Url: 'https://service.example' },
    });
  }

  code() {
    new LongRunningCustomResource(this, 'Reachable', {
      handler: LongRunningHandler.fromCode({
        runtime: lambda.Runtime.NODEJS_22_X,
        code: lambda.Code.fromAsset('handlers/reachable'), // index.js, CommonJS
        handler: 'index.handler',
      }),
      properties: { Url: 'https://service.example' },
    });
  }

  shared(directory: lambda.IFunction, secret: secretsmanager.ISecret) {
    const provider = new LongRunningProvider(this, 'Directory', { handler: LongRunningHandler.fromFunction(directory), secrets: [secret] });

    for (const name of ['ann', 'bob']) {
      new LongRunningCustomResource(this, name, {
        handler: LongRunningHandler.fromProvider(provider),
        resourceType: 'Custom::User',
        // A reference, {{resolve:secretsmanager:...}}: the secret itself is in no template
        properties: { Name: name, Password: secret.secretValueFromJson(name).unsafeUnwrap() },
      });
    }
  }

  imported() {
    const provider = LongRunningProvider.fromLongRunningProviderAttributes(this, 'Directory', {
      serviceToken: Fn.importValue('DirectoryServiceToken'), // an output of that app: the provider's serviceToken
      executionTimeout: Duration.minutes(15), // its function's timeout
    });

    new LongRunningCustomResource(this, 'Zoe', { handler: LongRunningHandler.fromProvider(provider), resourceType: 'Custom::User' });
  }

  plain(provider: LongRunningProvider) {
    const user = new CustomResource(this, 'Eve', { serviceToken: provider.serviceToken, serviceTimeout: Duration.minutes(10) });
    user.node.addDependency(provider); // else synth fails: what lets the function go on must outlive the resource
  }

  guarded(code: lambda.Code) {
    new LongRunningCustomResource(this, 'Schema', {
      handler: LongRunningHandler.fromFunction(
        new MaintenanceWindowFunction(this, 'SchemaHandler', {
          runtime: lambda.Runtime.NODEJS_22_X,
          handler: 'index.handler',
          code,
          timeout: Duration.minutes(15),
        }),
      ),
      resourceType: 'Custom::Schema',
    });
  }
}
