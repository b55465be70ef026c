/**
 * The handler runtime as it is published, `cdk-patient-lambda/handler`, and what tests of handlers need, `cdk-patient-lambda/handler/testing`:
 * each as an ES module and as CommonJS with declarations, which are the same text in both. The runtime is bundled into users' functions, or taken
 * from the layer by code that is not bundled; what tests need has a copy of it, so that functions carry nothing for tests.
 */
import { join } from 'node:path';

import type { BuildOptions } from 'esbuild';

import { ROOT } from '../command';
import { bundle, CARRIED_BY_LAMBDA } from './bundler';
import { type Files, zip } from './layer';
import { packagesOf } from './licenses';

const RUNTIME = 'lambda/custom-resource/runtime/nodejs';
/** By the folder in handler/. */
const ENTRIES: Record<string, string> = { '': `${RUNTIME}/index.ts`, 'testing/': `${RUNTIME}/testing/run-operation.ts` };

const FORMATS: Record<string, BuildOptions> = {
  'index.mjs': { format: 'esm' },
  // Node.js's `import()` does not look into NODE_PATH, where Lambda has its SDK, and jest can't run it: `require` does both
  'index.js': { format: 'cjs', supported: { 'dynamic-import': false } },
};

/** For tools that don't know `exports` (TypeScript's `node10`), in each folder. Says too which kind of module `index.js` is. */
const STUB = { type: 'commonjs', main: './index.js', module: './index.mjs', types: './index.d.ts' };

/** In the layer CommonJS alone: ES modules, which Node.js does not look for in layers, are bundled. */
const IN_LAYER = { name: 'cdk-patient-lambda', exports: { './handler': './handler/index.js' }, type: 'commonjs' };
const LAYER_FOLDER = 'nodejs/node_modules/cdk-patient-lambda';

/** The published folder handler/, but for its declarations. */
export async function handlerCode(): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for (const [folder, entry] of Object.entries(ENTRIES)) {
    files.set(`${folder}package.json`, json(STUB));
    for (const [name, format] of Object.entries(FORMATS)) {
      // As its authors wrote it: the names in a stack trace are worth more than the milliseconds that it would start sooner (none that we measured)
      const { code, inputs } = await bundle(entry, { ...format, minify: false, external: CARRIED_BY_LAMBDA });
      const packages = packagesOf(inputs);
      if (packages.length > 0) {
        throw new Error(`${entry} contains ${packages.join(', ')}: users bundle it into code that would lack these packages' licenses`);
      }
      files.set(`${folder}${name}`, code);
    }
  }
  return files;
}

/** The declarations in handler/, which take most of a build's time, TypeScript's own start included. */
export async function handlerDeclarations(): Promise<Map<string, Buffer>> {
  const { generateDtsBundle } = await import('dts-bundle-generator');
  const texts = generateDtsBundle(
    Object.values(ENTRIES).map((entry) => ({ filePath: join(ROOT, entry), output: { noBanner: true, exportReferencedTypes: false } })),
    { preferredConfigPath: join(ROOT, 'scripts', 'build', 'declarations.tsconfig.json') },
  );
  return new Map(
    Object.keys(ENTRIES).flatMap((folder, index) => ['index.d.ts', 'index.d.mts'].map((name) => [`${folder}${name}`, Buffer.from(texts[index])])),
  );
}

/** The layer that lets CommonJS code which is not bundled require what is published. */
export function handlerLayer(published: Files): Buffer {
  return zip(
    new Map([
      [`${LAYER_FOLDER}/package.json`, json(IN_LAYER)],
      [`${LAYER_FOLDER}/handler/index.js`, published.get('index.js')!],
    ]),
  );
}

function json(value: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(value, undefined, 2)}\n`);
}
