import { spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

import { Cache } from '../../../local/sandbox/cache';

let root: string;

beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'cache-'));
});

afterEach(() => fs.rmSync(root, { recursive: true, force: true }));

test('an entry is built once, however many ask for it at the same time', async () => {
  const cache = new Cache(root);
  let builds = 0;
  const build = async (directory: string): Promise<void> => {
    builds += 1;
    await new Promise((resolve) => setTimeout(resolve, 10));
    fs.writeFileSync(path.join(directory, 'file'), 'built');
  };
  const entries = await Promise.all([cache.ensure('entry', build), cache.ensure('entry', build), new Cache(root).ensure('entry', build)]);
  expect([builds, new Set(entries).size]).toEqual([1, 1]);
  expect(fs.readFileSync(path.join(entries[0], 'file'), 'utf8')).toBe('built');
  expect(fs.readdirSync(root)).toEqual(['entry']);
});

test('processes that want the same entry build it once', async () => {
  const log = path.join(root, 'log');
  const script = `
    const { Cache } = require(${JSON.stringify(path.resolve(__dirname, '../../../local/sandbox/cache'))});
    const fs = require('node:fs');
    new Cache(${JSON.stringify(path.join(root, 'cache'))}).ensure('entry', async () => {
      fs.appendFileSync(${JSON.stringify(log)}, 'x');
      await new Promise((resolve) => setTimeout(resolve, 200));
    });`;
  const codes = await Promise.all(
    [1, 2, 3].map(
      async () =>
        new Promise((resolve) => {
          spawn(process.execPath, ['--import', 'tsx', '-e', script], { stdio: 'inherit' }).once('exit', resolve);
        }),
    ),
  );
  expect(codes).toEqual([0, 0, 0]);
  expect(fs.readFileSync(log, 'utf8')).toBe('x');
});

test('a build that fails leaves nothing behind, and the next one starts afresh', async () => {
  const cache = new Cache(root);
  await expect(
    cache.ensure('entry', async (directory) => {
      fs.writeFileSync(path.join(directory, 'half'), '');
      throw new Error('no compiler');
    }),
  ).rejects.toThrow('no compiler');
  expect([fs.readdirSync(root), cache.find('entry')]).toEqual([[], undefined]);
  await cache.ensure('entry', async () => undefined);
  expect(fs.readdirSync(root)).toEqual(['entry']);
});

test('what a killed builder left does not stop the next one', async () => {
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  fs.writeFileSync(path.join(root, 'entry.lock'), String(dead));
  fs.mkdirSync(path.join(root, 'entry.building-abc'));
  await new Cache(root).ensure('entry', async () => undefined);
  expect(fs.readdirSync(root)).toEqual(['entry']);
});
