import * as fs from 'node:fs';
import * as path from 'node:path';
import { pipeline } from 'node:stream/promises';

import * as yauzl from 'yauzl';

const FILE_TYPE = 0o170000;
const SYMBOLIC_LINK = 0o120000;
const DIRECTORY = 0o040000;
/** What Lambda gives to files whose archive was made without Unix modes. */
const DEFAULT_FILE_MODE = 0o644;
const DIRECTORY_MODE = 0o755;

/** Unpacks a zip archive into a directory, with the files' modes and symbolic links. A later entry of the same name wins. */
export async function unzip(zip: Buffer, into: string): Promise<void> {
  const root = path.resolve(into);
  await fs.promises.mkdir(root, { recursive: true });
  const archive = await openArchive(zip);
  await new Promise<void>((resolve, reject) => {
    archive.on('error', reject);
    archive.on('end', resolve);
    archive.on('entry', (entry: yauzl.Entry) => {
      extract(archive, entry, root).then(() => archive.readEntry(), reject);
    });
    archive.readEntry();
  });
}

/** Unpacks layers over one another in the order given, as at `/opt`: of two files of the same name the later layer's stays. */
export async function mergeLayers(zips: Buffer[], into: string): Promise<void> {
  await fs.promises.mkdir(into, { recursive: true });
  for (const zip of zips) {
    await unzip(zip, into);
  }
}

async function openArchive(zip: Buffer): Promise<yauzl.ZipFile> {
  return new Promise((resolve, reject) => {
    // yauzl itself refuses absolute names and names with `..`
    yauzl.fromBuffer(zip, { lazyEntries: true }, (error, archive) =>
      error ? reject(new Error(`not a readable zip archive: ${error.message}`)) : resolve(archive),
    );
  });
}

async function extract(archive: yauzl.ZipFile, entry: yauzl.Entry, root: string): Promise<void> {
  const target = path.join(root, entry.fileName);
  const mode = entry.externalFileAttributes >>> 16;
  if (entry.fileName.endsWith('/') || (mode & FILE_TYPE) === DIRECTORY) {
    await makeDirectory(root, target);
    return;
  }
  await makeDirectory(root, path.dirname(target));
  await fs.promises.rm(target, { recursive: true, force: true });
  if ((mode & FILE_TYPE) === SYMBOLIC_LINK) {
    await fs.promises.symlink((await content(archive, entry)).toString(), target);
    return;
  }
  const permissions = mode & 0o777 || DEFAULT_FILE_MODE;
  await pipeline(await open(archive, entry), fs.createWriteStream(target, { mode: permissions }));
  // The mode at creation is subject to this process's umask
  await fs.promises.chmod(target, permissions);
}

/** Makes the directory step by step, so that nothing is written through a file or a symbolic link that an earlier entry put in the way. */
async function makeDirectory(root: string, directory: string): Promise<void> {
  let place = root;
  for (const part of path.relative(root, directory).split(path.sep).filter(Boolean)) {
    place = path.join(place, part);
    const there = await fs.promises.lstat(place).catch(() => undefined);
    if (there?.isDirectory()) {
      continue;
    }
    if (there) {
      await fs.promises.rm(place);
    }
    await fs.promises.mkdir(place);
    await fs.promises.chmod(place, DIRECTORY_MODE);
  }
}

async function open(archive: yauzl.ZipFile, entry: yauzl.Entry): Promise<NodeJS.ReadableStream> {
  return new Promise((resolve, reject) => archive.openReadStream(entry, (error, stream) => (error ? reject(error) : resolve(stream))));
}

async function content(archive: yauzl.ZipFile, entry: yauzl.Entry): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of await open(archive, entry)) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}
