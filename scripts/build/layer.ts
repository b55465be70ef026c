/**
 * A layer as one zip that is the same bytes on every machine: sorted names, one date, modes set here and not read from the disk, nothing
 * compressed. A directory would lose the wrapper's run bit when a Windows user synthesizes, and its hash must not depend on who built it.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

import { type Zippable, zipSync } from 'fflate';

/** Everything of the gate lies under this name in /opt, so that other layers of the function are not disturbed. */
const FOLDER = 'cdk-patient-lambda';

/** The one file that Lambda executes; everything else is read. */
const EXECUTABLE = 'wrapper';

/** What a zip can say at the earliest. Local time, as fflate reads it: the zip holds no time zone. */
const DATE = new Date(1980, 0, 1);

const UNIX = 3;
const REGULAR_FILE = 0o100000;

/** Made by interpreters and editors, or bundled instead of copied. */
const LEFT_OUT = /(^|\/)(__pycache__|\.[^/]*)(\/|$)|\.pyc$|\.ts$/;

export type Files = ReadonlyMap<string, Buffer>;

/** Where the layer's files that are not bundled come from, and the folder in the layer that they go to. */
const SOURCES: Readonly<Record<string, string>> = {
  'lambda/maintenance-window/gate': '',
  'lambda/aws/python': 'python/',
  'lambda/contract/python': 'python/',
};

/** The files that go into the layer as they are, by their path in the layer. */
export function layerSources(root: string): Map<string, Buffer> {
  const folders = Object.entries(SOURCES).map(([folder, into]) =>
    [...sourcesIn(join(root, folder))].map(([name, content]) => [into + name, content] as const),
  );
  return new Map(folders.flat());
}

/** The files of a folder but for what is {@link LEFT_OUT}, by their path in it. */
export function sourcesIn(folder: string): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = relative(folder, path).split(sep).join('/');
    if (entry.isFile() && !LEFT_OUT.test(name)) {
      files.set(name, readFileSync(path));
    }
  }
  return files;
}

/** The contract as the layer carries it: what runs needs the agreements, not the vectors that test them. */
export function contractFiles(folder: string): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (const [name, content] of sourcesIn(folder)) {
    if (!name.endsWith('.json') || name.endsWith('.vectors.json')) {
      continue;
    }
    const contract = JSON.parse(content.toString()) as Record<string, unknown>;
    const needed = Object.fromEntries(Object.entries(contract).filter(([key]) => key !== '$comment' && !/vectors$/i.test(key)));
    files.set(`contract/${name}`, Buffer.from(JSON.stringify(needed)));
  }
  return files;
}

/**
 * The zip of the gate's layer.
 *
 * @param files of the gate
 * @param beside what lies elsewhere in /opt
 */
export function layerZip(files: Files, beside: Files = new Map()): Buffer {
  if (!files.has(EXECUTABLE)) {
    throw new Error(`the layer has no '${EXECUTABLE}', which AWS_LAMBDA_EXEC_WRAPPER names; it holds: ${[...files.keys()].join(', ')}`);
  }
  return zip(new Map([...beside, ...[...files].map(([name, content]) => [`${FOLDER}/${name}`, content] as const)]), `${FOLDER}/${EXECUTABLE}`);
}

/** The zip of these files, one of which may be executed. */
export function zip(files: Files, executable?: string): Buffer {
  const tree: Zippable = {};
  for (const name of [...files.keys()].sort()) {
    const mode = name === executable ? 0o755 : 0o644;
    tree[name] = [files.get(name)!, { level: 0, mtime: DATE, os: UNIX, attrs: (REGULAR_FILE | mode) * 0x10000 }];
  }
  return Buffer.from(zipSync(tree));
}
