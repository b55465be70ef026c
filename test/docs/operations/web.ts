import { Duration, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';

import { MaintenanceWindowFunction } from '../../../src';

const PAGE = `<!doctype html>
<html lang="en">
  <title>Back soon</title>
  <style>body { font-family: sans-serif }</style>
  <h1>Back soon</h1>
  <p>{reason}</p>
  <p>Until <time datetime="{until}">{until}</time></p>
</html>`;

/** The page's constructs: synthesized, and what they set is given to the gate. */
export class WebStack extends Stack {
  api() {
    return new MaintenanceWindowFunction(this, 'Api', {
      runtime: lambda.Runtime.NODEJS_22_X,
      handler: 'index.handler',
      code: lambda.Code.fromInline('exports.handler = async () => ({ statusCode: 200 });'),
      timeout: Duration.seconds(30),
      rejection: {
        headers: { 'Access-Control-Allow-Origin': 'https://shop.example', 'Access-Control-Expose-Headers': 'Retry-After' },
        body: '{"error":"maintenance","reason":"{reason}","until":"{until}"}',
      },
      alwaysRun: ['OPTIONS /*', 'GET /catalogue/*'],
    });
  }

  page() {
    return new MaintenanceWindowFunction(this, 'Page', {
      runtime: lambda.Runtime.NODEJS_22_X,
      handler: 'index.handler',
      code: lambda.Code.fromInline('exports.handler = async () => ({ statusCode: 200 });'),
      timeout: Duration.seconds(30),
      rejection: { headers: { 'Content-Type': 'text/html; charset=utf-8' }, body: PAGE },
      alwaysRun: ['* /health'],
    });
  }
}
