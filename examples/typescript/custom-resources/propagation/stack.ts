import * as path from 'node:path';

import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { LongRunningCustomResource, LongRunningHandler } from 'cdk-patient-lambda';
import { Construct } from 'constructs';

export interface PropagationProps {
  readonly runtime: lambda.Runtime;
  readonly greeting: string;
  /** Name of the parameter, beginning with a slash. */
  readonly parameter: string;
}

/** Functions that read a configuration, and a deployment that is done when each of them works with it. */
export class PropagationStack extends Stack {
  constructor(scope: Construct, id: string, props: PropagationProps) {
    super(scope, id);
    const parameterArn = this.formatArn({ service: 'ssm', resource: 'parameter', resourceName: props.parameter.slice(1) });

    const readers = ['Shop', 'Checkout'].map(
      (name) =>
        new lambda.Function(this, name, {
          runtime: props.runtime,
          architecture: lambda.Architecture.ARM_64,
          handler: 'index.handler',
          code: lambda.Code.fromAsset(path.join(__dirname, 'reader')),
          environment: { PARAMETER: props.parameter },
        }),
    );
    readers.forEach((reader) => reader.addToRolePolicy(new iam.PolicyStatement({ actions: ['ssm:GetParameter'], resources: [parameterArn] })));

    const configuration = new LongRunningCustomResource(this, 'Configuration', {
      handler: LongRunningHandler.fromCode({
        runtime: props.runtime,
        handler: 'index.handler',
        code: lambda.Code.fromAsset(path.join(__dirname, 'publisher')), // CommonJS: finds the runtime in a layer that the construct adds
      }),
      resourceType: 'Custom::PublishedConfiguration',
      timeout: Duration.minutes(10),
      properties: {
        Parameter: props.parameter,
        Configuration: { greeting: props.greeting },
        Readers: readers.map((reader) => reader.functionName),
        InARow: 3,
      },
    });
    readers.forEach((reader) => reader.grantInvoke(configuration));
    configuration.grantPrincipal.addToPrincipalPolicy(
      new iam.PolicyStatement({
        actions: ['ssm:PutParameter', 'ssm:GetParameter', 'ssm:DeleteParameter'],
        resources: [parameterArn],
      }),
    );

    new CfnOutput(this, 'Parameter', { value: configuration.ref });
    new CfnOutput(this, 'Version', { value: configuration.getAttString('Version') });
    readers.forEach((reader) => new CfnOutput(this, `${reader.node.id}Function`, { value: reader.functionName }));
  }
}
