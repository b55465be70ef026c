import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { Annotations, App, Stack } from 'aws-cdk-lib';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Bucket } from 'aws-cdk-lib/aws-s3';

import { type LongRunningFunctionHandler, LongRunningHandler, LongRunningProvider } from '../../../../src';
import { NAMES } from '../../../../src/private/contract.generated';
import { newStack, resources, warnings } from '../../maintenance-window/app';
import { code, fn, functionOf, longRunning, refusal, refused, TIMEOUT } from '../template';

describe("the handler's file", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'handler-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const IMPORT = "import {\n  customResource,\n} from 'cdk-patient-lambda/handler';\nexport const handler = customResource({});";
  const REQUIRE = 'const { customResource } = require("cdk-patient-lambda/handler");';

  function asset(files: Record<string, string>): lambda.Code {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    return lambda.Code.fromAsset(folder);
  }

  const missing = (file: string) =>
    `imports 'cdk-patient-lambda/handler' in ${file}, where it would not be found: its code does not carry the package, and ES modules ` +
    "don't see layers; bundle it";

  test.each<[string, Record<string, string>, string, string]>([
    ['.mjs', { 'index.mjs': IMPORT }, 'index.handler', 'index.mjs'],
    ['.js of a package of type module', { 'index.js': IMPORT, 'package.json': '{"type":"module"}' }, 'index.handler', 'index.js'],
    ['minified', { 'a/b.mjs': 'var x=1;import{customResource as c}from"cdk-patient-lambda/handler";' }, 'a/b.main', join('a', 'b.mjs')],
    [
      'by a module of its own',
      { 'index.mjs': "export { handler } from './lib/impl.mjs';", 'lib/impl.mjs': IMPORT },
      'index.handler',
      join('lib', 'impl.mjs'),
    ],
    [
      'a dynamic import',
      { 'index.js': 'module.exports.handler = async () => (await import("cdk-patient-lambda/handler"));' },
      'index.handler',
      'index.js',
    ],
    ['a type-only neighbour does not help', { 'index.mjs': IMPORT, 'node_modules/other/package.json': '{}' }, 'index.handler', 'index.mjs'],
  ])('an ES module that would not find the runtime is refused in either function: %s', (_, files, handler, file) => {
    expect(refusal(newStack(), { handler: code({ code: asset(files), handler }) })).toContain(missing(file));
    expect(refused({ code: asset(files), handler })).toContain(missing(file));
  });

  test('inline code that imports is refused: it is CommonJS', () => {
    expect(refusal(newStack(), { handler: code({ code: lambda.Code.fromInline(IMPORT) }) })).toContain(missing('its inline code'));
  });

  test.each<[string, Record<string, string>]>([
    ['that is bundled', { 'index.mjs': "/**\n * import { customResource } from 'cdk-patient-lambda/handler';\n */\nvar bundled;" }],
    ['beside its node_modules', { 'index.mjs': IMPORT, 'node_modules/cdk-patient-lambda/package.json': '{}' }],
    ['below its node_modules', { 'dist/index.mjs': IMPORT, 'index.mjs': '', 'node_modules/cdk-patient-lambda/package.json': '{}' }],
    ['that is in the folder under another name', { 'index.js': '', 'unused.mjs': IMPORT }],
    ['that Lambda prefers', { 'index.js': REQUIRE, 'index.mjs': IMPORT }],
  ])('an ES module %s is accepted', (_, files) => {
    const handler = 'dist/index.mjs' in files ? 'dist/index.handler' : 'index.handler';
    expect(refusal(newStack(), { handler: code({ code: asset(files), handler }) })).toBe('accepted');
  });

  test.each<[string, Record<string, string>, boolean]>([
    ['CommonJS that requires the runtime gets its layer', { 'index.js': REQUIRE }, true],
    [
      'CommonJS does so by a module of its own',
      { 'index.js': 'exports.handler = require(`./a`).handler;', 'a.js': 'require("./index");\n' + REQUIRE },
      true,
    ],
    ['CommonJS that carries it gets none', { 'index.js': REQUIRE, 'node_modules/cdk-patient-lambda/package.json': '{}' }, false],
    ['a bundle gets none', { 'index.js': 'var bundled;' }, false],
    ['a handler that is not found gets none', { 'other.js': REQUIRE }, false],
  ])('of a function made elsewhere: %s', (_, files, expected) => {
    const stack = newStack();
    new LongRunningProvider(stack, 'P', { handler: LongRunningHandler.fromFunction(fn(stack, { code: asset(files) })) });
    expect('Layers' in functionOf(stack).Properties).toBe(expected);
    expect(Object.values(resources(stack)).some(({ Type }) => Type === 'AWS::Lambda::LayerVersion')).toBe(expected);
  });

  describe('that brings no handler runtime', () => {
    const ON_EVENT = 'exports.handler = async (event) => ({ PhysicalResourceId: event.LogicalResourceId });';
    const strange = (stack: Stack) => warnings(stack).filter((warning) => warning.includes(NAMES.annotations.noHandlerRuntime));
    function provided(handler: LongRunningFunctionHandler, stack: Stack): string[] {
      longRunning(stack, 'Restore', { handler });
      return strange(stack);
    }
    /** Behind either function. */
    function both(make: () => lambda.Code, handler = 'index.handler'): string[][] {
      const stack = newStack();
      return [
        provided(code({ code: make(), handler }), newStack()),
        provided(LongRunningHandler.fromFunction(fn(stack, { code: make(), handler })), stack),
      ];
    }
    const warned = [
      expect.stringMatching(/^the code of function 'Orders\/.*' holds neither 'cdk-patient-lambda\/handler' nor a bundle of it, and what another/),
    ];

    test.each<[string, () => lambda.Code]>([
      ['as text', () => lambda.Code.fromInline(ON_EVENT)],
      ['as a file', () => asset({ 'index.js': ON_EVENT })],
      ['as an ES module', () => asset({ 'index.mjs': 'export const handler = async () => ({ Data: {} });' })],
      ['with files beside it', () => asset({ 'index.js': ON_EVENT + 'require("./a")', 'a.js': '', 'node_modules/a/index.js': '' })],
      ['under another name', () => asset({ 'other.js': ON_EVENT })],
    ])('is warned about: an onEvent function of a Provider, %s', (_, make) => {
      expect(both(make)).toEqual([warned, warned]);
      expect(both(make)[0].join()).toContain('customResource(fromOnEvent({ onEvent, isComplete }))');
    });

    test.each<[string, () => lambda.Code]>([
      ['that requires it', () => asset({ 'index.js': REQUIRE })],
      ['whose module does', () => asset({ 'index.js': 'exports.handler = require("./a").handler;', 'a.js': REQUIRE })],
      ['whose package does', () => asset({ 'index.js': 'module.exports = require("ours");', 'node_modules/ours/index.js': REQUIRE })],
      ['that is a bundle, minified', () => asset({ 'index.js': 'var e={[`$longRunningOperation`]:{v:1}};exports.handler=e;' })],
      ['without a script', () => asset({ 'main.wasm': '' })],
      ['with more scripts than are read in passing', () => large(asset({ 'index.js': ON_EVENT, 'node_modules/a/index.js': '' }))],
      ['in an archive', () => lambda.Code.fromAsset(join(__dirname, '..', '..', '..', '..', 'assets', 'custom-resource', 'handler-layer.zip'))],
      ['in a bucket', () => lambda.Code.fromBucketV2(Bucket.fromBucketName(newStack('Far'), 'Own', 'own'), 'key')],
    ])('is not warned about: code %s', (_, make) => {
      expect(both(make)).toEqual([[], []]);
    });

    /** More than 32 MiB, and nothing on the disk. */
    function large(made: lambda.Code): lambda.Code {
      truncateSync(join(folder, 'node_modules', 'a', 'index.js'), 33 * 1024 * 1024);
      return made;
    }

    test('is not warned about in an image, nor in a stack that is not bundled', () => {
      const stack = newStack();
      const image = lambda.DockerImageCode.fromEcr(Repository.fromRepositoryName(stack, 'Images', 'restore'));
      const made = new lambda.DockerImageFunction(stack, 'Fn', { code: image, timeout: TIMEOUT });
      expect(provided(LongRunningHandler.fromFunction(made), stack)).toEqual([]);
      const skipped = new Stack(new App({ context: { 'aws:cdk:bundling-stacks': [] } }), 'Orders');
      expect(provided(code({ code: asset({ 'index.js': ON_EVENT }) }), skipped)).toEqual([]);
    });

    test('is not warned about once that is acknowledged', () => {
      const stack = newStack();
      Annotations.of(stack).acknowledgeWarning(NAMES.annotations.noHandlerRuntime, 'a layer brings it');
      expect(provided(code({ code: lambda.Code.fromInline(ON_EVENT) }), stack)).toEqual([]);
    });
  });
});
