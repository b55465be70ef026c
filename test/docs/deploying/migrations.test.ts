/** What the page says of deployments in a window is so: its constructs give no warning, and their gates do with each caller what the page says. */
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';

import type { MaintenanceWindowFunction } from '../../../src';
import { ON, told, World } from '../../lambda/maintenance-window/gate/nodejs/world';
import { resourceOf, warnings } from '../../src/maintenance-window/app';
import { MigrationStack } from './migrations';

const DIRECT = '{"task":"migrate"}';
const S3 = '{"Records":[{"eventSource":"aws:s3","s3":{"object":{"sequencer":"1"}}}]}';
const REQUEST =
  '{"RequestType":"Update","StackId":"s","RequestId":"r","LogicalResourceId":"l","PhysicalResourceId":"p","ResponseURL":"https://x.example"}';
const http = (method: string, path: string) => JSON.stringify({ version: '2.0', rawPath: path, requestContext: { http: { method } } });

/** What a function's gate does with an event in a window. */
async function held(fn: MaintenanceWindowFunction, event: string): Promise<unknown> {
  const { PATIENT_LAMBDA_DEFERRAL: deferral = '', PATIENT_LAMBDA_ALWAYS_RUN: alwaysRun = '' } = resourceOf(fn).Properties.Environment
    .Variables as Record<string, string>;
  const world = await World.open(ON, { PATIENT_LAMBDA_DEFERRAL: deferral, PATIENT_LAMBDA_ALWAYS_RUN: alwaysRun });
  try {
    return told(await world.plan(event));
  } finally {
    await world.close();
  }
}

const DEFERRED = expect.objectContaining({ maintenanceWindow: expect.objectContaining({ status: 'DEFERRED' }) as object }) as object;
const stack = () => new MigrationStack(new App(), 'Orders');

test.each(['unguarded', 'onItsOwn', 'overHttp', 'workflow', 'inTheWindow'] as const)('synth warns of nothing: %s', (sample) => {
  const made = stack();
  made[sample]();
  expect(warnings(made)).toEqual([]);
});

test('a migration that no window holds has no gate, and is over before the function is deployed', () => {
  const made = stack();
  const orders = made.unguarded();
  const functions = Object.entries(Template.fromStack(made).findResources('AWS::Lambda::Function'));
  const [, migration] = functions.find(([id]) => id.startsWith('Migration'))!;
  expect(migration.Properties).not.toHaveProperty('Environment');
  expect(resourceOf(orders).DependsOn).toEqual(expect.arrayContaining([expect.stringMatching(/^Migration/)]));
});

test('a function that runs its own migration runs direct events, and no others', async () => {
  const orders = stack().onItsOwn();
  expect([await held(orders, DIRECT), await held(orders, S3)]).toEqual(['run', DEFERRED]);
});

test('a migration that is called over HTTP runs, and no other request', async () => {
  const orders = stack().overHttp();
  expect([await held(orders, http('POST', '/internal/migrate')), await held(orders, http('POST', '/orders'))]).toEqual([
    'run',
    expect.objectContaining({ statusCode: 503 }),
  ]);
});

test('a task is told that it must come again', async () => {
  expect(await held(stack().workflow(), DIRECT)).toBe('MaintenanceWindowActive');
});

test("a custom resource's function runs its requests in a window when it says so", async () => {
  expect(await held(stack().inTheWindow(), REQUEST)).toBe('run');
});
