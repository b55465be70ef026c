/** Five custom resources of real life, a stack each: `npx cdk deploy ImageBuild -c source=./image-build/image`. */
import * as path from 'node:path';

import { App, Duration } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';

import { CertificateStack } from './certificate/stack';
import { DatabaseSnapshotStack } from './database-snapshot/stack';
import { DnsStack } from './dns/stack';
import { ImageBuildStack } from './image-build/stack';
import { SaasStack } from './saas/stack';

const app = new App();

const chosen = (name: string, fallback: string): string => (app.node.tryGetContext(name) as string | undefined) ?? fallback;
const list = (name: string, fallback: string): string[] => chosen(name, fallback).split(',').filter(Boolean);
const runtime = new lambda.Runtime(chosen('nodejs', 'nodejs22.x'), lambda.RuntimeFamily.NODEJS);

new ImageBuildStack(app, 'ImageBuild', { runtime, source: chosen('source', path.join(__dirname, 'image-build', 'image')) });
new DatabaseSnapshotStack(app, 'DatabaseSnapshot', {
  runtime,
  snapshot: chosen('snapshot', 'orders-before-migration'),
  instanceClass: chosen('instanceClass', 'db.t4g.medium'),
});
new CertificateStack(app, 'Certificate', {
  runtime,
  hostedZoneId: chosen('hostedZoneId', 'Z0123456789EXAMPLE'),
  names: list('names', 'shop.example,*.shop.example'),
});
new DnsStack(app, 'Dns', {
  runtime,
  name: chosen('name', 'shop.example'),
  values: list('values', '192.0.2.1'),
  servers: list('servers', ''),
  timeout: Duration.seconds(Number(chosen('timeout', '3540'))),
});
new SaasStack(app, 'Saas', {
  runtime,
  apiUrl: chosen('apiUrl', 'https://api.service.example/v1'),
  secretName: chosen('secretName', 'service-api-key'),
  region: chosen('region', 'eu'),
  plan: chosen('plan', 'team'),
});
