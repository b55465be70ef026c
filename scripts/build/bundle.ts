/**
 * Builds assets/, handler/ and replay/ from lambda/: what runs in AWS, ready to upload or to import, so that a user's synth needs no bundler, no Docker
 * and no network. The same sources give the same bytes. As a command: `tsx scripts/build/bundle.ts [folder]`, by default into the repository;
 * with `--code` the declarations stay as they are, which nothing that runs needs.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { parseArgs } from 'node:util';

import { ROOT } from '../command';
import { bundle, CARRIED_BY_LAMBDA } from './bundler';
import { bundleGate } from './gate';
import { contractFiles, type Files, layerSources, layerZip, zip } from './layer';
import { packagesOf, thirdPartyLicenses } from './licenses';
import { FOLDERS, moduleCode, moduleDeclarations, requirable } from './published-modules';

const WINDOW = 'lambda/maintenance-window';

/** Functions of the library itself, which run on a Node.js runtime that carries the AWS SDK. */
const FUNCTIONS = [`${WINDOW}/planner`, `${WINDOW}/replayer`, 'lambda/custom-resource/responder'];

const LAYER = {
  bundled: 'nodejs/preload.mjs',
  zip: 'maintenance-window/layer.zip',
};
const HANDLER_LAYER = 'custom-resource/handler-layer.zip';

/** Every file of assets/ by its path there, and the packages that went into them. */
async function assets(published: Files): Promise<{ files: Files; packages: string[] }> {
  const files = new Map<string, Buffer>();
  const inputs: string[] = [];

  for (const folder of FUNCTIONS) {
    const { code, inputs: used } = await bundle(`${folder}/index.ts`, { format: 'cjs', external: CARRIED_BY_LAMBDA });
    files.set(`${relative('lambda', folder).split(sep).join('/')}/index.js`, code);
    inputs.push(...used);
  }

  const preload = await bundleGate();
  inputs.push(...preload.inputs);
  const gate = new Map([...layerSources(ROOT), ...contractFiles(join(ROOT, 'lambda', 'contract')), [LAYER.bundled, preload.code]]);
  files.set(LAYER.zip, layerZip(gate, requirable(published, 'replay')));
  files.set(HANDLER_LAYER, zip(requirable(published, 'handler')));
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

async function main(into: string, codeOnly: boolean) {
  const code = await moduleCode();
  const { files, packages } = await assets(code);
  const modules = new Map([...code, ...(codeOnly ? declarationsIn(into) : await moduleDeclarations())]);
  for (const [folder, content] of [['assets', files] as const, ...FOLDERS.map((name) => [name, within(name, modules)] as const)]) {
    mkdirSync(join(into, folder), { recursive: true });
    publish(join(into, folder), content);
    for (const [name, { length }] of content) {
      console.log(`bundle: ${folder}/${name} ${(length / 1024).toFixed(1)} KB`);
    }
  }
  replace(join(into, 'THIRD-PARTY-LICENSES'), Buffer.from(thirdPartyLicenses(ROOT, packages)));
}

/** The files of a folder, by their path in it. */
function within(folder: string, files: Files): Files {
  const prefix = `${folder}/`;
  return new Map([...files].filter(([name]) => name.startsWith(prefix)).map(([name, content]) => [name.slice(prefix.length), content]));
}

/** Those of an earlier build. */
function declarationsIn(into: string): Files {
  const names = FOLDERS.filter((folder) => existsSync(join(into, folder))).flatMap((folder) =>
    readdirSync(join(into, folder), { encoding: 'utf8', recursive: true })
      .filter((name) => /\.d\.m?ts$/.test(name))
      .map((name) => `${folder}/${name.split(sep).join('/')}`),
  );
  return new Map(names.map((name) => [name, readFileSync(join(into, name))]));
}

if (require.main === module) {
  const { values, positionals } = parseArgs({ options: { code: { type: 'boolean', default: false } }, allowPositionals: true });
  main(positionals[0] ?? ROOT, values.code).catch((error: Error) => {
    console.error(`bundle: ${error.message}`);
    process.exit(1);
  });
}
