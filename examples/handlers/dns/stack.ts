import * as path from 'node:path';

import { Duration, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LongRunningCustomResource, LongRunningHandler } from 'cdk-patient-lambda';
import { Construct } from 'constructs';

export interface DnsProps {
  readonly runtime: lambda.Runtime;
  readonly name: string;
  readonly values: readonly string[];
  /** `address:port`; without any, the authoritative servers of the name's zone. */
  readonly servers: readonly string[];
  /** For the whole wait. */
  readonly timeout: Duration;
}

/** What depends on `Record` is made once the name has its addresses everywhere. The handler asks nothing of AWS, and needs no permission. */
export class DnsStack extends Stack {
  constructor(scope: Construct, id: string, props: DnsProps) {
    super(scope, id);
    new LongRunningCustomResource(this, 'Record', {
      handler: LongRunningHandler.fromFunction(
        new NodejsFunction(this, 'Wait', {
          entry: path.join(__dirname, 'handler.ts'),
          runtime: props.runtime,
          timeout: Duration.minutes(15),
        }),
      ),
      resourceType: 'Custom::DnsRecord',
      timeout: props.timeout,
      properties: { Name: props.name, Type: 'A', Values: props.values, Servers: props.servers },
    });
  }
}
