/**
 * Builds assets/ from lambda/: what runs in AWS, ready to upload, so that a user's synth needs no bundler, no Docker and no network.
 * The same sources give the same bytes; a warning of the bundler is an error.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import { contractFiles, type Files, layerSources, layerZip } from './layer';
import { packagesOf, thirdPartyLicenses } from './licenses';

const ROOT = join(__dirname, '..');
const ASSETS = join(ROOT, 'assets');
const NOTICES = join(ROOT, 'THIRD-PARTY-LICENSES');

const WINDOW = 'lambda/maintenance-window';

/** Functions of the library itself, which run on a Node.js runtime that carries the AWS SDK. */
const FUNCTIONS = [`${WINDOW}/planner`, `${WINDOW}/replayer`];

const LAYER = { sources: `${WINDOW}/layer`, preload: 'nodejs/preload.ts', bundled: 'nodejs/preload.mjs', zip: 'maintenance-window/layer.zip' };

const COMMON = {
  absWorkingDir: ROOT,
  bundle: true,
  charset: 'utf8',
  legalComments: 'none', // THIRD-PARTY-LICENSES has them whole
  logLevel: 'silent', // reported below, as errors
  metafile: true,
  minify: true,
  platform: 'node',
  target: 'node20',
  write: false,
} satisfies BuildOptions;

/** aws4 asks for Node.js modules by `require`, which an ES module does not have. */
const REQUIRE = 'import{createRequire as __createRequire}from"node:module";const require=__createRequire(import.meta.url);';

interface Bundled {
  readonly code: Buffer;
  readonly inputs: readonly string[];
}

async function bundle(entry: string, options: BuildOptions): Promise<Bundled> {
  const result = await build({ ...COMMON, metafile: true, write: false, ...options, entryPoints: [entry] });
  if (result.warnings.length > 0) {
    throw new Error(`${entry}: ${result.warnings.map(({ text, location }) => `${text} (${location?.file}:${location?.line})`).join('; ')}`);
  }
  return { code: Buffer.from(result.outputFiles![0].contents), inputs: Object.keys(result.metafile!.inputs) };
}

/** Every file of assets/ by its path there, and the packages that went into them. */
async function assets(): Promise<{ files: Files; packages: string[] }> {
  const files = new Map<string, Buffer>();
  const inputs: string[] = [];

  for (const folder of FUNCTIONS) {
    const { code, inputs: used } = await bundle(`${folder}/index.ts`, { format: 'cjs', external: ['@aws-sdk/*'] });
    files.set(`${relative('lambda', folder).split(sep).join('/')}/index.js`, code);
    inputs.push(...used);
  }

  const preload = await bundle(`${LAYER.sources}/${LAYER.preload}`, { format: 'esm', banner: { js: REQUIRE } });
  inputs.push(...preload.inputs);
  files.set(LAYER.zip, layerZip(new Map([
    ...layerSources(join(ROOT, LAYER.sources)),
    ...contractFiles(join(ROOT, 'lambda', 'contract')),
    [LAYER.bundled, preload.code],
  ])));
  return { files, packages: packagesOf(inputs) };
}

/** A file that some build, perhaps another one at this moment, has not finished yet. */
const IN_THE_MAKING = /\.\d+$/;

/** Makes a folder hold these files and no other. Each is replaced in one step, so that a reader never sees half of one. */
export function publish(folder: string, files: Files) {
  for (const [name, content] of files) {
    replace(join(folder, name), content);
  }
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !IN_THE_MAKING.test(entry.name) && !files.has(relative(folder, path).split(sep).join('/'))) {
      rmSync(path);
    }
  }
}

function replace(path: string, content: Buffer) {
  if (existsSync(path) && readFileSync(path).equals(content)) {
    return;
  }
  mkdirSync(dirname(path), { recursive: true });
  const next = `${path}.${process.pid}`;
  writeFileSync(next, content, { mode: 0o644 });
  renameSync(next, path);
}

async function main() {
  const { files, packages } = await assets();
  mkdirSync(ASSETS, { recursive: true });
  publish(ASSETS, files);
  replace(NOTICES, Buffer.from(thirdPartyLicenses(ROOT, packages)));
  for (const [name, content] of files) {
    console.log(`bundle: assets/${name} ${(content.length / 1024).toFixed(1)} KB`);
  }
}

if (require.main === module) {
  main().catch((error: Error) => {
    console.error(`bundle: ${error.message}`);
    process.exit(1);
  });
}
