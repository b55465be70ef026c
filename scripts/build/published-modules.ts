/**
 * The modules that handlers and their tests import: the runtime of custom resources, `cdk-patient-lambda/handler`, what tests of these need,
 * `cdk-patient-lambda/handler/testing`, and the replay mark, `cdk-patient-lambda/replay`. Each is there as an ES module and as CommonJS with
 * declarations, which are the same text in both. They are bundled into users' functions, or taken from a layer by code that is not bundled; what
 * tests need has a copy of the runtime, so that functions carry nothing for tests.
 */
import { join } from 'node:path';

import type { BuildOptions } from 'esbuild';

import { ROOT } from '../command';
import { bundle, CARRIED_BY_LAMBDA } from './bundler';
import type { Files } from './layer';
import { packagesOf } from './licenses';

const RUNTIME = 'lambda/custom-resource/runtime/nodejs';
/** By the folder in the package. */
const ENTRIES: Record<string, string> = {
  'handler': `${RUNTIME}/index.ts`,
  'handler/testing': `${RUNTIME}/testing/run-operation.ts`,
  'replay': 'lambda/maintenance-window/mark/index.ts',
};

/** What is made of them, at the package's root. */
export const FOLDERS = ['handler', 'replay'] as const;

const FORMATS: Record<string, BuildOptions> = {
  'index.mjs': { format: 'esm' },
  // Node.js's `import()` does not look into NODE_PATH, where Lambda has its SDK, and jest can't run it: `require` does both
  'index.js': { format: 'cjs', supported: { 'dynamic-import': false } },
};

/** For tools that don't know `exports` (TypeScript's `node10`), in each folder. Says too which kind of module `index.js` is. */
const STUB = { type: 'commonjs', main: './index.js', module: './index.mjs', types: './index.d.ts' };

/**
 * In layers CommonJS alone: ES modules, which Node.js does not look for in layers, are bundled. The same in each layer, so that a function may have
 * both, of which one's file lies over the other's.
 */
const IN_LAYERS = {
  name: 'cdk-patient-lambda',
  exports: Object.fromEntries(FOLDERS.map((folder) => [`./${folder}`, `./${folder}/index.js`])),
  type: 'commonjs',
};
const LAYER_FOLDER = 'nodejs/node_modules/cdk-patient-lambda';

/** The files of the published modules by their path in the package, but for their declarations. */
export async function moduleCode(): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for (const [folder, entry] of Object.entries(ENTRIES)) {
    files.set(`${folder}/package.json`, json(STUB));
    for (const [name, format] of Object.entries(FORMATS)) {
      // As its authors wrote it: the names in a stack trace are worth more than the milliseconds that it would start sooner (none that we measured)
      const { code, inputs } = await bundle(entry, { ...format, minify: false, external: CARRIED_BY_LAMBDA });
      const packages = packagesOf(inputs);
      if (packages.length > 0) {
        throw new Error(`${entry} contains ${packages.join(', ')}: users bundle it into code that would lack these packages' licenses`);
      }
      files.set(`${folder}/${name}`, code);
    }
  }
  return files;
}

/** Their declarations, which take most of a build's time, TypeScript's own start included. */
export async function moduleDeclarations(): Promise<Map<string, Buffer>> {
  const { generateDtsBundle } = await import('dts-bundle-generator');
  const texts = generateDtsBundle(
    Object.values(ENTRIES).map((entry) => ({ filePath: join(ROOT, entry), output: { noBanner: true, exportReferencedTypes: false } })),
    { preferredConfigPath: join(ROOT, 'scripts', 'build', 'declarations.tsconfig.json') },
  );
  return new Map(
    Object.keys(ENTRIES).flatMap((folder, index) => ['index.d.ts', 'index.d.mts'].map((name) => [`${folder}/${name}`, Buffer.from(texts[index])])),
  );
}

/** What of a layer lets CommonJS code that is not bundled require a published module, by the path in the layer. */
export function requirable(published: Files, folder: (typeof FOLDERS)[number]): Files {
  return new Map([
    [`${LAYER_FOLDER}/package.json`, json(IN_LAYERS)],
    [`${LAYER_FOLDER}/${folder}/index.js`, published.get(`${folder}/index.js`)!],
  ]);
}

function json(value: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(value, undefined, 2)}\n`);
}
