import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import * as lambda from 'aws-cdk-lib/aws-lambda';

import { LongRunningHandler, LongRunningProvider } from '../../../../src';
import { newStack, resources } from '../../maintenance-window/app';
import { code, fn, functionOf, refusal, refused } from '../template';

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
});
