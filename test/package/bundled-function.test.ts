import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { ROOT } from '../../scripts/command';
import { childEnvironment } from '../../scripts/environment';
import { Cloud } from '../clients/support/cloud';
import { installed } from './installed';

const APP = `
const { App, Duration, Stack } = require('aws-cdk-lib');
const { Runtime } = require('aws-cdk-lib/aws-lambda');
const { NodejsFunction, OutputFormat } = require('aws-cdk-lib/aws-lambda-nodejs');
const { LongRunningCustomResource, LongRunningHandler } = require('cdk-patient-lambda');

const app = new App({ outdir: 'cdk.out' });
const stack = new Stack(app, 'Bundled');
for (const format of [OutputFormat.CJS, OutputFormat.ESM]) {
  const fn = new NodejsFunction(stack, format, { runtime: Runtime.NODEJS_22_X, timeout: Duration.minutes(15), entry: 'function.ts', bundling: { format } });
  new LongRunningCustomResource(stack, 'Index-' + format, { handler: LongRunningHandler.fromFunction(fn), properties: { Name: 'orders', Shards: 4 } });
}
app.synth();
`;

const FORMATS: readonly (readonly [string, string])[] = [
  ['cjs', 'index.js'],
  ['esm', 'index.mjs'],
];

describe('a NodejsFunction whose TypeScript imports the packed handler runtime', () => {
  let project: string;
  let cloud: Cloud | undefined;

  beforeAll(async () => {
    project = installed('aws-cdk-lib', 'constructs', 'esbuild');
    cpSync(join(__dirname, 'author'), project, { recursive: true });
    // What the construct takes for its user's project, with a bundler of its own: Docker is not asked
    writeFileSync(join(project, 'package-lock.json'), '{}');
    mkdirSync(join(project, 'node_modules', '.bin'));
    symlinkSync('../esbuild/bin/esbuild', join(project, 'node_modules', '.bin', 'esbuild'));
    writeFileSync(join(project, 'app.cjs'), APP);
    await promisify(execFile)(process.execPath, ['app.cjs'], { cwd: project, env: childEnvironment({ CDK_VALIDATION: 'false' }) });

    // As in Lambda, where the SDK lies beside the code and not in it
    const task = join(project, 'lambda', 'task');
    mkdirSync(join(project, 'lambda', 'node_modules'), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', '@aws-sdk'), join(project, 'lambda', 'node_modules', '@aws-sdk'));
    for (const [format] of FORMATS) {
      cpSync(bundleOf(format), join(task, format), { recursive: true });
    }
  });

  afterEach(() => cloud?.close());
  afterAll(() => rmSync(project, { recursive: true }));

  function bundleOf(format: string): string {
    const [, fn] = Object.entries(template()).find(([id, { Type }]) => Type === 'AWS::Lambda::Function' && id.startsWith(format))!;
    return join(project, 'cdk.out', `asset.${(fn.Properties.Code.S3Key as string).replace('.zip', '')}`);
  }

  function template(): Record<string, any> {
    return JSON.parse(readFileSync(join(project, 'cdk.out', 'Bundled.template.json'), 'utf8')).Resources;
  }

  async function execution(format: string, file: string, event: string, env: Record<string, string>) {
    await promisify(execFile)(process.execPath, [join(project, 'execution.mjs'), join(project, 'lambda', 'task', format, file), event], { env });
  }

  test.each(FORMATS)('is bundled to %s by the local esbuild, and serves a request over two executions', async (format, file) => {
    cloud = await Cloud.open();
    await execution(format, file, JSON.stringify(cloud.create), cloud.environment);
    // The first wait names the id, so that the operation goes on in a new execution at once
    expect(cloud.answers).toEqual([]);
    expect(cloud.hops).toHaveLength(1);

    await execution(format, file, cloud.hops[0], cloud.environment);
    expect(cloud.answers).toEqual([
      expect.objectContaining({ Status: 'SUCCESS', PhysicalResourceId: 'orders', Data: { Endpoint: 'https://orders.search.example.com' } }),
    ]);
    expect(cloud.hops).toHaveLength(1);
    expect(cloud.others).toEqual([]);
  });

  test('needs no layer', () => {
    expect(Object.values(template()).filter(({ Type }) => Type === 'Custom::LongRunning')).toHaveLength(FORMATS.length);
    expect(Object.values(template()).filter(({ Type, Properties }) => Type === 'AWS::Lambda::LayerVersion' || Properties?.Layers)).toEqual([]);
  });
});
