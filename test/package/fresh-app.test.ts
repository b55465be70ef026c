import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { installed } from './installed';

const APP = `
const { App, Stack } = require('aws-cdk-lib');
const lambda = require('aws-cdk-lib/aws-lambda');
const { LongRunningCustomResource, LongRunningHandler, MaintenanceWindowFunction } = require('cdk-patient-lambda');

const app = new App({ outdir: process.argv[2] });
const stack = new Stack(app, 'Fresh');
new MaintenanceWindowFunction(stack, 'Orders', {
  runtime: lambda.Runtime.NODEJS_22_X,
  handler: 'index.handler',
  code: lambda.Code.fromInline('exports.handler = async () => {}'),
});
new LongRunningCustomResource(stack, 'Index', {
  handler: LongRunningHandler.fromCode({
    runtime: lambda.Runtime.NODEJS_22_X,
    handler: 'index.search',
    code: lambda.Code.fromInline('exports.search = require("cdk-patient-lambda/handler").customResource({})'),
  }),
});
app.synth();
`;

/** What starts a command with a network of its own, in which no interface is up, by whichever tool this machine lets start one. */
function withoutNetwork(folder: string): string[] {
  const bubblewrap = [
    'bwrap',
    '--ro-bind',
    '/',
    '/',
    '--dev',
    '/dev',
    '--proc',
    '/proc',
    '--bind',
    folder,
    folder,
    '--unshare-net',
    '--die-with-parent',
  ];
  return spawnSync(bubblewrap[0], [...bubblewrap.slice(1), 'true']).status === 0 ? bubblewrap : ['unshare', '-Urn'];
}

describe('an application that installed the package', () => {
  let app: string;

  beforeAll(() => {
    app = installed('aws-cdk-lib', 'constructs');
    writeFileSync(join(app, 'app.js'), APP);
  });

  afterAll(() => rmSync(app, { recursive: true }));

  test('synthesizes both constructs without network, Docker or any other program', () => {
    const node = process.execPath;
    const out = join(app, 'cdk.out');
    const [command, ...args] = [...withoutNetwork(app), '/usr/bin/env', '-i', 'PATH=/nowhere', node, join(app, 'app.js'), out];
    execFileSync(command, args, { cwd: app, stdio: 'pipe' });

    const template = JSON.parse(readFileSync(join(out, 'Fresh.template.json'), 'utf8')) as {
      Resources: Record<string, { Type: string; Properties: Record<string, any> }>;
    };
    const functions = Object.values(template.Resources).filter((resource) => resource.Type === 'AWS::Lambda::Function');
    const guarded = functions.find((resource) => resource.Properties.Handler === 'index.handler' && resource.Properties.Code.ZipFile);
    expect(guarded!.Properties.Environment.Variables.AWS_LAMBDA_EXEC_WRAPPER).toBe('/opt/cdk-patient-lambda/wrapper');
    expect(guarded!.Properties.Layers).toHaveLength(1);
    expect(functions.find((resource) => resource.Properties.Handler === 'index.search')!.Properties.Layers).toHaveLength(1);
    expect(Object.values(template.Resources).filter((resource) => resource.Type === 'Custom::LongRunning')).toHaveLength(1);
  });

  test.each(['maintenance-window/layer.zip', 'custom-resource/handler-layer.zip'])('stages the packed %s byte for byte', (name) => {
    const assets = JSON.parse(readFileSync(join(app, 'cdk.out', 'Fresh.assets.json'), 'utf8')) as {
      files: Record<string, { source: { path: string } }>;
    };
    const layer = readFileSync(join(app, 'node_modules', 'cdk-patient-lambda', 'assets', name));
    const staged = Object.values(assets.files)
      .map(({ source }) => join(app, 'cdk.out', source.path))
      .filter((path) => path.endsWith('.zip') && existsSync(path));
    expect(staged.some((path) => readFileSync(path).equals(layer))).toBe(true);
  });

  test('cannot reach into the package past what it exports', () => {
    writeFileSync(join(app, 'inside.js'), 'require("cdk-patient-lambda/lib/private/contract.generated");');
    expect(() => execFileSync(process.execPath, ['inside.js'], { cwd: app, stdio: 'pipe' })).toThrow(/ERR_PACKAGE_PATH_NOT_EXPORTED/);
  });

  test('imports the package as an ES module too', () => {
    writeFileSync(
      join(app, 'module.mjs'),
      'import { MaintenanceWindowFunction } from "cdk-patient-lambda"; process.stdout.write(typeof MaintenanceWindowFunction);',
    );
    expect(execFileSync(process.execPath, ['module.mjs'], { cwd: app, encoding: 'utf8' })).toBe('function');
  });
});
