import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { ROOT } from '../../scripts/command';
import { Kernel, type Reference } from './kernel';
import { packed, packedFile } from './unpacked';

const MODULES = join(ROOT, 'node_modules');
const LIBRARY = 'cdk-patient-lambda';
/** In the order in which a Python app loads them: each after what it builds on. */
const LOADED_BEFORE = [
  'constructs',
  '@aws-cdk/asset-awscli-v1',
  '@aws-cdk/asset-node-proxy-agent-v6',
  '@aws-cdk/cloud-assembly-schema',
  'aws-cdk-lib',
];

describe('the packed library in the jsii kernel, as Python, Java and Go run it', () => {
  let kernel: Kernel;

  beforeAll(async () => {
    kernel = await Kernel.start();
    for (const name of LOADED_BEFORE) {
      await kernel.loadInstalled(MODULES, name);
    }
  });

  afterAll(() => kernel?.stop());

  function struct(fqn: string, data: object) {
    return { '$jsii.struct': { fqn, data } };
  }

  test('is loaded, for its map of exports lets the kernel in', async () => {
    await expect(kernel.load(LIBRARY, '0.0.0', packed())).resolves.toBeUndefined();
  });

  test('synthesizes both of its constructs, with the layers that it carries', async () => {
    const outdir = join(kernel.folder, 'cdk.out');
    const app = await kernel.create('aws-cdk-lib.App', struct('aws-cdk-lib.AppProps', { outdir }));
    const stack = await kernel.create('aws-cdk-lib.Stack', app, 'Foreign');
    const { value: runtime } = (await kernel.call({ api: 'sget', fqn: 'aws-cdk-lib.aws_lambda.Runtime', property: 'NODEJS_22_X' })) as {
      value: Reference;
    };
    const { result: code } = (await kernel.call({
      api: 'sinvoke',
      fqn: 'aws-cdk-lib.aws_lambda.Code',
      method: 'fromInline',
      args: ['exports.handler = async () => {}'],
    })) as { result: Reference };
    const props = { runtime, code, handler: 'index.handler' };

    await kernel.create(`${LIBRARY}.MaintenanceWindowFunction`, stack, 'Orders', struct(`${LIBRARY}.MaintenanceWindowFunctionProps`, props));
    const { result: handler } = (await kernel.call({
      api: 'sinvoke',
      fqn: `${LIBRARY}.LongRunningHandler`,
      method: 'fromCode',
      args: [struct(`${LIBRARY}.LongRunningCodeOptions`, props)],
    })) as { result: Reference };
    const provider = await kernel.create(
      `${LIBRARY}.LongRunningProvider`,
      stack,
      'Indexes',
      struct(`${LIBRARY}.LongRunningProviderProps`, { handler }),
    );
    const { result: shared } = (await kernel.call({
      api: 'sinvoke',
      fqn: `${LIBRARY}.LongRunningHandler`,
      method: 'fromProvider',
      args: [provider],
    })) as { result: Reference };
    await kernel.create(
      `${LIBRARY}.LongRunningCustomResource`,
      stack,
      'Index',
      struct(`${LIBRARY}.LongRunningCustomResourceProps`, { handler: shared, properties: { Name: 'orders' } }),
    );
    await expect(
      kernel.create(`${LIBRARY}.LongRunningProvider`, stack, 'Again', struct(`${LIBRARY}.LongRunningProviderProps`, { handler: shared })),
    ).rejects.toThrow('LongRunningFunctionHandler');
    await kernel.call({ api: 'invoke', objref: app, method: 'synth', args: [] });

    const { Resources } = JSON.parse(readFileSync(join(outdir, 'Foreign.template.json'), 'utf8')) as {
      Resources: Record<string, { Type: string; Properties: Record<string, unknown> }>;
    };
    const resource = Object.values(Resources).find(({ Type }) => Type === 'Custom::LongRunning');
    expect(resource?.Properties.Name).toBe('orders');
    const staged = readdirSync(outdir)
      .filter((file) => file.endsWith('.zip'))
      .map((file) => readFileSync(join(outdir, file)));
    for (const layer of ['maintenance-window/layer.zip', 'custom-resource/handler-layer.zip']) {
      expect(staged.some((zip) => zip.equals(packedFile(`assets/${layer}`)))).toBe(true);
    }
  });
});
