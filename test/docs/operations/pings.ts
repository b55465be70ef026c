import { Duration, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';

import { CoalesceBy, MaintenanceWindowFunction } from '../../../src';

/** A function that another app's schedule keeps warm. */
export class PingedStack extends Stack {
  search() {
    return new MaintenanceWindowFunction(this, 'Search', {
      runtime: lambda.Runtime.NODEJS_22_X,
      handler: 'index.handler',
      code: lambda.Code.fromInline('exports.handler = async () => ({ warm: true });'),
      timeout: Duration.seconds(30),
      coalesceBy: CoalesceBy.PAYLOAD,
    });
  }
}
