import * as path from 'node:path';

import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import * as route53 from 'aws-cdk-lib/aws-route53';
import { LongRunningCustomResource, LongRunningHandler } from 'cdk-patient-lambda';
import { Construct } from 'constructs';

export interface CertificateProps {
  readonly runtime: lambda.Runtime;
  readonly hostedZoneId: string;
  readonly names: readonly string[];
}

/** A certificate that is proved in a hosted zone of this account. */
export class CertificateStack extends Stack {
  constructor(scope: Construct, id: string, props: CertificateProps) {
    super(scope, id);
    const zone = route53.HostedZone.fromHostedZoneId(this, 'Zone', props.hostedZoneId);

    const certificate = new LongRunningCustomResource(this, 'Certificate', {
      handler: LongRunningHandler.fromFunction(
        new NodejsFunction(this, 'Certificates', {
          entry: path.join(__dirname, 'handler.ts'),
          runtime: props.runtime,
          timeout: Duration.minutes(15),
        }),
      ),
      resourceType: 'Custom::Certificate',
      properties: { Names: props.names, HostedZoneId: zone.hostedZoneId },
    });
    iam.Grant.addToPrincipal({
      grantee: certificate,
      actions: ['acm:RequestCertificate', 'acm:AddTagsToCertificate', 'acm:ListCertificates'], // none of them knows an ARN beforehand
      resourceArns: ['*'],
    });
    iam.Grant.addToPrincipal({
      grantee: certificate,
      actions: ['acm:DescribeCertificate', 'acm:DeleteCertificate', 'acm:ListTagsForCertificate'],
      resourceArns: [this.formatArn({ service: 'acm', resource: 'certificate', resourceName: '*' })],
    });
    iam.Grant.addToPrincipal({ grantee: certificate, actions: ['route53:ChangeResourceRecordSets'], resourceArns: [zone.hostedZoneArn] });

    new CfnOutput(this, 'CertificateArn', { value: certificate.getAttString('Arn') });
  }
}
