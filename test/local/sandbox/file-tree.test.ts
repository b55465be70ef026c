import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

import { type Zippable, zipSync } from 'fflate';

import { mergeLayers, unzip } from '../../../local/sandbox/file-tree';

let directory: string;

beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'tree-'));
});

afterEach(() => fs.rmSync(directory, { recursive: true, force: true }));

const UNIX = 3;

interface Entry {
  readonly text?: string;
  readonly mode?: number;
  readonly type?: number;
  readonly os?: number;
}

function zip(entries: Record<string, Entry>): Buffer {
  const files: Zippable = {};
  for (const [name, { text = '', mode = 0o644, type = 0o100000, os: system = UNIX }] of Object.entries(entries)) {
    files[name] = [Buffer.from(text), { os: system, attrs: system === UNIX ? (type | mode) << 16 : 0 }];
  }
  return Buffer.from(zipSync(files));
}

function mode(name: string): number {
  return fs.statSync(path.join(directory, name)).mode & 0o777;
}

function text(name: string): string {
  return fs.readFileSync(path.join(directory, name), 'utf8');
}

test('files keep their modes, whatever the umask is', async () => {
  const umask = process.umask(0o077);
  try {
    await unzip(zip({ 'bin/run': { text: '#!/bin/sh\n', mode: 0o755 }, 'data': { text: 'x', mode: 0o664 } }), directory);
  } finally {
    process.umask(umask);
  }
  expect([mode('bin'), mode('bin/run'), mode('data')]).toEqual([0o755, 0o755, 0o664]);
});

test('files of an archive made without Unix modes are readable and not executable', async () => {
  await unzip(zip({ data: { text: 'x', os: 0 } }), directory);
  expect(mode('data')).toBe(0o644);
});

test('symbolic links and empty directories are kept', async () => {
  await unzip(
    zip({ 'empty/': { type: 0o040000, mode: 0o755 }, 'target': { text: 'there' }, 'link': { text: 'target', type: 0o120000, mode: 0o777 } }),
    directory,
  );
  expect(fs.readdirSync(path.join(directory, 'empty'))).toEqual([]);
  expect(fs.readlinkSync(path.join(directory, 'link'))).toBe('target');
});

test('of layers the later one wins, with its mode, and the rest of both stays', async () => {
  await mergeLayers(
    [
      zip({ 'bin/run': { text: 'first', mode: 0o755 }, 'only/first': { text: '1' } }),
      zip({ 'bin/run': { text: 'second', mode: 0o644 }, 'only/second': { text: '2' } }),
    ],
    directory,
  );
  expect([text('bin/run'), mode('bin/run'), text('only/first'), text('only/second')]).toEqual(['second', 0o644, '1', '2']);
});

test('a later layer may replace a file by a directory and a directory by a file', async () => {
  await mergeLayers(
    [zip({ 'a': { text: 'file' }, 'b/inside': { text: 'x' } }), zip({ 'a/inside': { text: 'y' }, 'b': { text: 'file' } })],
    directory,
  );
  expect([text('a/inside'), text('b')]).toEqual(['y', 'file']);
});

test('no layers make an empty directory', async () => {
  await mergeLayers([], path.join(directory, 'opt'));
  expect(fs.readdirSync(path.join(directory, 'opt'))).toEqual([]);
});

test.each([['../outside'], ['/absolute']])('an entry named %s is refused', async (name) => {
  await expect(unzip(zip({ [name]: { text: 'x' } }), path.join(directory, 'inside'))).rejects.toThrow(/invalid relative path|absolute path/);
  expect(fs.readdirSync(directory)).toEqual(['inside']);
});

test('nothing is written through a symbolic link that an archive brings', async () => {
  const outside = path.join(directory, 'outside');
  fs.mkdirSync(outside);
  await unzip(zip({ trap: { text: outside, type: 0o120000, mode: 0o777 } }), path.join(directory, 'inside'));
  await unzip(zip({ 'trap/file': { text: 'x' } }), path.join(directory, 'inside'));
  expect(fs.readdirSync(outside)).toEqual([]);
});

test('what is no archive is refused', async () => {
  await expect(unzip(Buffer.from('hello'), directory)).rejects.toThrow('not a readable zip archive');
});

test('an archive cut short is refused', async () => {
  const whole = zip({ data: { text: 'x'.repeat(10_000) } });
  await expect(unzip(whole.subarray(0, whole.length / 2), directory)).rejects.toThrow();
});
