import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { join } from 'node:path';

import { App, CfnResource, Stack } from 'aws-cdk-lib';
import type * as lambda from 'aws-cdk-lib/aws-lambda';

import { environment as names } from '../../../lambda/contract/names.json';
import { ownLayerDigest } from '../../../src/private/own-layer';
import { guarded, newStack, resourceOf, resources } from '../maintenance-window/app';

const LAYER = join(__dirname, '..', '..', '..', 'assets', 'maintenance-window', 'layer.zip');

/** What a file of the library would be after an update. */
function updated<T>(run: () => T): T {
  const { readFileSync } = fs;
  const spy = jest
    .spyOn(fs, 'readFileSync')
    .mockImplementation(((file: string, ...more: []) => (file === LAYER ? Buffer.from('another build') : readFileSync(file, ...more))) as never);
  try {
    return run();
  } finally {
    spy.mockRestore();
  }
}

/** The version that an alias of a guarded function names. */
function versionOf(context: Record<string, boolean>): unknown {
  const stack = new Stack(new App({ context }), 'Orders');
  const fn: lambda.Function = guarded(stack, 'Fn');
  const alias = fn.addAlias('live');
  return resources(stack)[stack.getLogicalId(alias.node.defaultChild as CfnResource)].Properties.FunctionVersion;
}

test('the digest is that of the file, and each app reads it once', () => {
  const stack = newStack();
  const digest = createHash('sha256').update(fs.readFileSync(LAYER)).digest('hex');
  expect(ownLayerDigest(stack, 'gate')).toBe(digest);
  expect(updated(() => ownLayerDigest(stack, 'gate'))).toBe(digest);
  expect(updated(() => ownLayerDigest(newStack(), 'gate'))).not.toBe(digest);
});

test('a guarded function says which layer it was deployed with', () => {
  const stack = newStack();
  const fn = guarded(stack, 'Fn');
  expect(resourceOf(fn).Properties.Environment.Variables[names.gate]).toBe(ownLayerDigest(stack, 'gate'));
});

describe.each([true, false])("with the CDK's flag for layers in versions: %s", (flag) => {
  const context = { '@aws-cdk/aws-lambda:recognizeLayerVersion': flag };

  test('an alias names another version once the layer is another one', () => {
    expect(updated(() => versionOf(context))).not.toEqual(versionOf(context));
  });

  test('an alias names the same version while the layer is the same', () => {
    expect(versionOf(context)).toEqual(versionOf(context));
  });
});
